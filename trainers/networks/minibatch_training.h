#pragma once

#include <torch/nn/module.h>
#include <torch/optim/optimizer.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "workload.h"

namespace tandem::trainers {

/// Multiplies the learning rate of every parameter group by `factor`. Not torch::optim::StepLR: in
/// C++, unlike in Python, its first step leaves the learning rate.
void multiply_learning_rates(torch::optim::Optimizer& optimizer, double factor);
/// Sets the learning rate of every parameter group.
void set_learning_rates(torch::optim::Optimizer& optimizer, double learning_rate);

/// Leaves no gradient, so that the next backward pass writes new ones: libtorch 1.13's zero_grad
/// fills each with zeros, to which the pass then adds.
void forget_gradients(torch::optim::Optimizer& optimizer);

/// Gradient descent in minibatches: what all workloads share that train one network by one
/// optimiser. A workload says what its network, its optimiser and the loss of some samples are, and
/// evaluates; where its steps differ from the usual, it overrides a hook.
class MinibatchTraining : public Workload {
 public:
  void initialize() final;
  std::int64_t parameters() const final;
  void warm_up() override;
  double train_epoch() override;

 protected:
  /// `batch_size` is the workload's hyperparameter of this name.
  explicit MinibatchTraining(const Settings& settings);

  /// Called with torch's global random stream freshly seeded. The network may be on any device.
  virtual std::shared_ptr<torch::nn::Module> make_network() = 0;
  /// The network is on the device.
  virtual std::unique_ptr<torch::optim::Optimizer> make_optimizer() = 0;
  /// Mean loss of the training samples at `indices` (int64, B, on the device), a scalar with a
  /// gradient. The network is in training mode.
  virtual torch::Tensor loss(const torch::Tensor& indices) = 0;
  /// One evaluation step on the first samples, for what only a first use costs. The network is in
  /// evaluation mode, no gradients are recorded.
  virtual void rehearse_evaluation() = 0;

  /// The batches of an epoch (int64, B each, on the device); by default all samples of data() in
  /// random order. Called at the start of each epoch.
  virtual std::vector<torch::Tensor> make_batches();
  /// Before each step: `step` counts from 0 over the whole training. For schedules of the learning
  /// rate.
  virtual void before_step(std::int64_t step, std::int64_t steps_per_epoch) {
    (void)step, (void)steps_per_epoch;
  }
  /// Between the gradients and the optimiser's step. For clipping.
  virtual void before_update() {}

  torch::Device device() const { return device_; }
  std::int64_t batch_size() const { return batch_size_; }
  /// The training's own random stream, on the CPU: the order of samples, augmentation.
  torch::Generator& random() { return random_; }
  torch::nn::Module& network() const { return *network_; }
  torch::optim::Optimizer& optimizer() const { return *optimizer_; }

 private:
  /// Returns the mean loss, on the device.
  torch::Tensor train_batch(const torch::Tensor& indices);

  torch::Device device_;
  std::int64_t batch_size_;
  std::uint64_t seed_;

  torch::Generator random_;
  std::shared_ptr<torch::nn::Module> network_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  std::int64_t steps_ = 0;
};

}  // namespace tandem::trainers
