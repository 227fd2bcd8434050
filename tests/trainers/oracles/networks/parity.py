"""Holds a network of tandem-train against one written in Python, for the scripts beside this file.

A script defines
    build(**options)      its own version of the network: a torch.nn.Module without dropout,
                          called with the case's inputs, returning a tensor or several
    translate(tensors)    optional: our named tensors → the same by the names of build()'s network;
                          linear in the tensors, for it is used for gradients too
and ends with `parity.main(build, translate)`. It is called as

    NAME.py compare FILE OPTIONS

FILE has what tests/trainers/network_parity.cpp recorded of our network in float32 and float64;
OPTIONS are build()'s arguments as JSON. Printed as JSON: for each precision the largest difference
of the outputs, the gradients, the buffers after the pass and the outputs in evaluation mode. A
difference is a share of the tensor's largest magnitude, or of a thousandth of the largest in the
whole group where that is more: the gradient of a bias before a batch normalisation is nothing but
noise. Names or shapes that don't fit end the script with a message.

Written with Debian 12's python3-torch 1.13 (torch.__version__ 1.13.0a0).
"""
import argparse
import json
import sys

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


def main(build, translate=lambda tensors: tensors):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    comparison = commands.add_parser("compare")
    comparison.add_argument("file")
    comparison.add_argument("options", type=json.loads)
    arguments = parser.parse_args()
    archive = torch.load(arguments.file)
    result = {}
    for precision in ["float32", "float64"]:
        network = build(**arguments.options).to(getattr(torch, precision))
        result[precision] = compare(network, translate, group(archive, precision + "/"))
    print(json.dumps(result))
