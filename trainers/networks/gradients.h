#pragma once

#include <torch/types.h>

#include <vector>

namespace tandem::trainers {

/// Scales the gradients of `parameters` so that together they are at most `longest` long (Euclidean
/// norm), as Python's torch.nn.utils.clip_grad_norm_. C++'s function of that name reads the length
/// back in each step, for which the CPU must wait for the GPU; this one doesn't.
void clip_gradient_norm(const std::vector<torch::Tensor>& parameters, double longest);

}  // namespace tandem::trainers
