#pragma once

#include <torch/nn/module.h>
#include <torch/optim/optimizer.h>

#include <functional>
#include <memory>
#include <vector>

#include "data/images.h"
#include "workload.h"

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
  double decay = 1;  ///< Factor on the learning rate after each epoch.
};

/// A network trained as pytorch/examples trains on MNIST: Adadelta with the settings'
/// learning_rate, times gamma after each epoch.
ImageClassifierRecipe adadelta_recipe(std::function<std::shared_ptr<ImageNetwork>()> network,
                                      const Settings& settings);

/// Supervised training of an image network by the negative log-likelihood, in shuffled batches.
/// Reports `accuracy` (share of the test images) and `test_loss` (mean negative log-likelihood).
class ImageClassifier : public Workload {
 public:
  ImageClassifier(const ImageDataSet& data, ImageClassifierRecipe recipe, const Settings& settings);

  DataDescription data() const override;
  void initialize() override;
  std::int64_t parameters() const override;
  void warm_up() override;
  double train_epoch() override;
  Metrics evaluate() override;

 private:
  /// One optimiser step on the samples at `indices` (int64, B). Returns the mean loss, on the
  /// device.
  torch::Tensor train_batch(const torch::Tensor& indices);

  torch::Device device_;
  ImageDataSet data_;
  ImageClassifierRecipe recipe_;
  std::int64_t batch_size_;
  std::uint64_t seed_;

  torch::Generator shuffle_;
  std::shared_ptr<ImageNetwork> network_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
};

}  // namespace tandem::trainers
