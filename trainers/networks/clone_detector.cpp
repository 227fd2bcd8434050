#include "networks/clone_detector.h"

#include <torch/torch.h>

#include <cmath>

#include "networks/dropout.h"
#include "networks/transformer_encoder.h"

namespace tandem::trainers {
namespace {

constexpr double attention_share = 0.5;  // the original's attention drops 0.1, all else 0.2
constexpr double norm_epsilon = 1e-6;

void initialize_linear(torch::Tensor weight, torch::Tensor) {
  torch::nn::init::xavier_uniform_(weight);
}

/// sin(p / 10000^(2i / width)) at even, cos at odd features (Vaswani et al. 2017, section 3.5);
/// 1 × length × width.
torch::Tensor sinusoidal_positions(std::int64_t length, std::int64_t width) {
  const auto positions = torch::arange(length, torch::kFloat32).unsqueeze(1);
  const auto frequencies = torch::exp(torch::arange(0, width, 2, torch::kFloat32) *
                                      (-std::log(10000.0) / static_cast<double>(width)));
  const auto angles = positions * frequencies;
  return torch::stack({angles.sin(), angles.cos()}, 2).flatten(1).unsqueeze(0);
}

/// Label embeddings times √width plus positions, and an encoder over them.
class SequenceEncoder : public torch::nn::Module {
 public:
  SequenceEncoder(const CloneDetectorSize& size, const TransformerOptions& options)
      : scale_(std::sqrt(static_cast<double>(size.width))),
        dropout_(options.dropout),
        embedding_(register_module("embedding", torch::nn::Embedding(size.labels, size.width))),
        encoder_(register_module("encoder", make_transformer_encoder(options))),
        positions_(register_buffer("positions", sinusoidal_positions(size.length, size.width))) {
    torch::nn::init::xavier_uniform_(embedding_->weight);
  }

  torch::Tensor forward(const torch::Tensor& labels, const torch::Tensor& padding) {
    const auto embedded = embedding_(labels) * scale_ + positions_;
    return encoder_->forward(drop_values(embedded, dropout_, is_training()), padding);
  }

 private:
  double scale_, dropout_;
  torch::nn::Embedding embedding_;
  std::shared_ptr<TransformerEncoder> encoder_;
  torch::Tensor positions_;
};

/// With V numbers of labels, the published sizes have 1,191,431 + 256 V parameters: three encoders
/// of 396,800, the 1 × 1 convolution of 3 and the pooling of 1,028, as the sum over the tensors of
/// UnbSky/MRT-OAST, nnet/btransform.py, with the defaults of main_batch.py.
class Network : public CloneDetector {
 public:
  Network(const CloneDetectorSize& size, double rate) {
    const TransformerOptions options{.layers = size.layers,
                                     .width = size.width,
                                     .heads = size.heads,
                                     .feed_forward = size.feed_forward,
                                     .dropout = rate,
                                     .attention_dropout = attention_share * rate,
                                     .feed_forward_dropout = rate,
                                     .norm_first = true,
                                     .norm_epsilon = norm_epsilon,
                                     .initialize = initialize_linear};
    preorder_ = register_module("preorder", std::make_shared<SequenceEncoder>(size, options));
    postorder_ = register_module("postorder", std::make_shared<SequenceEncoder>(size, options));
    joint_ = register_module("joint", make_transformer_encoder(options));
    merge_weight_ = register_parameter("merge_weight", uniform({2}, 2));
    merge_bias_ = register_parameter("merge_bias", uniform({1}, 2));
    const std::int64_t filters = size.features / size.width;
    pool_weight_ = register_parameter("pool_weight", uniform({filters, size.length}, size.length));
    pool_bias_ = register_parameter("pool_bias", uniform({filters, 1}, size.length));
  }

  torch::Tensor forward(const torch::Tensor& preorder, const torch::Tensor& postorder) override {
    const auto padding = preorder.eq(clone_padding);
    const auto before = preorder_->forward(preorder, padding);
    const auto after = postorder_->forward(postorder, padding);
    // A 1 × 1 convolution from two channels to one, and one over the whole length to a few: written
    // as sums, which run several times as fast as what convolutions make of such shapes.
    const auto merged = (before * merge_weight_[0] + after * merge_weight_[1] + merge_bias_).relu();
    const auto joint = joint_->forward(merged, padding);
    return (torch::matmul(pool_weight_, joint) + pool_bias_).relu().flatten(1);
  }

 private:
  /// As a convolution's weights and biases begin in libtorch.
  static torch::Tensor uniform(at::IntArrayRef sizes, std::int64_t inputs) {
    const double bound = 1 / std::sqrt(static_cast<double>(inputs));
    return torch::empty(sizes).uniform_(-bound, bound);
  }

  std::shared_ptr<SequenceEncoder> preorder_, postorder_;
  std::shared_ptr<TransformerEncoder> joint_;
  torch::Tensor merge_weight_, merge_bias_;
  torch::Tensor pool_weight_, pool_bias_;
};

}  // namespace

std::shared_ptr<CloneDetector> make_clone_detector(const CloneDetectorSize& size, double dropout) {
  return std::make_shared<Network>(size, dropout);
}

torch::Tensor clone_similarity(const torch::Tensor& first, const torch::Tensor& second) {
  return torch::cosine_similarity(first, second, 1).clamp(0, 1);
}

}  // namespace tandem::trainers
