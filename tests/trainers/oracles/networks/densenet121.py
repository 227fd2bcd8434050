#!/usr/bin/python3
"""torchvision's DenseNet-121 with the head of the re-identification baseline."""
import parity
import reid


def build(identities):
    trunk = reid.torchvision_models().densenet121().features
    return reid.GlobalHead(trunk, 1024, identities)


if __name__ == "__main__":
    parity.main(build, training=reid.training_at(256, 128))
