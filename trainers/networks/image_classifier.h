#pragma once

#include <torch/nn/module.h>

#include <functional>
#include <memory>
#include <vector>

#include "data/images.h"
#include "networks/minibatch_training.h"

namespace tandem::trainers {

/// A network that maps images (N × channels × height × width) to log-probabilities (N × classes).
class ImageNetwork : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(torch::Tensor images) = 0;
};

/// What tells one image classifier from another.
struct ImageClassifierRecipe {
  std::function<std::shared_ptr<ImageNetwork>()> network;
  std::function<std::unique_ptr<torch::optim::Optimizer>(std::vector<torch::Tensor>)> optimizer;
  /// As MinibatchTraining::before_step.
  std::function<void(torch::optim::Optimizer&, std::int64_t step, std::int64_t steps_per_epoch)>
      schedule;
};

/// A network trained as pytorch/examples trains on MNIST: Adadelta with the settings'
/// learning_rate, times gamma after each epoch.
ImageClassifierRecipe adadelta_recipe(std::function<std::shared_ptr<ImageNetwork>()> network,
                                      const Settings& settings);

/// Supervised training of an image network by the negative log-likelihood, in shuffled batches.
/// Reports `accuracy` (share of the test images) and `test_loss` (mean negative log-likelihood).
class ImageClassifier : public MinibatchTraining {
 public:
  ImageClassifier(const ImageDataSet& data, ImageClassifierRecipe recipe, const Settings& settings);

  DataDescription data() const override;
  Metrics evaluate() override;

 private:
  std::shared_ptr<torch::nn::Module> make_network() override;
  std::unique_ptr<torch::optim::Optimizer> make_optimizer() override;
  torch::Tensor loss(const torch::Tensor& indices) override;
  void rehearse_evaluation() override;
  void before_step(std::int64_t step, std::int64_t steps_per_epoch) override;

  ImageDataSet data_;
  ImageClassifierRecipe recipe_;
  std::shared_ptr<ImageNetwork> network_;
};

}  // namespace tandem::trainers
