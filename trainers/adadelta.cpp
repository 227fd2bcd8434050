#include "adadelta.h"

#include <torch/torch.h>

#include <memory>
#include <utility>

namespace tandem::trainers {

Adadelta::Adadelta(std::vector<torch::Tensor> parameters, double learning_rate)
    : Optimizer(std::move(parameters), std::make_unique<AdadeltaOptions>(learning_rate)) {}

torch::Tensor Adadelta::step(LossClosure closure) {
  torch::Tensor loss;
  if (closure) {
    const torch::AutoGradMode enabled(true);
    loss = closure();
  }
  const torch::NoGradGuard no_gradient;
  for (auto& group : param_groups()) {
    const auto& options = static_cast<const AdadeltaOptions&>(group.options());
    const double rho = options.rho();
    for (torch::Tensor& parameter : group.params()) {
      const torch::Tensor& gradient = parameter.grad();
      if (!gradient.defined()) continue;
      Averages& averages = averages_[parameter.unsafeGetTensorImpl()];
      if (!averages.square_gradient.defined()) {
        averages = {torch::zeros_like(parameter), torch::zeros_like(parameter)};
      }
      auto& [square_gradient, square_update] = averages;
      // The order of operations is PyTorch's, so that both round alike.
      square_gradient.mul_(rho).addcmul_(gradient, gradient, 1 - rho);
      const auto update = square_update.add(options.eps())
                              .sqrt_()
                              .div_(square_gradient.add(options.eps()).sqrt_())
                              .mul_(gradient);
      square_update.mul_(rho).addcmul_(update, update, 1 - rho);
      parameter.add_(update, -options.get_lr());
    }
  }
  return loss;
}

}  // namespace tandem::trainers
