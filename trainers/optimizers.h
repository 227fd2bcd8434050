#pragma once

#include <ATen/core/TensorBody.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/optimizer.h>
#include <torch/optim/sgd.h>

#include <array>
#include <unordered_map>
#include <vector>

namespace tandem::trainers {

/// An optimiser that updates all parameters of a group in one call for each operation, as Python's
/// do with `foreach`. libtorch's own go through the parameters one by one: on a GPU several
/// launches for each of a network's hundreds of small tensors. On the CPU both round alike. Cannot
/// be saved.
class MultiTensorOptimizer : public torch::optim::Optimizer {
 public:
  torch::Tensor step(LossClosure closure = nullptr) final;

 protected:
  using Tensors = std::vector<torch::Tensor>;
  /// What a step works on: parameters that have a gradient, and of each what the optimiser keeps
  /// (two tensors shaped as the parameter, zero at first). All of the same length.
  struct Lists {
    Tensors parameters, gradients;
    std::array<Tensors, 2> kept;
  };

  MultiTensorOptimizer(const std::vector<torch::optim::OptimizerParamGroup>& groups,
                       std::unique_ptr<torch::optim::OptimizerOptions> defaults, int kept)
      : Optimizer(groups, std::move(defaults)), kept_(kept) {}

  /// `step` counts from 1. No gradients are recorded.
  virtual void update(const torch::optim::OptimizerOptions& options, Lists& lists, long step) = 0;

 private:
  int kept_;  ///< how many of Lists::kept are used
  long steps_ = 0;
  std::unordered_map<c10::TensorImpl*, std::array<torch::Tensor, 2>> state_;
};

class AdadeltaOptions : public torch::optim::OptimizerCloneableOptions<AdadeltaOptions> {
 public:
  explicit AdadeltaOptions(double learning_rate) : learning_rate_(learning_rate) {}

  double rho() const { return rho_; }
  double eps() const { return eps_; }
  double get_lr() const override { return learning_rate_; }
  void set_lr(double learning_rate) override { learning_rate_ = learning_rate; }

 private:
  double learning_rate_;
  double rho_ = 0.9;   // decay of both running averages
  double eps_ = 1e-6;  // Zeiler's epsilon, as in PyTorch
};

/// Adadelta (Zeiler 2012, arXiv:1212.5701, algorithm 1), which libtorch lacks. As in PyTorch, the
/// update is multiplied by a learning rate; 1 is the paper's own:
///   v ← ρ v + (1 − ρ) g²;  Δ = √(u + ε) / √(v + ε) · g;  u ← ρ u + (1 − ρ) Δ²;  x ← x − lr Δ
class Adadelta : public MultiTensorOptimizer {
 public:
  Adadelta(std::vector<torch::Tensor> parameters, double learning_rate);

 private:
  void update(const torch::optim::OptimizerOptions& options, Lists& lists, long step) override;
};

/// Stochastic gradient descent with L2 weight decay and momentum (also Nesterov's), as
/// torch.optim.SGD without dampening:
///   g ← g + λ x;  b ← μ b + g;  x ← x − lr b  (Nesterov: x ← x − lr (g + μ b))
class Sgd : public MultiTensorOptimizer {
 public:
  /// A group may have torch::optim::SGDOptions of its own. Throws std::invalid_argument for
  /// dampening.
  Sgd(const std::vector<torch::optim::OptimizerParamGroup>& groups,
      const torch::optim::SGDOptions& options);
  Sgd(std::vector<torch::Tensor> parameters, const torch::optim::SGDOptions& options)
      : Sgd({torch::optim::OptimizerParamGroup(std::move(parameters))}, options) {}

 private:
  void update(const torch::optim::OptimizerOptions& options, Lists& lists, long step) override;
};

/// Adam (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1) with L2 weight decay, as
/// torch.optim.Adam.
class Adam : public MultiTensorOptimizer {
 public:
  /// Throws std::invalid_argument for amsgrad.
  Adam(std::vector<torch::Tensor> parameters, const torch::optim::AdamOptions& options);

 private:
  void update(const torch::optim::OptimizerOptions& options, Lists& lists, long step) override;
};

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2), as
/// torch.optim.AdamW.
class AdamW : public MultiTensorOptimizer {
 public:
  /// A group may have torch::optim::AdamWOptions of its own. Throws std::invalid_argument for
  /// amsgrad.
  AdamW(const std::vector<torch::optim::OptimizerParamGroup>& groups,
        const torch::optim::AdamWOptions& options);
  AdamW(std::vector<torch::Tensor> parameters, const torch::optim::AdamWOptions& options)
      : AdamW({torch::optim::OptimizerParamGroup(std::move(parameters))}, options) {}

 private:
  void update(const torch::optim::OptimizerOptions& options, Lists& lists, long step) override;
};

}  // namespace tandem::trainers
