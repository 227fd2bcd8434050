#!/usr/bin/python3
"""The LSTM of pytorch/examples, word_language_model, written out gate by gate."""
import torch
from torch import nn
from torch.nn import functional as F

import parity

DROPOUT, LENGTH, LONGEST_GRADIENT = 0.2, 35, 0.25


class WordLm(nn.Module):
    def __init__(self, words, size=200, layers=2):
        super().__init__()
        self.embedding = nn.Embedding(words, size)
        self.cells = nn.ModuleList(nn.LSTMCell(size, size) for _ in range(layers))
        self.decoder = nn.Linear(size, words)

    def forward(self, words):
        """Words, T x B. Returns the logits, T * B x words, and what the layers remember."""
        states = [(torch.zeros_like(self.decoder.weight[:words.shape[1]]),) * 2
                  for _ in self.cells]
        said = []
        for row in words:
            x = self.embedding.weight[row]
            for i, cell in enumerate(self.cells):
                output, memory = states[i]
                gates = x @ cell.weight_ih.T + output @ cell.weight_hh.T
                take, forget, candidate, give = (
                    gates + cell.bias_ih + cell.bias_hh).chunk(4, dim=1)
                memory = (torch.sigmoid(forget) * memory
                          + torch.sigmoid(take) * torch.tanh(candidate))
                x = torch.sigmoid(give) * torch.tanh(memory)
                states[i] = x, memory
            said.append(self.decoder(x))
        outputs, memories = zip(*states)
        return torch.cat(said), torch.stack(outputs), torch.stack(memories)


def translate(tensors):
    def name(ours):
        if not ours.startswith("rnn."):
            return ours.replace("encoder.", "embedding.")
        kind, layer = ours[len("rnn."):].rsplit("_l", 1)
        return f"cells.{layer}.{kind}"
    return {name(ours): tensor for ours, tensor in tensors.items()}


def build(words):
    return WordLm(words)


def training(network, batch_size, learning_rate):
    """With PyTorch's own LSTM for the cells: gate by gate they'd take twice as long."""
    size, layers = network.embedding.embedding_dim, len(network.cells)
    lstm = nn.LSTM(size, size, layers, dropout=DROPOUT)
    parts = nn.ModuleList([network.embedding, lstm, network.decoder])
    words = torch.randint(network.embedding.num_embeddings, (LENGTH + 1, batch_size))
    optimizer = torch.optim.SGD(parts.parameters(), lr=learning_rate)
    step, before = optimizer.step, [None]

    def clip_and_step():
        nn.utils.clip_grad_norm_(parts.parameters(), LONGEST_GRADIENT)
        step()
    optimizer.step = clip_and_step

    def loss():
        x, state = lstm(F.dropout(network.embedding(words[:-1]), DROPOUT), before[0])
        before[0] = tuple(each.detach() for each in state)
        return F.cross_entropy(network.decoder(F.dropout(x, DROPOUT)).flatten(0, 1),
                               words[1:].flatten())
    return optimizer, loss


if __name__ == "__main__":
    parity.main(build, translate, training)
