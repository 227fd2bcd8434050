#include "networks/gradients.h"

#include <torch/torch.h>

namespace tandem::trainers {

void clip_gradient_norm(const std::vector<torch::Tensor>& parameters, double longest) {
  const torch::NoGradGuard no_gradient;
  std::vector<torch::Tensor> lengths;
  for (const torch::Tensor& parameter : parameters) {
    if (parameter.grad().defined()) lengths.push_back(parameter.grad().norm(2));
  }
  if (lengths.empty()) return;
  const auto scale = (longest / (torch::stack(lengths).norm(2) + 1e-6)).clamp_max(1.0);
  for (const torch::Tensor& parameter : parameters) {
    if (parameter.grad().defined()) parameter.grad().mul_(scale);
  }
}

}  // namespace tandem::trainers
