#include "optimizers.h"

#include <torch/torch.h>

#include <cmath>
#include <memory>
#include <stdexcept>
#include <utility>

// The order of operations is that of Python's torch.optim everywhere, so that both round alike.
namespace tandem::trainers {
namespace {

/// m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;
/// x ← x − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
void adam_update(at::TensorList parameters, at::TensorList gradients, at::TensorList averages,
                 at::TensorList square_averages, std::tuple<double, double> betas, double eps,
                 double learning_rate, long step) {
  const auto [beta1, beta2] = betas;
  const auto t = static_cast<double>(step);
  at::_foreach_mul_(averages, beta1);
  at::_foreach_add_(averages, gradients, 1 - beta1);
  at::_foreach_mul_(square_averages, beta2);
  at::_foreach_addcmul_(square_averages, gradients, gradients, 1 - beta2);
  const std::vector<torch::Tensor> divisors = at::_foreach_sqrt(square_averages);
  at::_foreach_div_(divisors, std::sqrt(1 - std::pow(beta2, t)));
  at::_foreach_add_(divisors, eps);
  at::_foreach_addcdiv_(parameters, averages, divisors, -learning_rate / (1 - std::pow(beta1, t)));
}

}  // namespace

torch::Tensor MultiTensorOptimizer::step(LossClosure closure) {
  torch::Tensor loss;
  if (closure) {
    const torch::AutoGradMode enabled(true);
    loss = closure();
  }
  const torch::NoGradGuard no_gradient;
  ++steps_;
  for (auto& group : param_groups()) {
    Lists lists;
    for (const torch::Tensor& parameter : group.params()) {
      if (!parameter.grad().defined()) continue;
      lists.parameters.push_back(parameter);
      lists.gradients.push_back(parameter.grad());
      auto& kept = state_[parameter.unsafeGetTensorImpl()];
      for (size_t i = 0; i < static_cast<size_t>(kept_); ++i) {
        if (!kept[i].defined()) kept[i] = torch::zeros_like(parameter);
        lists.kept[i].push_back(kept[i]);
      }
    }
    if (!lists.parameters.empty()) update(group.options(), lists, steps_);
  }
  return loss;
}

Adadelta::Adadelta(std::vector<torch::Tensor> parameters, double learning_rate)
    : MultiTensorOptimizer({torch::optim::OptimizerParamGroup(std::move(parameters))},
                           std::make_unique<AdadeltaOptions>(learning_rate), 2) {}

void Adadelta::update(const torch::optim::OptimizerOptions& options, Lists& lists, long) {
  const auto& adadelta = static_cast<const AdadeltaOptions&>(options);
  auto& [square_gradients, square_updates] = lists.kept;
  at::_foreach_mul_(square_gradients, adadelta.rho());
  at::_foreach_addcmul_(square_gradients, lists.gradients, lists.gradients, 1 - adadelta.rho());
  const Tensors divisors = at::_foreach_add(square_gradients, adadelta.eps());
  at::_foreach_sqrt_(divisors);
  const Tensors updates = at::_foreach_add(square_updates, adadelta.eps());
  at::_foreach_sqrt_(updates);
  at::_foreach_div_(updates, divisors);
  at::_foreach_mul_(updates, lists.gradients);
  at::_foreach_mul_(square_updates, adadelta.rho());
  at::_foreach_addcmul_(square_updates, updates, updates, 1 - adadelta.rho());
  at::_foreach_add_(lists.parameters, updates, -adadelta.get_lr());
}

Sgd::Sgd(const std::vector<torch::optim::OptimizerParamGroup>& groups,
         const torch::optim::SGDOptions& options)
    : MultiTensorOptimizer(groups, std::make_unique<torch::optim::SGDOptions>(options), 1) {
  if (options.dampening() != 0) throw std::invalid_argument("Sgd has no dampening");
}

void Sgd::update(const torch::optim::OptimizerOptions& options, Lists& lists, long) {
  const auto& sgd = static_cast<const torch::optim::SGDOptions&>(options);
  Tensors& momenta = lists.kept[0];
  Tensors gradients = lists.gradients;
  if (sgd.weight_decay() != 0) {
    gradients = at::_foreach_add(gradients, lists.parameters, sgd.weight_decay());
  }
  if (sgd.momentum() != 0) {
    at::_foreach_mul_(momenta, sgd.momentum());
    at::_foreach_add_(momenta, gradients);
    gradients = sgd.nesterov() ? at::_foreach_add(gradients, momenta, sgd.momentum()) : momenta;
  }
  at::_foreach_add_(lists.parameters, gradients, -sgd.lr());
}

Adam::Adam(std::vector<torch::Tensor> parameters, const torch::optim::AdamOptions& options)
    : MultiTensorOptimizer({torch::optim::OptimizerParamGroup(std::move(parameters))},
                           std::make_unique<torch::optim::AdamOptions>(options), 2) {
  if (options.amsgrad()) throw std::invalid_argument("Adam has no amsgrad");
}

void Adam::update(const torch::optim::OptimizerOptions& options, Lists& lists, long step) {
  const auto& adam = static_cast<const torch::optim::AdamOptions&>(options);
  Tensors gradients = lists.gradients;
  if (adam.weight_decay() != 0) {
    gradients = at::_foreach_add(gradients, lists.parameters, adam.weight_decay());
  }
  adam_update(lists.parameters, gradients, lists.kept[0], lists.kept[1], adam.betas(), adam.eps(),
              adam.lr(), step);
}

AdamW::AdamW(const std::vector<torch::optim::OptimizerParamGroup>& groups,
             const torch::optim::AdamWOptions& options)
    : MultiTensorOptimizer(groups, std::make_unique<torch::optim::AdamWOptions>(options), 2) {
  if (options.amsgrad()) throw std::invalid_argument("AdamW has no amsgrad");
}

void AdamW::update(const torch::optim::OptimizerOptions& options, Lists& lists, long step) {
  const auto& adam = static_cast<const torch::optim::AdamWOptions&>(options);
  if (adam.weight_decay() != 0) {
    at::_foreach_mul_(lists.parameters, 1 - adam.lr() * adam.weight_decay());
  }
  adam_update(lists.parameters, lists.gradients, lists.kept[0], lists.kept[1], adam.betas(),
              adam.eps(), adam.lr(), step);
}

}  // namespace tandem::trainers
