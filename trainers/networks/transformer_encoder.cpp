#include "networks/transformer_encoder.h"

#include <torch/torch.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "networks/dropout.h"

namespace tandem::trainers {
namespace {

/// −∞ where nothing may attend, 0 elsewhere; B × 1 × 1 × L.
torch::Tensor attention_bias(const torch::Tensor& x, const torch::Tensor& padding) {
  return torch::zeros({padding.size(0), 1, 1, padding.size(1)}, x.options())
      .masked_fill_(padding.unsqueeze(1).unsqueeze(1), -std::numeric_limits<double>::infinity());
}

/// softmax(q kᵀ / √d + bias) v, for q, k, v of B × heads × L × d.
torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                     const torch::Tensor& bias, double drop_rate) {
#if TORCH_VERSION_MAJOR >= 2
  constexpr bool causal = false;
  if (!bias.defined()) return at::scaled_dot_product_attention(q, k, v, {}, drop_rate, causal);
  const auto mask = bias.expand({q.size(0), q.size(1), q.size(2), k.size(2)});
  return at::scaled_dot_product_attention(q, k, v, mask, drop_rate, causal);
#else
  const std::int64_t batch = q.size(0), heads = q.size(1), length = q.size(2), width = q.size(3);
  const auto matrices = [](const torch::Tensor& x) { return x.flatten(0, 1); };
  const double scale = 1 / std::sqrt(static_cast<double>(width));
  const auto keys = matrices(k).transpose(1, 2);
  auto scores =
      bias.defined()
          ? torch::baddbmm(bias.expand({batch, heads, 1, length}).reshape({-1, 1, length}),
                           matrices(q), keys, 1, scale)
          : torch::bmm(matrices(q) * scale, keys);
  const auto weights = drop_values(scores.softmax(-1), drop_rate, true);
  return weights.bmm(matrices(v)).view({batch, heads, length, width});
#endif
}

class EncoderLayer : public torch::nn::Module {
 public:
  explicit EncoderLayer(const TransformerOptions& options)
      : options_(options),
        projections_(
            register_module("projections", torch::nn::Linear(options.width, 3 * options.width))),
        output_(register_module("output", torch::nn::Linear(options.width, options.width))),
        expand_(register_module("expand", torch::nn::Linear(options.width, options.feed_forward))),
        contract_(
            register_module("contract", torch::nn::Linear(options.feed_forward, options.width))),
        attention_norm_(register_module("attention_norm", norm(options))),
        feed_forward_norm_(register_module("feed_forward_norm", norm(options))) {
    if (options.initialize == nullptr) return;
    const auto weights = projections_->weight.chunk(3);
    const auto biases = projections_->bias.chunk(3);
    for (std::size_t i = 0; i < 3; ++i) options.initialize(weights[i], biases[i]);
    for (const auto& layer : {output_, expand_, contract_}) {
      options.initialize(layer->weight, layer->bias);
    }
  }

  static torch::nn::LayerNorm norm(const TransformerOptions& options) {
    return torch::nn::LayerNorm(
        torch::nn::LayerNormOptions({options.width}).eps(options.norm_epsilon));
  }

  torch::Tensor forward(torch::Tensor x, const torch::Tensor& bias) {
    if (options_.norm_first) {
      x = x + drop(attention(attention_norm_(x), bias), options_.dropout);
      return x + drop(feed_forward(feed_forward_norm_(x)), options_.dropout);
    }
    x = attention_norm_(x + drop(attention(x, bias), options_.dropout));
    return feed_forward_norm_(x + drop(feed_forward(x), options_.dropout));
  }

 private:
  torch::Tensor drop(const torch::Tensor& x, double rate) {
    return drop_values(x, rate, is_training());
  }

  torch::Tensor attention(const torch::Tensor& x, const torch::Tensor& bias) {
    const std::int64_t batch = x.size(0), length = x.size(1);
    const auto projected = projections_(x)
                               .view({batch, length, 3, options_.heads, -1})
                               .permute({2, 0, 3, 1, 4})
                               .unbind(0);
    const auto attended = attend(projected[0], projected[1], projected[2], bias,
                                 is_training() ? options_.attention_dropout : 0.0);
    return output_(attended.transpose(1, 2).reshape({batch, length, options_.width}));
  }

  torch::Tensor feed_forward(const torch::Tensor& x) {
    const auto expanded = expand_(x);
    return contract_(drop(options_.gelu ? torch::gelu(expanded) : torch::relu(expanded),
                          options_.feed_forward_dropout));
  }

  TransformerOptions options_;
  torch::nn::Linear projections_, output_, expand_, contract_;
  torch::nn::LayerNorm attention_norm_, feed_forward_norm_;
};

class Encoder : public TransformerEncoder {
 public:
  explicit Encoder(const TransformerOptions& options) {
    for (std::int64_t i = 0; i < options.layers; ++i) {
      layers_.push_back(
          register_module("layer" + std::to_string(i), std::make_shared<EncoderLayer>(options)));
    }
    if (options.norm_first) norm_ = register_module("norm", EncoderLayer::norm(options));
  }

  torch::Tensor forward(torch::Tensor x, const torch::Tensor& padding) override {
    const auto bias = padding.defined() ? attention_bias(x, padding) : torch::Tensor();
    for (const auto& layer : layers_) x = layer->forward(x, bias);
    return norm_.is_empty() ? x : norm_(x);
  }

 private:
  std::vector<std::shared_ptr<EncoderLayer>> layers_;
  torch::nn::LayerNorm norm_{nullptr};
};

}  // namespace

std::shared_ptr<TransformerEncoder> make_transformer_encoder(const TransformerOptions& options) {
  return std::make_shared<Encoder>(options);
}

}  // namespace tandem::trainers
