#pragma once

#include <torch/nn/module.h>
#include <torch/optim/optimizer.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace tandem::trainers {

/// Several multilayer perceptrons of one shape side by side, each with its own values: inputs →
/// hidden units (ReLU) → one number. The values of the network f are at [f] of each parameter.
class SideBySideMlps : public torch::nn::Module {
 public:
  /// Starts as scikit-learn's MLPRegressor does: Glorot and Bengio's uniform values, for the biases
  /// too.
  SideBySideMlps(std::int64_t networks, std::int64_t inputs, std::int64_t hidden);

  /// x: networks × B × inputs. Returns networks × B.
  torch::Tensor forward(const torch::Tensor& x) const;
  /// x: N × inputs, for one of the networks. Returns N.
  torch::Tensor forward_one(std::int64_t network, const torch::Tensor& x) const;

  torch::Tensor hidden_weight;  ///< networks × inputs × hidden
  torch::Tensor hidden_bias;    ///< networks × 1 × hidden
  torch::Tensor output_weight;  ///< networks × hidden × 1
  torch::Tensor output_bias;    ///< networks × 1 × 1
};

/// The loss of scikit-learn's MLPRegressor of each network (networks), x and y (networks × B) being
/// its batch: half the mean square of the error, and alpha / 2B times the sum of the squared
/// weights, without the biases.
torch::Tensor mlp_regression_loss(const SideBySideMlps& mlps, const torch::Tensor& x,
                                  const torch::Tensor& y, double alpha);

/// scikit-learn's solver "sgd" with its defaults: Nesterov momentum 0.9, constant learning rate.
std::unique_ptr<torch::optim::Optimizer> mlp_regression_optimizer(const SideBySideMlps& mlps,
                                                                  double learning_rate);

/// Ends the training of each of some networks that are trained side by side, as scikit-learn's
/// MLPRegressor does: when its loss didn't become smaller by 1e-4 for `patience` epochs and one
/// more. A network that has ended is in the steps of the others all the same, and gets its values
/// back after them.
class SideBySideStopping {
 public:
  SideBySideStopping(std::int64_t networks, std::int64_t patience);

  /// `losses` (networks, on the CPU) are those of the epoch; `parameters` hold the values of the
  /// network n at [n].
  void after_epoch(const torch::Tensor& losses, const std::vector<torch::Tensor>& parameters);

  bool all_ended() const;

 private:
  struct Progress {
    double best_loss = std::numeric_limits<double>::infinity();
    std::int64_t epochs_without_improvement = 0;
    bool has_ended = false;
  };

  void note(Progress& progress, double loss) const;

  std::int64_t patience_;
  std::vector<Progress> progress_;
  std::vector<torch::Tensor> kept_;  ///< the values of the networks that have ended
};

}  // namespace tandem::trainers
