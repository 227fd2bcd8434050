#!/usr/bin/python3
"""Prints what adadelta_test.cpp expects: parameters after each step of torch.optim.Adadelta.

Stored numbers: Debian 12's python3-torch 1.13 (torch.__version__ 1.13.0a0), float64.
"""
import torch

parameter = torch.tensor([0.5, -1.25, 2.0], dtype=torch.float64, requires_grad=True)
optimizer = torch.optim.Adadelta([parameter], lr=0.5)
schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.7)
weights = torch.tensor([1.0, -3.0, 0.25], dtype=torch.float64)
for step in range(1, 7):
    optimizer.zero_grad()
    (weights * parameter.pow(3)).sum().backward()
    optimizer.step()
    schedule.step()
    print("{" + ", ".join(f"{value:.17g}" for value in parameter.tolist()) + "},")
