#include "adadelta.h"

#include <torch/torch.h>

#include <memory>
#include <utility>

namespace tandem::trainers {
namespace {

/// Values that a core works through in its cache. From 32,768 on, torch shares an operation among
/// its threads.
constexpr std::int64_t values_per_thread = 32'768;

/// A tensor with the sizes of `parameter`, cut into pieces that stay in the cache from one
/// operation to the next, in the order of the parameter's memory. On a GPU, or where a piece would
/// not be a run of memory, the tensor as it is.
std::vector<torch::Tensor> pieces(const torch::Tensor& tensor, const torch::Tensor& parameter) {
  const auto size = values_per_thread * torch::get_num_threads();
  if (!parameter.is_cpu() || parameter.numel() <= size) return {tensor};
  if (!parameter.is_non_overlapping_and_dense()) return {tensor};
  const auto in_memory_order =
      tensor.strides() == parameter.strides() ? tensor : torch::empty_like(parameter).copy_(tensor);
  return in_memory_order.as_strided({tensor.numel()}, {1}).split(size);
}

void update(const AdadeltaOptions& options, const torch::Tensor& parameter,
            const torch::Tensor& gradient, const torch::Tensor& square_gradient,
            const torch::Tensor& square_update) {
  // The order of operations is PyTorch's, so that both round alike.
  const double rho = options.rho();
  square_gradient.mul_(rho).addcmul_(gradient, gradient, 1 - rho);
  const auto change = square_update.add(options.eps())
                          .sqrt_()
                          .div_(square_gradient.add(options.eps()).sqrt_())
                          .mul_(gradient);
  square_update.mul_(rho).addcmul_(change, change, 1 - rho);
  parameter.add_(change, -options.get_lr());
}

}  // namespace

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
    for (torch::Tensor& parameter : group.params()) {
      const torch::Tensor& gradient = parameter.grad();
      if (!gradient.defined()) continue;
      Averages& averages = averages_[parameter.unsafeGetTensorImpl()];
      if (!averages.square_gradient.defined()) {
        averages = {torch::zeros_like(parameter), torch::zeros_like(parameter)};
      }
      const auto parameters = pieces(parameter, parameter);
      const auto gradients = pieces(gradient, parameter);
      const auto square_gradients = pieces(averages.square_gradient, parameter);
      const auto square_updates = pieces(averages.square_update, parameter);
      for (std::size_t i = 0; i < parameters.size(); ++i) {
        update(options, parameters[i], gradients[i], square_gradients[i], square_updates[i]);
      }
    }
  }
  return loss;
}

}  // namespace tandem::trainers
