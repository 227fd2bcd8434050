#!/usr/bin/python3
"""The MNIST workloads in Python's PyTorch, to hold tandem-train's losses and speed against.

Prints one JSON object for each epoch: epoch, train_loss, accuracy, train_seconds, eval_seconds.
Written with Debian 12's python3-torch 1.13 (torch.__version__ 1.13.0a0).

    mnist_training.py mnist --data data/mnist --train-samples 1500 --test-samples 1000 \\
        --epochs 4 --learning-rate 0.1 --batch-size 32 --gamma 0.7 --seed 1 --threads 1
"""
import argparse
import json
import os
import sys
import time

try:
    import numpy
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError as error:
    sys.exit(f"mnist_training.py: {error}: install python3-torch and run it by /usr/bin/python3")

EVALUATION_BATCH = 100


def read_idx(path, header_bytes):
    with open(path, "rb") as file:
        return numpy.frombuffer(file.read(), dtype=numpy.uint8, offset=header_bytes)


def load(folder, stem, count):
    images = read_idx(os.path.join(folder, f"{stem}-images-idx3-ubyte"), 16)
    labels = read_idx(os.path.join(folder, f"{stem}-labels-idx1-ubyte"), 8)
    images = torch.tensor(images.reshape(-1, 1, 28, 28)[:count]).float() / 255
    return (images - 0.1307) / 0.3081, torch.tensor(labels[:count]).long()


class Cnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.fc1 = nn.Linear(9216, 128)
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.relu(self.conv1(x), inplace=True)
        x = F.relu(self.conv2(x), inplace=True)
        x = F.dropout(F.max_pool2d(x, 2), 0.25, self.training).flatten(1)
        x = F.dropout(F.relu(self.fc1(x), inplace=True), 0.5, self.training)
        return F.log_softmax(self.fc2(x), dim=1)


class Rnn(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(input_size=28, hidden_size=64, batch_first=True)
        self.batchnorm = nn.BatchNorm1d(64)
        self.fc1 = nn.Linear(64, 32)
        self.fc2 = nn.Linear(32, 10)

    def forward(self, x):
        output, _ = self.rnn(x.reshape(-1, 28, 28))
        x = F.dropout(self.batchnorm(output[:, -1]), 0.25, self.training)
        x = F.dropout(F.relu(self.fc1(x), inplace=True), 0.5, self.training)
        return F.log_softmax(self.fc2(x), dim=1)


class Classifier:
    """Adadelta on the negative log-likelihood, the learning rate times gamma after each epoch."""

    def __init__(self, network, train, test, options, generator):
        self.network, self.train_data, self.test_data = network, train, test
        self.batch_size, self.generator = options.batch_size, generator
        self.optimizer = torch.optim.Adadelta(network.parameters(), lr=options.learning_rate)
        self.schedule = torch.optim.lr_scheduler.StepLR(self.optimizer, 1, options.gamma)

    def train_epoch(self):
        images, labels = self.train_data
        self.network.train()
        loss_sum = torch.zeros((), dtype=torch.float64)
        for indices in torch.randperm(len(labels), generator=self.generator).split(self.batch_size):
            self.optimizer.zero_grad()
            output = self.network(images.index_select(0, indices))
            loss = F.nll_loss(output, labels.index_select(0, indices))
            loss.backward()
            self.optimizer.step()
            loss_sum.add_(loss.detach(), alpha=len(indices))
        self.schedule.step()
        return loss_sum.item() / len(labels)

    @torch.no_grad()
    def accuracy(self):
        images, labels = self.test_data
        self.network.eval()
        correct = torch.zeros((), dtype=torch.int64)
        loss = torch.zeros((), dtype=torch.float64)
        for part, truth in zip(images.split(EVALUATION_BATCH), labels.split(EVALUATION_BATCH)):
            output = self.network(part)
            loss += F.nll_loss(output, truth, reduction="sum")
            correct += (output.argmax(1) == truth).sum()
        return correct.item() / len(labels)


class ForwardForward:
    """Each layer raises the goodness of images under their true label and lowers that of others."""

    def __init__(self, train, test, options, generator):
        self.train_data, self.test_data = [(x.flatten(1), y) for x, y in (train, test)]
        self.brightest = train[0].max().item()
        self.batch_size, self.generator = options.batch_size, generator
        self.layers = [nn.Linear(784, 500), nn.Linear(500, 500)]
        self.optimizers = [torch.optim.Adam(x.parameters(), lr=options.learning_rate)
                           for x in self.layers]

    def overlay(self, images, labels):
        images = images.clone()
        images[:, :10] = 0
        images[torch.arange(len(labels)), labels] = self.brightest
        return images

    @staticmethod
    def activities(layer, x):
        return F.relu(layer(x / (x.norm(2, 1, keepdim=True) + 1e-4)), inplace=True)

    def train_epoch(self):
        images, labels = self.train_data
        loss_sum = torch.zeros((), dtype=torch.float64)
        for indices in torch.randperm(len(labels), generator=self.generator).split(self.batch_size):
            x, y = images.index_select(0, indices), labels.index_select(0, indices)
            shift = torch.randint(1, 10, (len(indices),), generator=self.generator)
            positive, negative = self.overlay(x, y), self.overlay(x, (y + shift) % 10)
            loss_of_layers = torch.zeros(())
            for layer, optimizer in zip(self.layers, self.optimizers):
                optimizer.zero_grad()
                good = self.activities(layer, positive).pow(2).mean(1)
                bad = self.activities(layer, negative).pow(2).mean(1)
                loss = F.softplus(torch.cat([2 - good, bad - 2])).mean()
                loss.backward()
                optimizer.step()
                loss_of_layers += loss.detach()
                with torch.no_grad():
                    positive = self.activities(layer, positive)
                    negative = self.activities(layer, negative)
            loss_sum.add_(loss_of_layers / len(self.layers), alpha=len(indices))
        return loss_sum.item() / len(labels)

    @torch.no_grad()
    def accuracy(self):
        images, labels = self.test_data
        correct = torch.zeros((), dtype=torch.int64)
        for part, truth in zip(images.split(EVALUATION_BATCH), labels.split(EVALUATION_BATCH)):
            goodness = []
            for label in range(10):
                x = self.overlay(part, torch.full_like(truth, label))
                total = torch.zeros(len(truth))
                for layer in self.layers:
                    x = self.activities(layer, x)
                    total += x.pow(2).mean(1)
                goodness.append(total)
            correct += (torch.stack(goodness, 1).argmax(1) == truth).sum()
        return correct.item() / len(labels)


def build(workload, train, test, options):
    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(options.seed)
    if workload == "mnist_ff":
        return ForwardForward(train, test, options, generator)
    network = Cnn() if workload == "mnist" else Rnn()
    return Classifier(network, train, test, options, generator)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workload", choices=["mnist", "mnist_rnn", "mnist_ff"])
    parser.add_argument("--data", required=True)
    parser.add_argument("--train-samples", type=int, default=60000)
    parser.add_argument("--test-samples", type=int, default=10000)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--learning-rate", type=float, required=True)
    parser.add_argument("--batch-size", type=int, required=True)
    parser.add_argument("--gamma", type=float, default=0.7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    train = load(options.data, "train", options.train_samples)
    test = load(options.data, "t10k", options.test_samples)
    # What only a first use costs is kept out of the times, as tandem-train does.
    few = slice(0, options.batch_size)
    rehearsal = build(options.workload, (train[0][few], train[1][few]),
                      (test[0][:EVALUATION_BATCH], test[1][:EVALUATION_BATCH]), options)
    rehearsal.train_epoch()
    rehearsal.accuracy()

    training = build(options.workload, train, test, options)
    for epoch in range(1, options.epochs + 1):
        start = time.monotonic()
        train_loss = training.train_epoch()
        trained = time.monotonic()
        accuracy = training.accuracy()
        evaluated = time.monotonic()
        print(json.dumps({"epoch": epoch, "train_loss": train_loss, "accuracy": accuracy,
                          "train_seconds": trained - start, "eval_seconds": evaluated - trained}),
              flush=True)


if __name__ == "__main__":
    main()
