#pragma once

#include <torch/optim/optimizer.h>

#include <unordered_map>
#include <vector>

namespace tandem::trainers {

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
/// Cannot be saved.
class Adadelta : public torch::optim::Optimizer {
 public:
  Adadelta(std::vector<torch::Tensor> parameters, double learning_rate);

  torch::Tensor step(LossClosure closure = nullptr) override;

 private:
  struct Averages {
    torch::Tensor square_gradient;  // v, shaped as the parameter
    torch::Tensor square_update;    // u, shaped as the parameter
  };
  std::unordered_map<c10::TensorImpl*, Averages> averages_;
};

}  // namespace tandem::trainers
