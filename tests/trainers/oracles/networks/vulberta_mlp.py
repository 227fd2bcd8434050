#!/usr/bin/python3
"""VulBERTa-MLP: RoBERTa's encoder with a head on its first output, put together from PyTorch's own
layers."""
import torch
from torch import nn
from torch.nn import functional as F

import parity

PADDING = 1


class VulbertaMlp(nn.Module):
    def __init__(self, vocabulary, length, layers, width, heads, feed_forward, dropout=0):
        super().__init__()
        self.words = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(length + 2, width)
        self.kinds = nn.Embedding(1, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(width, heads, feed_forward, dropout, activation="gelu",
                                       layer_norm_eps=1e-12, batch_first=True)
            for _ in range(layers))
        self.dropout = nn.Dropout(dropout)
        self.fc1 = nn.Linear(width, width)
        self.fc2 = nn.Linear(width, 2)

    def forward(self, tokens):
        is_token = tokens != PADDING
        # As RoBERTa counts: the padding's own number for padding, then from there on.
        places = is_token.long().cumsum(1) * is_token + PADDING
        x = self.words(tokens) + self.positions(places) + self.kinds(torch.zeros_like(tokens))
        x = self.dropout(self.norm(x))
        # The layers' fast path for evaluation leaves the padding out in another way.
        with torch.enable_grad():
            for layer in self.layers:
                x = layer(x, src_key_padding_mask=~is_token)
        x = torch.tanh(self.fc1(self.dropout(x[:, 0])))
        return self.fc2(self.dropout(x))


def translate(tensors):
    names = {"projections.weight": "self_attn.in_proj_weight",
             "projections.bias": "self_attn.in_proj_bias",
             "output.": "self_attn.out_proj.", "expand.": "linear1.", "contract.": "linear2.",
             "attention_norm.": "norm1.", "feed_forward_norm.": "norm2.",
             "encoder.layer": "layers."}
    result = {}
    for name, tensor in tensors.items():
        for ours, theirs in names.items():
            name = name.replace(ours, theirs)
        result[name] = tensor
    return result


def build(**sizes):
    return VulbertaMlp(**sizes)


def training(network, batch_size, learning_rate):
    vocabulary, length = network.words.num_embeddings, network.positions.num_embeddings - 2
    tokens = torch.randint(5, vocabulary, (batch_size, length))
    vulnerable = torch.arange(batch_size) % 2
    optimizer = torch.optim.AdamW(network.parameters(), lr=learning_rate, weight_decay=0)
    # The harness calls loss, backward and step: the gradients are cut at the step's beginning.
    step = optimizer.step

    def clip_and_step():
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        step()
    optimizer.step = clip_and_step
    return optimizer, lambda: F.cross_entropy(network(tokens), vulnerable)


if __name__ == "__main__":
    parity.main(build, translate, training)
