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


def training(network, batch_size, learning_rate):
    """All networks in one batch of matrices, as in tandem-train: one after the other, they'd take
    several times as long."""
    alpha = 1e-5
    linears = [[part[place] for part in network.networks] for place in (0, 2)]
    weights = [torch.stack([each.weight.detach().T for each in row]) for row in linears]
    biases = [torch.stack([each.bias.detach()[None] for each in row]) for row in linears]
    values = [x.requires_grad_() for x in (*weights, *biases)]
    count, inputs = weights[0].shape[:2]
    x, y = torch.rand(count, batch_size, inputs), torch.randint(2, (count, batch_size)).float()
    optimizer = torch.optim.SGD(values, lr=learning_rate, momentum=0.9, nesterov=True)

    def loss():
        hidden = torch.baddbmm(biases[0], x, weights[0]).relu()
        error = torch.baddbmm(biases[1], hidden, weights[1]).squeeze(2) - y
        squared_weights = sum(weight.square().sum() for weight in weights)
        return (error.square().mean(1).sum() + squared_weights * (alpha / batch_size)) / 2
    return optimizer, loss


if __name__ == "__main__":
    parity.main(build, translate, training)
