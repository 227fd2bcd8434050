#!/usr/bin/python3
"""HRNet-W18 (Wang et al. 2019, arXiv:1908.07919) with the head of the re-identification baseline.

The network as functions on a table of layers, so that nothing of the structure is shared with the
program but the names of the layers.
"""
from torch import nn
from torch.nn import functional as F

import parity
import reid

CHANNELS = [18, 36, 72, 144]
WIDTHS = [32, 64, 128, 256]
MODULES = {2: 1, 3: 4, 4: 3}


class Hrnet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv_norm("stem1", 3, 64, 3)
        self.conv_norm("stem2", 64, 64, 3)
        for block in range(4):
            self.bottleneck(f"stage1.{block}", 64 if block == 0 else 256, 64, block == 0)
        self.conv_norm("first_branch", 256, 18, 3)
        for new, inputs in [(1, 256), (2, 36), (3, 72)]:
            self.conv_norm(f"new_branch{new}", inputs, CHANNELS[new], 3)
        for stage, modules in MODULES.items():
            for module in range(modules):
                self.module(f"stage{stage}module{module}", stage)
        for i in range(4):
            self.bottleneck(f"widening{i}", CHANNELS[i], WIDTHS[i], True)
            if i > 0:
                self.conv_norm(f"downsampling{i}", 4 * WIDTHS[i - 1], 4 * WIDTHS[i], 3, bias=True)
        self.conv_norm("last", 1024, 2048, 1, bias=True)

    # Building: a layer at a dotted path.
    def put(self, path, layer):
        owner, names = self, path.split(".")
        for name in names[:-1]:
            if name not in owner._modules:
                owner.add_module(name, nn.Module())
            owner = owner._modules[name]
        owner.add_module(names[-1], layer)

    def conv_norm(self, path, inputs, outputs, kernel, bias=False, names=("conv", "norm")):
        self.put(f"{path}.{names[0]}", nn.Conv2d(inputs, outputs, kernel, bias=bias))
        self.put(f"{path}.{names[1]}", nn.BatchNorm2d(outputs))

    def bottleneck(self, path, inputs, width, projected):
        for i, (a, b, kernel) in enumerate([(inputs, width, 1), (width, width, 3),
                                            (width, 4 * width, 1)], 1):
            self.conv_norm(path, a, b, kernel, names=(f"conv{i}", f"bn{i}"))
        if projected:
            self.conv_norm(f"{path}.downsample", inputs, 4 * width, 1, names=("0", "1"))

    def module(self, path, branches):
        for i in range(branches):
            for block in range(4):
                for conv in (1, 2):
                    self.conv_norm(f"{path}.branch{i}.{block}", CHANNELS[i], CHANNELS[i], 3,
                                   names=(f"conv{conv}", f"bn{conv}"))
            for j in range(branches):
                exchange = f"{path}.exchange{i}to{j}"
                if i > j:
                    self.conv_norm(f"{exchange}.0", CHANNELS[i], CHANNELS[j], 1)
                for step in range(j - i):
                    outputs = CHANNELS[j] if step == j - i - 1 else CHANNELS[i]
                    self.conv_norm(f"{exchange}.{step}", CHANNELS[i], outputs, 3)

    # Running.
    def run(self, path, x, stride=1, names=("conv", "norm")):
        layer = self.get_submodule(path)
        convolution = layer.get_submodule(names[0])
        x = F.conv2d(x, convolution.weight, convolution.bias, stride,
                     convolution.kernel_size[0] // 2)
        return layer.get_submodule(names[1])(x)

    def run_bottleneck(self, path, x):
        y = x
        for i in (1, 2, 3):
            y = self.run(path, y, names=(f"conv{i}", f"bn{i}"))
            y = F.relu(y) if i < 3 else y
        if "downsample" in self.get_submodule(path)._modules:
            x = self.run(f"{path}.downsample", x, names=("0", "1"))
        return F.relu(x + y)

    def run_module(self, path, maps):
        maps = list(maps)
        for i in range(len(maps)):
            for block in range(4):
                block_path = f"{path}.branch{i}.{block}"
                y = F.relu(self.run(block_path, maps[i], names=("conv1", "bn1")))
                maps[i] = F.relu(self.run(block_path, y, names=("conv2", "bn2")) + maps[i])
        fused = []
        for j in range(len(maps)):
            terms = []
            for i, x in enumerate(maps):
                exchange = f"{path}.exchange{i}to{j}"
                if i > j:
                    x = self.run(f"{exchange}.0", x)
                    x = x.repeat_interleave(2 ** (i - j), 2).repeat_interleave(2 ** (i - j), 3)
                for step in range(j - i):
                    x = self.run(f"{exchange}.{step}", x, stride=2)
                    x = F.relu(x) if step < j - i - 1 else x
                terms.append(x)
            fused.append(F.relu(sum(terms)))
        return fused

    def forward(self, images):
        x = F.relu(self.run("stem1", images, stride=2))
        x = F.relu(self.run("stem2", x, stride=2))
        for block in range(4):
            x = self.run_bottleneck(f"stage1.{block}", x)
        maps = [F.relu(self.run("first_branch", x)),
                F.relu(self.run("new_branch1", x, stride=2))]
        for stage, modules in MODULES.items():
            if stage > 2:
                maps.append(F.relu(self.run(f"new_branch{stage - 1}", maps[-1], stride=2)))
            for module in range(modules):
                maps = self.run_module(f"stage{stage}module{module}", maps)
        y = self.run_bottleneck("widening0", maps[0])
        for i in (1, 2, 3):
            y = (self.run_bottleneck(f"widening{i}", maps[i])
                 + F.relu(self.run(f"downsampling{i}", y, stride=2)))
        return F.relu(self.run("last", y))


def build(identities):
    return reid.GlobalHead(Hrnet18(), 2048, identities)


if __name__ == "__main__":
    parity.main(build, training=reid.training_at(256, 128))
