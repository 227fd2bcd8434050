#!/usr/bin/python3
"""Prints what optimizers_test.cpp expects: parameters after each step of torch.optim's optimisers.

Stored numbers: Debian 12's python3-torch 1.13 (torch.__version__ 1.13.0a0), float64.
"""
import torch


def follow(name, make):
    parameter = torch.tensor([0.5, -1.25, 2.0], dtype=torch.float64, requires_grad=True)
    optimizer = make([parameter])
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.7)
    weights = torch.tensor([1.0, -3.0, 0.25], dtype=torch.float64)
    print(name)
    for _ in range(6):
        optimizer.zero_grad()
        (weights * parameter.pow(3)).sum().backward()
        optimizer.step()
        schedule.step()
        print("{" + ", ".join(f"{value:.17g}" for value in parameter.tolist()) + "},")


follow("adadelta", lambda p: torch.optim.Adadelta(p, lr=0.5))
follow("sgd", lambda p: torch.optim.SGD(p, lr=0.01))
follow("sgd momentum decay",
       lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, weight_decay=0.1))
follow("sgd nesterov decay",
       lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, weight_decay=0.1, nesterov=True))
follow("adam decay", lambda p: torch.optim.Adam(p, lr=0.05, weight_decay=0.1))
follow("adamw", lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.1))
