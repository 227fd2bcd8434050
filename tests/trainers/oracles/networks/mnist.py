#!/usr/bin/python3
"""The convolutional network of pytorch/examples, mnist."""
from torch import nn

import parity


def build():
    network = nn.Sequential()
    network.add_module("conv1", nn.Conv2d(1, 32, kernel_size=3))
    network.add_module("relu1", nn.ReLU())
    network.add_module("conv2", nn.Conv2d(32, 64, kernel_size=3))
    network.add_module("relu2", nn.ReLU())
    network.add_module("pool", nn.MaxPool2d(2))
    network.add_module("flatten", nn.Flatten())
    network.add_module("fc1", nn.Linear(12 * 12 * 64, 128))
    network.add_module("relu3", nn.ReLU())
    network.add_module("fc2", nn.Linear(128, 10))
    network.add_module("log_softmax", nn.LogSoftmax(dim=1))
    return network


if __name__ == "__main__":
    parity.main(build)
