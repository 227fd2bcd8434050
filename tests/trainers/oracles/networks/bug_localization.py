#!/usr/bin/python3
"""Multilayer perceptrons side by side, here one after the other."""
import torch
from torch import nn

import parity


class Mlps(nn.Module):
    def __init__(self, networks, inputs, hidden):
        super().__init__()
        self.networks = nn.ModuleList(
            nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, 1))
            for _ in range(networks))

    def forward(self, x):
        return torch.stack([network(part)[:, 0] for network, part in zip(self.networks, x)])


def translate(tensors):
    names = {"hidden_weight": "0.weight", "hidden_bias": "0.bias",
             "output_weight": "2.weight", "output_bias": "2.bias"}
    return {f"networks.{i}.{names[ours]}": part.T if ours.endswith("weight") else part[0]
            for ours, tensor in tensors.items() for i, part in enumerate(tensor)}


def build(networks, inputs, hidden):
    return Mlps(networks, inputs, hidden)


if __name__ == "__main__":
    parity.main(build, translate)
