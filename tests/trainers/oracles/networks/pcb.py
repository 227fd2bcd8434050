#!/usr/bin/python3
"""PCB on torchvision's ResNet-50."""
from torch import nn

import parity
import reid


def build(identities):
    trunk = reid.torchvision_models().resnet50()
    trunk.layer4[0].conv2.stride = (1, 1)
    trunk.layer4[0].downsample[0].stride = (1, 1)
    layers = [(name, layer) for name, layer in trunk.named_children() if name not in ("avgpool", "fc")]
    sequence = nn.Sequential()
    for name, layer in layers:
        sequence.add_module(name, layer)
    return reid.PartHeads(sequence, 2048, identities)


if __name__ == "__main__":
    parity.main(build, training=reid.training_at(384, 192))
