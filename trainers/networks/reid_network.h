#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace tandem::trainers {

/// A convolutional network without its classifier: images (N × 3 × height × width) to maps of
/// features (N × channels × height / stride × width / stride).
class FeatureTrunk : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(torch::Tensor images) = 0;
};

/// A network for person re-identification: trained to tell the identities of the training images
/// apart, used for the features that it compares other persons by.
class ReidNetwork : public torch::nn::Module {
 public:
  /// Scores of the identities (logits, N × identities), from each of the network's classifiers.
  virtual std::vector<torch::Tensor> classify(const torch::Tensor& images) = 0;
  /// Features of the parts of each image (N × parts × values).
  virtual torch::Tensor features(const torch::Tensor& images) = 0;
  /// The values of the layers after the trunk, which train at the full learning rate.
  virtual std::vector<torch::Tensor> head_parameters() const = 0;
  /// The values of the trunk.
  virtual std::vector<torch::Tensor> trunk_parameters() const = 0;
};

/// A trunk (module `trunk`) that gives `channels` channels, mean over the map, and one head
/// (`head`) with 512 units, as layumi/Person_reID_baseline_pytorch puts on DenseNet and HRNet.
/// Persons are compared by those 512 values.
std::shared_ptr<ReidNetwork> with_global_head(std::shared_ptr<FeatureTrunk> trunk,
                                              std::int64_t channels, std::int64_t identities,
                                              double dropout);

/// The part-based convolutional baseline (Sun et al. 2018, "Beyond Part Models", section 3) as
/// layumi/Person_reID_baseline_pytorch builds it: the trunk's map (a multiple of 6 rows) is cut
/// into 6 horizontal parts; the mean of each, after dropout, goes to a head of its own (`head0` to
/// `head5`) with 256 units. Persons are compared by those 6 × 256 values, the paper's descriptor H;
/// the baseline takes the means of the parts (descriptor G, 6 × 2048), which the heads don't shape.
std::shared_ptr<ReidNetwork> with_part_heads(std::shared_ptr<FeatureTrunk> trunk,
                                             std::int64_t channels, std::int64_t identities,
                                             double dropout);

}  // namespace tandem::trainers
