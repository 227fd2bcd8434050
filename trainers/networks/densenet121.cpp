#include "networks/densenet121.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <array>
#include <vector>

#include "networks/kinds.h"
#include "networks/reid_training.h"
#include "networks/residual_block.h"

namespace tandem::trainers {
namespace {

constexpr std::int64_t growth = 32;            // k in the paper
constexpr std::int64_t bottleneck_factor = 4;  // "DenseNet-B"
constexpr std::array<int, 4> layers_of_blocks{6, 12, 24, 16};
constexpr std::int64_t stem_channels = 2 * growth;
constexpr std::int64_t output_channels = 1024;

torch::nn::Conv2d convolution(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(inputs, outputs, kernel).padding(kernel / 2).bias(false));
}

/// BN, ReLU, 1×1 convolution, BN, ReLU, 3×3 convolution: 32 new channels from all before.
class DenseLayerImpl : public torch::nn::Module {
 public:
  explicit DenseLayerImpl(std::int64_t inputs)
      : norm1_(register_module("norm1", torch::nn::BatchNorm2d(inputs))),
        conv1_(register_module("conv1", convolution(inputs, bottleneck_factor * growth, 1))),
        norm2_(register_module("norm2", torch::nn::BatchNorm2d(bottleneck_factor * growth))),
        conv2_(register_module("conv2", convolution(bottleneck_factor * growth, growth, 3))) {}

  torch::Tensor forward(const torch::Tensor& x) {
    return conv2_(norm2_(conv1_(norm1_(x).relu_())).relu_());
  }

 private:
  torch::nn::BatchNorm2d norm1_;
  torch::nn::Conv2d conv1_;
  torch::nn::BatchNorm2d norm2_;
  torch::nn::Conv2d conv2_;
};
TORCH_MODULE(DenseLayer);

class DenseBlockImpl : public torch::nn::Module {
 public:
  DenseBlockImpl(std::int64_t inputs, int layers) {
    for (int i = 0; i < layers; ++i) {
      layers_.push_back(
          register_module(fmt::format("denselayer{}", i + 1), DenseLayer(inputs + i * growth)));
    }
  }

  torch::Tensor forward(const torch::Tensor& x) {
    std::vector<torch::Tensor> outputs{x};
    for (DenseLayer& layer : layers_) outputs.push_back(layer(torch::cat(outputs, 1)));
    return torch::cat(outputs, 1);
  }

 private:
  std::vector<DenseLayer> layers_;
};
TORCH_MODULE(DenseBlock);

/// Halves channels and size.
class TransitionImpl : public torch::nn::Module {
 public:
  explicit TransitionImpl(std::int64_t inputs)
      : norm_(register_module("norm", torch::nn::BatchNorm2d(inputs))),
        conv_(register_module("conv", convolution(inputs, inputs / 2, 1))) {}

  torch::Tensor forward(const torch::Tensor& x) {
    return torch::avg_pool2d(conv_(norm_(x).relu_()), 2);
  }

 private:
  torch::nn::BatchNorm2d norm_;
  torch::nn::Conv2d conv_;
};
TORCH_MODULE(Transition);

class DenseNet121 : public FeatureTrunk {
 public:
  DenseNet121()
      : conv0_(register_module(
            "conv0",
            torch::nn::Conv2d(
                torch::nn::Conv2dOptions(3, stem_channels, 7).stride(2).padding(3).bias(false)))),
        norm0_(register_module("norm0", torch::nn::BatchNorm2d(stem_channels))) {
    std::int64_t channels = stem_channels;
    for (std::size_t i = 0; i < layers_of_blocks.size(); ++i) {
      const int layers = layers_of_blocks[i];
      blocks_.push_back(
          register_module(fmt::format("denseblock{}", i + 1), DenseBlock(channels, layers)));
      channels += layers * growth;
      if (i + 1 == layers_of_blocks.size()) break;
      transitions_.push_back(
          register_module(fmt::format("transition{}", i + 1), Transition(channels)));
      channels /= 2;
    }
    norm5_ = register_module("norm5", torch::nn::BatchNorm2d(channels));
    draw_he_weights(*this, Fan::in);  // as torchvision's
  }

  torch::Tensor forward(torch::Tensor x) override {
    x = torch::max_pool2d(norm0_(conv0_(x)).relu_(), 3, 2, 1);
    for (std::size_t i = 0; i < transitions_.size(); ++i) x = transitions_[i](blocks_[i](x));
    // No ReLU here: the baseline takes torchvision's `features`, which end with this layer.
    return norm5_(blocks_.back()(x));
  }

 private:
  torch::nn::Conv2d conv0_;
  torch::nn::BatchNorm2d norm0_;
  std::vector<DenseBlock> blocks_;
  std::vector<Transition> transitions_;
  torch::nn::BatchNorm2d norm5_ = nullptr;
};

}  // namespace

std::shared_ptr<FeatureTrunk> make_densenet121_trunk() {
  return std::make_shared<DenseNet121>();
}

std::shared_ptr<ReidNetwork> make_densenet121(std::int64_t identities, double dropout) {
  return with_global_head(make_densenet121_trunk(), output_channels, identities, dropout);
}

WorkloadKind densenet121() {
  return reid_kind(
      {.name = "densenet121",
       .summary = "DenseNet-121 for person re-identification, SGD",
       .network = make_densenet121,
       .full = {.height = 256, .width = 128, .crop_padding = 10, .channels_last = true},
       .quick = {.height = 64, .width = 32, .crop_padding = 2, .channels_last = true},
       .quick_data = {.height = 64,
                      .width = 32,
                      .train_identities = 48,
                      .train_images_each = 2,
                      .test_identities = 24,
                      .query_images_each = 2,
                      .gallery_images_each = 1,
                      .distractors = 0,
                      .variation = 0.7F},
       .epochs = {60, 5},
       .learning_rate = {0.05, 0.02},
       .batch_size = {32, 16}});
}

}  // namespace tandem::trainers
