#!/usr/bin/python3
"""The ResNets for CIFAR-10 of He et al. 2015 (arXiv:1512.03385), section 4.2, in plain functions."""
import re

import torch
from torch import nn
from torch.nn import functional as F

import parity


class CifarResnet(nn.Module):
    """All convolutions in the order in which they are used, each with its batch normalisation."""

    def __init__(self, layers):
        super().__init__()
        blocks = (layers - 2) // 6
        widths = [16] + [width for width in (16, 32, 64) for _ in range(2 * blocks)]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(a, b, 3, stride=2 if b == 2 * a else 1, padding=1, bias=False)
            for a, b in zip([3] + widths, widths))
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for width in widths)
        self.classifier = nn.Linear(64, 10)

    def layer(self, i, x):
        return self.norms[i](self.convolutions[i](x))

    def forward(self, x):
        x = F.relu(self.layer(0, x), inplace=True)
        for i in range(1, len(self.convolutions), 2):
            residual = self.layer(i + 1, F.relu(self.layer(i, x), inplace=True))
            if residual.shape != x.shape:  # option A: every second pixel, zeros for new channels
                missing = residual.shape[1] - x.shape[1]
                x = F.pad(x[..., ::2, ::2], (0, 0, 0, 0, missing // 2, missing // 2))
            residual += x
            x = F.relu(residual, inplace=True)
        return F.log_softmax(self.classifier(x.flatten(2).mean(2)), dim=1)


def translate(tensors):
    blocks = 1 + max(int(name.split(".")[1]) for name in tensors if name.startswith("layer"))
    result = {}
    for name, tensor in tensors.items():
        inner = re.fullmatch(r"layer(\d)\.(\d+)\.(conv|bn)(\d)\.(\w+)", name)
        outer = re.fullmatch(r"(conv|bn)1\.(\w+)", name)
        if inner:
            stage, block, kind, half, rest = inner.groups()
            place = 2 * (blocks * (int(stage) - 1) + int(block)) + int(half)
        elif outer:
            (kind, rest), place = outer.groups(), 0
        else:
            result[name.replace("fc.", "classifier.")] = tensor
            continue
        result[f"{'norms' if kind == 'bn' else 'convolutions'}.{place}.{rest}"] = tensor
    return result


def build(layers):
    return CifarResnet(layers)


def training(network, batch_size, learning_rate):
    network.to(memory_format=torch.channels_last)
    images = torch.randn(batch_size, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    labels = torch.arange(batch_size) % 10
    optimizer = torch.optim.SGD(network.parameters(), learning_rate, momentum=0.9,
                                weight_decay=1e-4)
    return optimizer, lambda: F.nll_loss(network(images), labels)


if __name__ == "__main__":
    parity.main(build, translate, training)
