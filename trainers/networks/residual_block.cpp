#include "networks/residual_block.h"

#include <torch/torch.h>

#include <string>
#include <utility>

namespace tandem::trainers {
namespace {

torch::nn::Conv2d convolution(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel,
                              std::int64_t stride) {
  // Without a bias: the batch normalisation that follows has one.
  return torch::nn::Conv2d(torch::nn::Conv2dOptions(inputs, outputs, kernel)
                               .stride(stride)
                               .padding(kernel / 2)
                               .bias(false));
}

class BasicBlock : public ResidualBlock {
 public:
  BasicBlock(std::int64_t inputs, std::int64_t outputs, std::int64_t stride, Shortcut shortcut)
      : stride_(stride),
        padding_((outputs - inputs) / 2),
        conv1_(register_module("conv1", convolution(inputs, outputs, 3, stride))),
        bn1_(register_module("bn1", torch::nn::BatchNorm2d(outputs))),
        conv2_(register_module("conv2", convolution(outputs, outputs, 3, 1))),
        bn2_(register_module("bn2", torch::nn::BatchNorm2d(outputs))) {
    if (shortcut == Shortcut::projected && (stride != 1 || inputs != outputs)) {
      downsample_ = register_module("downsample",
                                    torch::nn::Sequential(convolution(inputs, outputs, 1, stride),
                                                          torch::nn::BatchNorm2d(outputs)));
    }
  }

  torch::Tensor forward(torch::Tensor x) override {
    auto residual = bn1_(conv1_(x)).relu_();
    residual = bn2_(conv2_(residual));
    return residual.add_(shortcut(x)).relu_();
  }

 private:
  torch::Tensor shortcut(const torch::Tensor& x) {
    if (downsample_) return downsample_->forward(x);
    if (stride_ == 1 && padding_ == 0) return x;
    const auto pixels = x.slice(2, 0, {}, stride_).slice(3, 0, {}, stride_);
    return torch::constant_pad_nd(pixels, {0, 0, 0, 0, padding_, padding_});
  }

  std::int64_t stride_, padding_;
  torch::nn::Conv2d conv1_;
  torch::nn::BatchNorm2d bn1_;
  torch::nn::Conv2d conv2_;
  torch::nn::BatchNorm2d bn2_;
  torch::nn::Sequential downsample_{nullptr};
};

class BottleneckBlock : public ResidualBlock {
 public:
  BottleneckBlock(std::int64_t inputs, std::int64_t width, std::int64_t stride)
      : conv1_(register_module("conv1", convolution(inputs, width, 1, 1))),
        bn1_(register_module("bn1", torch::nn::BatchNorm2d(width))),
        conv2_(register_module("conv2", convolution(width, width, 3, stride))),
        bn2_(register_module("bn2", torch::nn::BatchNorm2d(width))),
        conv3_(register_module("conv3", convolution(width, 4 * width, 1, 1))),
        bn3_(register_module("bn3", torch::nn::BatchNorm2d(4 * width))) {
    if (stride != 1 || inputs != 4 * width) {
      downsample_ = register_module("downsample",
                                    torch::nn::Sequential(convolution(inputs, 4 * width, 1, stride),
                                                          torch::nn::BatchNorm2d(4 * width)));
    }
  }

  torch::Tensor forward(torch::Tensor x) override {
    auto residual = bn1_(conv1_(x)).relu_();
    residual = bn2_(conv2_(residual)).relu_();
    residual = bn3_(conv3_(residual));
    return residual.add_(downsample_ ? downsample_->forward(x) : x).relu_();
  }

 private:
  torch::nn::Conv2d conv1_;
  torch::nn::BatchNorm2d bn1_;
  torch::nn::Conv2d conv2_;
  torch::nn::BatchNorm2d bn2_;
  torch::nn::Conv2d conv3_;
  torch::nn::BatchNorm2d bn3_;
  torch::nn::Sequential downsample_{nullptr};
};

}  // namespace

std::shared_ptr<ResidualBlock> basic_block(std::int64_t inputs, std::int64_t outputs,
                                           std::int64_t stride, Shortcut shortcut) {
  return std::make_shared<BasicBlock>(inputs, outputs, stride, shortcut);
}

std::shared_ptr<ResidualBlock> bottleneck_block(std::int64_t inputs, std::int64_t width,
                                                std::int64_t stride) {
  return std::make_shared<BottleneckBlock>(inputs, width, stride);
}

void ResidualStage::add(std::shared_ptr<ResidualBlock> block) {
  blocks_.push_back(register_module(std::to_string(blocks_.size()), std::move(block)));
}

torch::Tensor ResidualStage::forward(torch::Tensor x) {
  for (const auto& block : blocks_) x = block->forward(x);
  return x;
}

void draw_he_weights(torch::nn::Module& network, Fan fan) {
  // Without itself: a network calls this from its constructor, before it has an owner.
  for (const auto& module : network.modules(/*include_self=*/false)) {
    const auto* const convolution = module->as<torch::nn::Conv2dImpl>();
    if (convolution == nullptr) continue;
    if (fan == Fan::in) {
      torch::nn::init::kaiming_normal_(convolution->weight, 0, torch::kFanIn, torch::kReLU);
    } else {
      torch::nn::init::kaiming_normal_(convolution->weight, 0, torch::kFanOut, torch::kReLU);
    }
  }
}

void begin_as_shortcuts(torch::nn::Module& network) {
  for (const auto& module : network.modules(/*include_self=*/false)) {
    if (module->as<ResidualBlock>() == nullptr) continue;
    const auto parameters = module->named_parameters();
    const auto* const scale = parameters.find("bn3.weight");
    torch::nn::init::zeros_(scale != nullptr ? *scale : parameters["bn2.weight"]);
  }
}

void store_channels_last(torch::nn::Module& network) {
  for (auto parameter : network.parameters()) {
    if (parameter.dim() == 4) {
      parameter.set_data(parameter.data().contiguous(torch::MemoryFormat::ChannelsLast));
    }
  }
}

}  // namespace tandem::trainers
