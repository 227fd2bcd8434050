"""Small pictures of ten made-up digits, so that the examples need no download."""
import torch


def make(samples, seed):
    """`samples` pictures of 1 x 14 x 14 and their labels: a shape for each digit, moved and noisy."""
    shapes = (torch.rand(10, 14, 14, generator=torch.Generator().manual_seed(0)) > 0.6).float()
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(10, (samples,), generator=generator)
    moves = torch.randint(-1, 2, (samples, 2), generator=generator)
    pictures = torch.stack([torch.roll(shapes[label], tuple(move.tolist()), (0, 1))
                            for label, move in zip(labels, moves)])
    noise = torch.randn(pictures.shape, generator=generator)
    return (pictures + 0.8 * noise).unsqueeze(1), labels
