"""The heads of layumi/Person_reID_baseline_pytorch on any trunk, for the scripts beside this file."""
import torch
from torch import nn


def head(inputs, units, identities):
    """Linear layer, batch normalisation, classifier: ClassBlock of the baseline, without dropout."""
    layers = nn.Sequential()
    layers.add_module("linear", nn.Linear(inputs, units))
    layers.add_module("norm", nn.BatchNorm1d(units))
    layers.add_module("classifier", nn.Linear(units, identities))
    return layers


class GlobalHead(nn.Module):
    """Returns the scores of the identities and the features that persons are compared by."""

    def __init__(self, trunk, channels, identities):
        super().__init__()
        self.identities = identities
        self.trunk = trunk
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = head(channels, 512, identities)

    def classify(self, images):
        return [self.head(self.pool(self.trunk(images)).flatten(1))]

    def forward(self, images):
        scores = self.classify(images)
        features = self.head[:2](self.pool(self.trunk(images)).flatten(1))
        return [*scores, features.unsqueeze(1)]


class PartHeads(nn.Module):
    """PCB: six horizontal parts, a head each. Returns as GlobalHead does."""

    def __init__(self, trunk, channels, identities):
        super().__init__()
        self.identities = identities
        self.trunk = trunk
        self.pool = nn.AdaptiveAvgPool2d((6, 1))
        for part in range(6):
            self.add_module(f"head{part}", head(channels, 256, identities))

    def parts(self, images):
        return self.pool(self.trunk(images)).squeeze(3)

    def classify(self, images):
        parts = self.parts(images)
        return [getattr(self, f"head{part}")(parts[:, :, part]) for part in range(6)]

    def forward(self, images):
        scores = self.classify(images)
        parts = self.parts(images)
        features = [getattr(self, f"head{part}")[:2](parts[:, :, part]) for part in range(6)]
        return [*scores, torch.stack(features, 1)]


def torchvision_models():
    try:
        from torchvision import models
    except ImportError as error:
        raise SystemExit(f"reid.py: {error}: install python3-torchvision")
    return models


def loss(network, images, identities):
    """What the training minimises: the sum of the heads' cross entropies."""
    return sum(nn.functional.cross_entropy(scores, identities)
               for scores in network.classify(images))


def training_at(height, width):
    """The function that parity.py asks for to time steps, on images of this size."""
    def training(network, batch_size, learning_rate):
        images = torch.randn(batch_size, 3, height, width)
        images = images.contiguous(memory_format=torch.channels_last)
        identities = torch.arange(batch_size) % network.identities
        return optimizer(network, learning_rate), lambda: loss(network, images, identities)
    return training


def optimizer(network, learning_rate):
    trunk = list(network.trunk.parameters())
    rest = [x for name, x in network.named_parameters() if not name.startswith("trunk.")]
    return torch.optim.SGD([{"params": trunk, "lr": learning_rate / 10}, {"params": rest}],
                           lr=learning_rate, momentum=0.9, nesterov=True, weight_decay=5e-4)
