#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>

namespace tandem::trainers {

/// Sizes of the network of MRT-OAST.
struct CloneDetectorSize {
  std::int64_t labels = 0;  ///< Numbers of tree labels, padding included.
  std::int64_t length = 256;
  std::int64_t layers = 2;
  std::int64_t width = 128;
  std::int64_t heads = 8;
  std::int64_t feed_forward = 512;
  std::int64_t features = 512;  ///< A multiple of `width`.
};

inline constexpr std::int64_t clone_padding = 0;

/// The Multiple Representation Transformer: maps the two label sequences of a program's tree to its
/// features.
class CloneDetector : public torch::nn::Module {
 public:
  /// Both sequences int, B × length, filled up with clone_padding → float, B × features, none
  /// negative.
  virtual torch::Tensor forward(const torch::Tensor& preorder, const torch::Tensor& postorder) = 0;
};

std::shared_ptr<CloneDetector> make_clone_detector(const CloneDetectorSize& size, double dropout);

/// The cosine of two programs' features (B × features each), clamped to [0, 1]: B.
torch::Tensor clone_similarity(const torch::Tensor& first, const torch::Tensor& second);

}  // namespace tandem::trainers
