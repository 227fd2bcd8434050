"""A script as one finds them: it knows nothing of tandem and prints a log for people."""
import argparse

import torch
import torch.nn.functional as F
from torch import nn

import digits


def train(args, model, pictures, labels, optimizer, epoch):
    model.train()
    order = torch.randperm(len(labels))
    for batch, index in enumerate(order.split(args.batch_size)):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(pictures[index]), labels[index])
        loss.backward()
        optimizer.step()
        if batch % 10 == 0:
            done = batch * args.batch_size
            print(f"Train Epoch: {epoch} [{done}/{len(labels)} ({100 * done / len(labels):.0f}%)]"
                  f"\tLoss: {loss.item():.6f}")


def test(model, pictures, labels):
    model.eval()
    with torch.no_grad():
        output = model(pictures)
    loss = F.cross_entropy(output, labels).item()
    correct = (output.argmax(1) == labels).sum().item()
    print(f"\nTest set: Average loss: {loss:.4f}, Accuracy: {correct}/{len(labels)} "
          f"({100 * correct / len(labels):.1f}%)\n")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--lr", type=float, default=0.05)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    train_set = digits.make(1000, seed=1)
    test_set = digits.make(300, seed=2)
    model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
                          nn.Linear(8 * 6 * 6, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=args.lr, momentum=0.9)
    for epoch in range(1, args.epochs + 1):
        train(args, model, *train_set, optimizer, epoch)
        test(model, *test_set)


if __name__ == "__main__":
    main()
