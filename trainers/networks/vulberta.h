#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>

namespace tandem::trainers {

/// Numbers of tokens with a meaning to the networks, as in VulBERTa's tokeniser.
inline constexpr std::int32_t token_begin = 0, token_padding = 1, token_end = 2;

/// A network that maps token sequences (int, B × L, filled up with token_padding) to scores for
/// 'not vulnerable' and 'vulnerable' (float, B × 2).
class FunctionNetwork : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(const torch::Tensor& tokens) = 0;
};

/// Sizes of VulBERTa-MLP, by default the published ones.
struct VulbertaMlpSize {
  std::int64_t vocabulary = 50'000;
  std::int64_t length = 1'024;  ///< Longest sequence.
  std::int64_t layers = 12;
  std::int64_t width = 768;
  std::int64_t heads = 12;
  std::int64_t feed_forward = 3'072;
};

/// RoBERTa's encoder (Liu et al. 2019) over the tokens, its first output through a linear layer
/// with tanh and one to two scores.
std::shared_ptr<FunctionNetwork> make_vulberta_mlp(const VulbertaMlpSize& size, double dropout);

/// Sizes of VulBERTa-CNN, by default the published ones.
struct VulbertaCnnSize {
  std::int64_t vocabulary = 50'000;
  std::int64_t width = 768;
  std::int64_t filters = 100;  ///< Of each of the widths 3, 4 and 5.
  std::int64_t hidden = 128;
};

/// Fixed token embeddings, convolutions of three widths over them, each filter's largest answer
/// through two linear layers. A sequence must have at least 5 places.
std::shared_ptr<FunctionNetwork> make_vulberta_cnn(const VulbertaCnnSize& size, double dropout);

}  // namespace tandem::trainers
