#!/usr/bin/python3
"""VulBERTa-CNN: convolutions of three widths over fixed embeddings, as for images one place high."""
import torch
from torch import nn
from torch.nn import functional as F

import parity


class VulbertaCnn(nn.Module):
    def __init__(self, vocabulary, width, filters, hidden, dropout=0):
        super().__init__()
        self.words = nn.Embedding(vocabulary, width).requires_grad_(False)
        for size in (3, 4, 5):
            self.add_module(f"conv{size}", nn.Conv2d(1, filters, (size, width)))
        self.dropout = nn.Dropout(dropout)
        self.fc1 = nn.Linear(3 * filters, hidden)
        self.fc2 = nn.Linear(hidden, 2)

    def forward(self, tokens):
        x = self.words(tokens).unsqueeze(1)
        answers = [F.relu(conv(x)).squeeze(3) for conv in (self.conv3, self.conv4, self.conv5)]
        pooled = [F.max_pool1d(answer, answer.shape[2]).squeeze(2) for answer in answers]
        return self.fc2(F.relu(self.fc1(self.dropout(torch.cat(pooled, dim=1)))))


def translate(tensors):
    return {name: tensor.transpose(1, 2).unsqueeze(1)
            if name.startswith("conv") and name.endswith("weight") else tensor
            for name, tensor in tensors.items()}


def build(**sizes):
    return VulbertaCnn(**sizes)


def training(network, batch_size, learning_rate):
    tokens = torch.randint(5, network.words.num_embeddings, (batch_size, 1024))
    vulnerable = torch.arange(batch_size) % 2
    trained = [x for x in network.parameters() if x.requires_grad]
    optimizer = torch.optim.Adam(trained, lr=learning_rate)
    return optimizer, lambda: F.cross_entropy(network(tokens), vulnerable)


if __name__ == "__main__":
    parity.main(build, translate, training)
