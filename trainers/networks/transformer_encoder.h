#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>

namespace tandem::trainers {

/// Sizes and variant of a transformer encoder (Vaswani et al. 2017, "Attention Is All You Need").
struct TransformerOptions {
  std::int64_t layers = 1;
  std::int64_t width = 1;  ///< A multiple of `heads`.
  std::int64_t heads = 1;
  std::int64_t feed_forward = 1;
  double dropout = 0;               ///< Of what each sublayer adds.
  double attention_dropout = 0;     ///< Of the attention's weights.
  double feed_forward_dropout = 0;  ///< Between the linear layers of a feed-forward sublayer.
  /// true: normalised before each sublayer and once at the end; false: after each sublayer, as in
  /// the paper and in BERT.
  bool norm_first = false;
  bool gelu = false;  ///< GELU between the linear layers of a feed-forward sublayer, else ReLU.
  double norm_epsilon = 1e-5;
  /// Sets the values of a linear layer with its weight (outputs × inputs) and bias. The attention's
  /// projections to queries, keys and values are three layers to it, though one tensor holds them.
  void (*initialize)(torch::Tensor weight, torch::Tensor bias) = nullptr;
};

/// A layer has 4 (width² + width) + 2 · width · feed_forward + feed_forward + width + 4 · width
/// parameters; norm_first adds 2 · width at the end.
class TransformerEncoder : public torch::nn::Module {
 public:
  /// `x`: float, B × L × width, and the same back. `padding`: bool, B × L, true where `x` is only
  /// filled up: nothing attends to these places; or undefined. A sequence must not be all padding.
  virtual torch::Tensor forward(torch::Tensor x, const torch::Tensor& padding) = 0;
};

std::shared_ptr<TransformerEncoder> make_transformer_encoder(const TransformerOptions& options);

}  // namespace tandem::trainers
