"""Holds a network of tandem-train against one written in Python, for the scripts beside this file.

A script defines
    build(**options)      its own version of the network: a torch.nn.Module without dropout,
                          called with the case's inputs, returning a tensor or several
    translate(tensors)    optional: our named tensors → the same by the names of build()'s network;
                          linear in the tensors, for it is used for gradients too
    training(network, batch_size, learning_rate)
                          optional, for time: an optimiser and a function that returns the loss of a
                          ready-made batch of full-scale shapes
and ends with `parity.main(build, translate, training)`. It is called as

    NAME.py compare FILE OPTIONS
    NAME.py time OPTIONS --batch-size 128 --learning-rate 0.1 --steps 10 --epochs 2 --threads 1

FILE has what tests/trainers/network_parity.cpp recorded of our network in float32 and float64;
OPTIONS are build()'s arguments as JSON. Printed as JSON: for each precision the largest difference
of the outputs, the gradients, the buffers after the pass and the outputs in evaluation mode. A
difference is a share of the tensor's largest magnitude, or of a thousandth of the largest in the
whole group where that is more: the gradient of a bias before a batch normalisation is nothing but
noise. Names or shapes that don't fit end the script with a message. `time` prints the seconds of
each epoch of so many training steps, after one that isn't counted, as JSON.

Written with Debian 12's python3-torch 1.13 (torch.__version__ 1.13.0a0).
"""
import argparse
import json
import sys
import time

try:
    import torch
except ImportError as error:
    sys.exit(f"parity.py: {error}: install python3-torch and run it by /usr/bin/python3")


def group(archive, path):
    """The tensors below a path, by the rest of their names."""
    return {name[len(path):]: tensor for name, tensor in archive.items() if name.startswith(path)}


def in_order(tensors):
    return [tensors[str(i)] for i in range(len(tensors))]


def check_names(ours, theirs, what):
    shapes = [{name: tuple(tensor.shape) for name, tensor in each.items()}
              for each in (ours, theirs)]
    if shapes[0] != shapes[1]:
        only_ours, only_theirs = [sorted(set(a.items()) - set(b.items()))
                                  for a, b in (shapes, shapes[::-1])]
        sys.exit(f"{what} differ: only ours: {only_ours}; only Python's: {only_theirs}")


def largest_difference(ours, theirs):
    """Of two lists of tensors."""
    pairs = [(a.double(), b.double()) for a, b in zip(ours, theirs) if b.numel() > 0]
    if len(ours) != len(theirs) or any(a.shape != b.shape for a, b in pairs):
        sys.exit(f"shapes differ: ours {[tuple(a.shape) for a in ours]}, "
                 f"Python's {[tuple(b.shape) for b in theirs]}")
    least_scale = 1e-3 * max((b.abs().max().item() for _, b in pairs), default=0)
    result = 0.0
    for a, b in pairs:
        difference = (a - b).abs().max().item()
        if not difference <= float("inf"):
            return float("inf")
        scale = max(b.abs().max().item(), least_scale)
        result = max(result, difference / scale if scale > 0 else difference)
    return result


def as_list(outputs):
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def compare(network, translate, archive):
    parameters = translate(group(archive, "parameters/"))
    buffers = translate(group(archive, "buffers/"))
    check_names(parameters, dict(network.named_parameters()), "parameters")
    check_names(buffers, dict(network.named_buffers()), "buffers")
    network.load_state_dict({**parameters, **buffers}, strict=False)
    inputs = in_order(group(archive, "inputs/"))

    network.train()
    outputs = as_list(network(*inputs))
    weights = in_order(group(archive, "weights/"))
    sum((output * weight).sum() for output, weight in zip(outputs, weights)).backward()
    gradients = translate(group(archive, "gradients/"))
    buffers_after = translate(group(archive, "buffers_after/"))
    names = [name for name, _ in network.named_parameters()]
    result = {
        "outputs": largest_difference(in_order(group(archive, "outputs/")), outputs),
        "gradients": largest_difference(
            [gradients[name] for name in names],
            [torch.zeros_like(x) if x.grad is None else x.grad for x in network.parameters()]),
        "buffers": largest_difference([buffers_after[name] for name, _ in network.named_buffers()],
                                      list(network.buffers())),
    }
    network.eval()
    with torch.no_grad():
        result["evaluation"] = largest_difference(in_order(group(archive, "evaluation/")),
                                                  as_list(network(*inputs)))
    return result


def time_steps(network, training, arguments):
    """Prints one line an epoch, as mnist_training.py does."""
    optimizer, loss_of_batch = training(network, arguments.batch_size, arguments.learning_rate)
    network.train()
    for epoch in range(arguments.epochs + 1):
        start = time.monotonic()
        loss_sum = torch.zeros((), dtype=torch.float64)
        for _ in range(arguments.steps if epoch > 0 else 1):
            optimizer.zero_grad()
            loss = loss_of_batch()
            loss.backward()
            optimizer.step()
            loss_sum.add_(loss.detach())
        loss_sum.item()
        if epoch > 0:
            print(json.dumps({"epoch": epoch, "train_seconds": time.monotonic() - start}),
                  flush=True)


def main(build, translate=lambda tensors: tensors, training=None):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    comparison = commands.add_parser("compare")
    comparison.add_argument("file")
    comparison.add_argument("options", type=json.loads)
    if training is not None:
        timing = commands.add_parser("time")
        timing.add_argument("options", type=json.loads)
        timing.add_argument("--batch-size", type=int, required=True)
        timing.add_argument("--learning-rate", type=float, required=True)
        timing.add_argument("--steps", type=int, required=True)
        timing.add_argument("--epochs", type=int, default=1)
        timing.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.command == "time":
        torch.set_num_threads(arguments.threads)
        time_steps(build(**arguments.options), training, arguments)
        return
    archive = torch.load(arguments.file)
    result = {}
    for precision in ["float32", "float64"]:
        network = build(**arguments.options).to(getattr(torch, precision))
        result[precision] = compare(network, translate, group(archive, precision + "/"))
    print(json.dumps(result))
