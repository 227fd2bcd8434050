#!/usr/bin/python3
"""The network of MRT-OAST, with real convolutions and PyTorch's own transformer layers, and the
similarity of two programs."""
import math

import torch
from torch import nn
from torch.nn import functional as F

import parity


def encoder(layers, width, heads, feed_forward, dropout):
    layer = nn.TransformerEncoderLayer(width, heads, feed_forward, dropout, norm_first=True,
                                       layer_norm_eps=1e-6, batch_first=True)
    return nn.TransformerEncoder(layer, layers, norm=nn.LayerNorm(width, eps=1e-6))


class Sequence(nn.Module):
    def __init__(self, labels, length, width, dropout, **sizes):
        super().__init__()
        self.embedding = nn.Embedding(labels, width)
        self.dropout = nn.Dropout(dropout)
        self.encoder = encoder(width=width, dropout=dropout, **sizes)
        positions = torch.zeros(1, length, width)
        for place in range(length):
            for i in range(0, width, 2):
                angle = place / 10000 ** (i / width)
                positions[0, place, i] = math.sin(angle)
                positions[0, place, i + 1] = math.cos(angle)
        self.register_buffer("positions", positions)

    def forward(self, labels, is_padding):
        x = self.embedding(labels) * math.sqrt(self.embedding.embedding_dim) + self.positions
        return self.encoder(self.dropout(x), src_key_padding_mask=is_padding)


class CloneDetector(nn.Module):
    def __init__(self, labels, length, layers, width, heads, feed_forward, features, dropout=0):
        super().__init__()
        sizes = {"layers": layers, "width": width, "heads": heads, "feed_forward": feed_forward,
                 "dropout": dropout}
        self.preorder = Sequence(labels, length, **sizes)
        self.postorder = Sequence(labels, length, **sizes)
        self.joint = encoder(**sizes)
        self.merge = nn.Conv2d(2, 1, 1)
        self.pool = nn.Conv2d(1, features // width, (length, 1))

    def features(self, preorder, postorder):
        is_padding = preorder == 0
        with torch.enable_grad():  # the layers' fast path cuts the padding off
            both = torch.stack([self.preorder(preorder, is_padding),
                                self.postorder(postorder, is_padding)], dim=1)
            merged = F.relu(self.merge(both)).squeeze(1)
            joint = self.joint(merged, src_key_padding_mask=is_padding)
        return F.relu(self.pool(joint.unsqueeze(1))).flatten(1)

    def forward(self, first_preorder, first_postorder, second_preorder, second_postorder):
        first = self.features(first_preorder, first_postorder)
        second = self.features(second_preorder, second_postorder)
        return first, second, F.cosine_similarity(first, second).clamp(min=0, max=1)


def translate(tensors):
    names = {"projections.weight": "self_attn.in_proj_weight",
             "projections.bias": "self_attn.in_proj_bias",
             "output.": "self_attn.out_proj.", "expand.": "linear1.", "contract.": "linear2.",
             "attention_norm.": "norm1.", "feed_forward_norm.": "norm2.", ".layer": ".layers.",
             "merge_": "merge.", "pool_": "pool."}
    result = {}
    for name, tensor in tensors.items():
        for ours, theirs in names.items():
            name = name.replace(ours, theirs)
        if name == "merge.weight":
            tensor = tensor.view(1, 2, 1, 1)
        elif name == "pool.weight":
            tensor = tensor.view(tensor.shape[0], 1, tensor.shape[1], 1)
        elif name == "pool.bias":
            tensor = tensor.flatten()
        result[name] = tensor
    return result


def build(**sizes):
    return CloneDetector(**sizes)


def training(network, batch_size, learning_rate):
    labels, length = network.preorder.embedding.num_embeddings, network.preorder.positions.shape[1]
    # Both programs of a pair pass in one batch, as in tandem-train.
    preorder, postorder = torch.randint(1, labels, (2, 2 * batch_size, length))
    clones = (torch.arange(batch_size) % 2).float()
    optimizer = torch.optim.Adam(network.parameters(), lr=learning_rate)

    def loss():
        first, second = network.features(preorder, postorder).chunk(2)
        similarity = F.cosine_similarity(first, second).clamp(min=0, max=1)
        return F.binary_cross_entropy(similarity, clones)
    return optimizer, loss


if __name__ == "__main__":
    parity.main(build, translate, training)
