#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <memory>

namespace tandem::trainers {

/// Says of two images how likely they show the same.
class PairNetwork : public torch::nn::Module {
 public:
  /// Two batches N × 1 × height × width → N probabilities.
  virtual torch::Tensor forward(const torch::Tensor& first, const torch::Tensor& second) = 0;
};

/// The network of pytorch/examples, siamese_network: a ResNet-18 (He et al. 2015, table 1) for one
/// channel makes 512 features of each image; a layer of 256 units and one of 1 with a sigmoid judge
/// both images' features. 11,432,897 parameters: torchvision's resnet18 has 11,689,512, less the
/// 513,000 of its last layer and the 6,272 of two input channels, and 262,657 in the new layers.
std::shared_ptr<PairNetwork> siamese_network();

}  // namespace tandem::trainers
