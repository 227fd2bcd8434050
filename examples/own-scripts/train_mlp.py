"""The same with five lines for tandem (marked); without tandem they do nothing."""
import os
import sys

import torch
import torch.nn.functional as F
from torch import nn

import digits
import tandem  # 1


def main():
    epochs = int(os.environ.get("EPOCHS", 4))
    torch.manual_seed(int(os.environ.get("SEED", 1)))
    pictures, labels = digits.make(1000, seed=1)
    test_pictures, test_labels = digits.make(300, seed=2)
    model = nn.Sequential(nn.Flatten(), nn.Linear(196, 64), nn.ReLU(), nn.Linear(64, 10))
    rate = float(os.environ.get("LEARNING_RATE", 0.05))
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    tandem.ready(data="synthetic", parameters=sum(p.numel() for p in model.parameters()))  # 2
    accuracy = 0.0
    for epoch in range(epochs):
        for done, index in enumerate(torch.randperm(len(labels)).split(32)):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(pictures[index]), labels[index])
            loss.backward()
            optimizer.step()
            print(f"\repoch {epoch + 1}: {done + 1}/32 loss {loss.item():.3f}", end="",
                  file=sys.stderr)
        with torch.no_grad():
            accuracy = (model(test_pictures).argmax(1) == test_labels).float().mean()
        print(f"\nepoch {epoch + 1}: accuracy {accuracy:.3f}")
        tandem.epoch(loss, {"accuracy": accuracy})  # 3
    tandem.final({"accuracy": accuracy})  # 4
    print("done")


if __name__ == "__main__":
    main()
