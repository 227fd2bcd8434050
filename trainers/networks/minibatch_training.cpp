#include "networks/minibatch_training.h"

#include <torch/torch.h>

#include "networks/batches.h"

namespace tandem::trainers {

void multiply_learning_rates(torch::optim::Optimizer& optimizer, double factor) {
  for (auto& group : optimizer.param_groups()) {
    group.options().set_lr(group.options().get_lr() * factor);
  }
}

void set_learning_rates(torch::optim::Optimizer& optimizer, double learning_rate) {
  for (auto& group : optimizer.param_groups()) group.options().set_lr(learning_rate);
}

void forget_gradients(torch::optim::Optimizer& optimizer) {
  for (auto& group : optimizer.param_groups()) {
    for (torch::Tensor& parameter : group.params()) parameter.mutable_grad().reset();
  }
}

MinibatchTraining::MinibatchTraining(const Settings& settings)
    : device_(settings.device), batch_size_(settings.whole("batch_size")), seed_(settings.seed) {}

void MinibatchTraining::initialize() {
  torch::manual_seed(seed_);
  random_ = seeded_generator(seed_);
  network_ = make_network();
  network_->to(device_);
  optimizer_ = make_optimizer();
  steps_ = 0;
}

std::int64_t MinibatchTraining::parameters() const {
  return count_parameters(*network_);
}

void MinibatchTraining::warm_up() {
  network_->train();
  train_batch(make_batches().front());
  network_->eval();
  const torch::NoGradGuard no_gradient;
  rehearse_evaluation();
}

std::vector<torch::Tensor> MinibatchTraining::make_batches() {
  return shuffled_batches(data().train_samples, batch_size_, random_, device_);
}

torch::Tensor MinibatchTraining::train_batch(const torch::Tensor& indices) {
  forget_gradients(*optimizer_);
  const auto mean_loss = loss(indices);
  mean_loss.backward();
  before_update();
  optimizer_->step();
  return mean_loss.detach();
}

double MinibatchTraining::train_epoch() {
  network_->train();
  // Summed on the device: reading each batch's loss would make the CPU wait for the GPU.
  auto loss_sum = torch::zeros({}, torch::dtype(torch::kFloat64).device(device_));
  std::int64_t samples = 0;
  const auto batches = make_batches();
  for (const auto& indices : batches) {
    before_step(steps_++, static_cast<std::int64_t>(batches.size()));
    loss_sum.add_(train_batch(indices), indices.size(0));
    samples += indices.size(0);
  }
  return loss_sum.item<double>() / static_cast<double>(samples);
}

}  // namespace tandem::trainers
