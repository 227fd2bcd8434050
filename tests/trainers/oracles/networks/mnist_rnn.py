#!/usr/bin/python3
"""The recurrent network of pytorch/examples, mnist_rnn, its LSTM written out gate by gate."""
import torch
from torch import nn

import parity


class MnistRnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(28, 64)
        self.batchnorm = nn.BatchNorm1d(64)
        self.fc1 = nn.Linear(64, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, images):
        output = memory = images.new_zeros(len(images), 64)
        for row in images.squeeze(1).unbind(1):
            gates = (row @ self.cell.weight_ih.T + self.cell.bias_ih
                     + output @ self.cell.weight_hh.T + self.cell.bias_hh)
            take, forget, candidate, give = gates.chunk(4, dim=1)
            memory = torch.sigmoid(forget) * memory + torch.sigmoid(take) * torch.tanh(candidate)
            output = torch.sigmoid(give) * torch.tanh(memory)
        return self.fc2(self.fc1(self.batchnorm(output)).clamp(min=0)).log_softmax(1)


def translate(tensors):
    return {name.replace("rnn.", "cell.").replace("_l0", ""): tensor
            for name, tensor in tensors.items()}


def build():
    return MnistRnn()


if __name__ == "__main__":
    parity.main(build, translate)
