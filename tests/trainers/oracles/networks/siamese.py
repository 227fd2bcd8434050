#!/usr/bin/python3
"""The network of pytorch/examples, siamese_network: a ResNet-18 for one channel, two linear layers."""
import torch
from torch import nn
from torch.nn import functional as F

import parity


def block(network, name, x, stride):
    """Two 3 × 3 convolutions of He et al. 2015, with a 1 × 1 convolution around them if needed."""
    y = F.relu(network[name + "_norm1"](network[name + "_conv1"](x)), inplace=True)
    y = network[name + "_norm2"](network[name + "_conv2"](y))
    if stride > 1:
        x = network[name + "_around_norm"](network[name + "_around_conv"](x))
    y += x
    return F.relu(y, inplace=True)


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        parts = {"stem_conv": nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False),
                 "stem_norm": nn.BatchNorm2d(64)}
        self.blocks = []
        before = 64
        for stage, width in enumerate([64, 128, 256, 512]):
            for place in range(2):
                name, stride = f"s{stage}b{place}", width // before
                self.blocks.append((name, stride))
                parts[name + "_conv1"] = nn.Conv2d(before, width, 3, stride, 1, bias=False)
                parts[name + "_conv2"] = nn.Conv2d(width, width, 3, 1, 1, bias=False)
                parts.update({f"{name}_norm{i}": nn.BatchNorm2d(width) for i in (1, 2)})
                if stride > 1:
                    parts[name + "_around_conv"] = nn.Conv2d(before, width, 1, stride, bias=False)
                    parts[name + "_around_norm"] = nn.BatchNorm2d(width)
                before = width
        self.parts = nn.ModuleDict(parts)
        self.judge = nn.Sequential(nn.Linear(1024, 256), nn.ReLU(), nn.Linear(256, 1), nn.Sigmoid())

    def features(self, x):
        x = F.relu(self.parts["stem_norm"](self.parts["stem_conv"](x)), inplace=True)
        x = F.max_pool2d(x, kernel_size=3, stride=2, padding=1)
        for name, stride in self.blocks:
            x = block(self.parts, name, x, stride)
        return F.adaptive_avg_pool2d(x, 1).flatten(1)

    def forward(self, first, second):
        return self.judge(torch.cat([self.features(first), self.features(second)], dim=1)).flatten()


def translate(tensors):
    result = {}
    for name, tensor in tensors.items():
        kind, rest = name.rsplit(".", 1)
        if kind in ("fc1", "fc2"):
            theirs = "judge." + {"fc1": "0", "fc2": "2"}[kind]
        elif kind in ("conv1", "bn1"):
            theirs = "parts.stem_" + {"conv1": "conv", "bn1": "norm"}[kind]
        else:
            layer, place, part = kind.split(".", 2)
            part = part.replace("downsample.0", "around_conv").replace("downsample.1", "around_norm")
            theirs = f"parts.s{int(layer[5:]) - 1}b{place}_{part.replace('bn', 'norm')}"
        result[f"{theirs}.{rest}"] = tensor
    return result


def build():
    return Siamese()


def training(network, batch_size, learning_rate):
    first, second = torch.randn(2, batch_size, 1, 28, 28)
    same = (torch.arange(batch_size) % 2).float()
    optimizer = torch.optim.Adadelta(network.parameters(), lr=learning_rate)
    return optimizer, lambda: F.binary_cross_entropy(network(first, second), same)


if __name__ == "__main__":
    parity.main(build, translate, training)
