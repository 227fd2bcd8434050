#include "networks/hrnet18.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <array>
#include <utility>
#include <vector>

#include "networks/kinds.h"
#include "networks/reid_training.h"
#include "networks/residual_block.h"

namespace tandem::trainers {
namespace {

using Maps = std::vector<torch::Tensor>;  // one a resolution, each half as large as the one before

constexpr std::array<std::int64_t, 4> branch_channels{18, 36, 72, 144};
constexpr int blocks_of_branch = 4;
constexpr std::array<int, 3> modules_of_stages{1, 4, 3};  // of stages 2, 3 and 4
constexpr std::array<std::int64_t, 4> head_widths{32, 64, 128, 256};
constexpr std::int64_t output_channels = 2048;

enum class Activation { none, relu };

/// A convolution with batch normalisation.
class ConvNormImpl : public torch::nn::Module {
 public:
  ConvNormImpl(std::int64_t inputs, std::int64_t outputs, std::int64_t kernel, std::int64_t stride,
               Activation activation, bool bias = false)
      : conv_(register_module("conv",
                              torch::nn::Conv2d(torch::nn::Conv2dOptions(inputs, outputs, kernel)
                                                    .stride(stride)
                                                    .padding(kernel / 2)
                                                    .bias(bias)))),
        norm_(register_module("norm", torch::nn::BatchNorm2d(outputs))),
        activation_(activation) {}

  torch::Tensor forward(const torch::Tensor& x) {
    auto y = norm_(conv_(x));
    return activation_ == Activation::relu ? y.relu_() : y;
  }

 private:
  torch::nn::Conv2d conv_;
  torch::nn::BatchNorm2d norm_;
  Activation activation_;
};
TORCH_MODULE(ConvNorm);

/// Brings the map of branch `from` to the resolution and the channels of branch `to`.
class ExchangeImpl : public torch::nn::Module {
 public:
  ExchangeImpl(std::size_t from, std::size_t to) {
    if (from > to) {
      add(ConvNorm(branch_channels[from], branch_channels[to], 1, 1, Activation::none));
      factor_ = std::int64_t{1} << (from - to);
    }
    for (std::size_t level = from; level < to; ++level) {
      const bool last = level + 1 == to;
      add(ConvNorm(branch_channels[from], branch_channels[last ? to : from], 3, 2,
                   last ? Activation::none : Activation::relu));
    }
  }

  torch::Tensor forward(torch::Tensor x) {
    for (ConvNorm& step : steps_) x = step(x);
    if (factor_ == 1) return x;
    return torch::upsample_nearest2d(x, {x.size(2) * factor_, x.size(3) * factor_});
  }

 private:
  void add(ConvNorm step) {
    steps_.push_back(register_module(std::to_string(steps_.size()), std::move(step)));
  }

  std::vector<ConvNorm> steps_;
  std::int64_t factor_ = 1;
};
TORCH_MODULE(Exchange);

/// Branches in parallel, then the exchange unit: each branch's output is the ReLU of the sum of all
/// branches at its resolution.
class ParallelModuleImpl : public torch::nn::Module {
 public:
  explicit ParallelModuleImpl(std::size_t branches) {
    for (std::size_t i = 0; i < branches; ++i) {
      auto branch = std::make_shared<ResidualStage>();
      for (int block = 0; block < blocks_of_branch; ++block) {
        branch->add(basic_block(branch_channels[i], branch_channels[i], 1, Shortcut::projected));
      }
      branches_.push_back(register_module(fmt::format("branch{}", i), branch));
    }
    for (std::size_t to = 0; to < branches; ++to) {
      for (std::size_t from = 0; from < branches; ++from) {
        if (from == to) continue;
        exchanges_.push_back(
            register_module(fmt::format("exchange{}to{}", from, to), Exchange(from, to)));
      }
    }
  }

  Maps forward(const Maps& x) {
    Maps maps;
    for (std::size_t i = 0; i < branches_.size(); ++i) {
      maps.push_back(branches_[i]->forward(x[i]));
    }
    auto exchange = exchanges_.begin();
    Maps fused;
    for (std::size_t to = 0; to < maps.size(); ++to) {
      torch::Tensor sum;
      for (std::size_t from = 0; from < maps.size(); ++from) {
        const auto term = from == to ? maps[from] : (*exchange++)(maps[from]);
        sum = sum.defined() ? sum + term : term;
      }
      fused.push_back(sum.relu());
    }
    return fused;
  }

 private:
  std::vector<std::shared_ptr<ResidualStage>> branches_;
  std::vector<Exchange> exchanges_;
};
TORCH_MODULE(ParallelModule);

class Hrnet18 : public FeatureTrunk {
 public:
  Hrnet18()
      : stem1_(register_module("stem1", ConvNorm(3, 64, 3, 2, Activation::relu))),
        stem2_(register_module("stem2", ConvNorm(64, 64, 3, 2, Activation::relu))),
        stage1_(register_module("stage1", std::make_shared<ResidualStage>())) {
    for (int block = 0; block < 4; ++block) {
      stage1_->add(bottleneck_block(block == 0 ? 64 : 256, 64, 1));
    }
    first_branch_ =
        register_module("first_branch", ConvNorm(256, branch_channels[0], 3, 1, Activation::relu));
    for (std::size_t stage = 0; stage < modules_of_stages.size(); ++stage) {
      const std::size_t branches = stage + 2;
      new_branches_.push_back(
          register_module(fmt::format("new_branch{}", branches - 1),
                          ConvNorm(stage == 0 ? 256 : branch_channels[stage],
                                   branch_channels[stage + 1], 3, 2, Activation::relu)));
      for (int module = 0; module < modules_of_stages[stage]; ++module) {
        stages_[stage].push_back(register_module(fmt::format("stage{}module{}", branches, module),
                                                 ParallelModule(branches)));
      }
    }
    for (std::size_t i = 0; i < branch_channels.size(); ++i) {
      widenings_.push_back(register_module(
          fmt::format("widening{}", i), bottleneck_block(branch_channels[i], head_widths[i], 1)));
      if (i == 0) continue;
      downsamplings_.push_back(register_module(
          fmt::format("downsampling{}", i), ConvNorm(4 * head_widths[i - 1], 4 * head_widths[i], 3,
                                                     2, Activation::relu, /*bias=*/true)));
    }
    last_ = register_module("last", ConvNorm(4 * head_widths.back(), output_channels, 1, 1,
                                             Activation::relu, /*bias=*/true));
    draw_he_weights(*this, Fan::out);
    begin_as_shortcuts(*this);
  }

  torch::Tensor forward(torch::Tensor x) override {
    x = stage1_->forward(stem2_(stem1_(x)));
    Maps maps{first_branch_(x)};
    for (std::size_t stage = 0; stage < stages_.size(); ++stage) {
      // The new branch comes from the smallest map so far; at first that is stage 1's own.
      maps.push_back(new_branches_[stage](stage == 0 ? x : maps.back()));
      for (ParallelModule& module : stages_[stage]) maps = module(maps);
    }
    // The head for classification (figure 4c): from the largest map down to the smallest.
    auto y = widenings_[0]->forward(maps[0]);
    for (std::size_t i = 1; i < maps.size(); ++i) {
      y = widenings_[i]->forward(maps[i]) + downsamplings_[i - 1](y);
    }
    return last_(y);
  }

 private:
  ConvNorm stem1_, stem2_;
  std::shared_ptr<ResidualStage> stage1_;
  ConvNorm first_branch_ = nullptr;
  std::vector<ConvNorm> new_branches_;  // of stages 2, 3 and 4
  std::array<std::vector<ParallelModule>, modules_of_stages.size()> stages_;
  std::vector<std::shared_ptr<ResidualBlock>> widenings_;
  std::vector<ConvNorm> downsamplings_;
  ConvNorm last_ = nullptr;
};

}  // namespace

std::shared_ptr<FeatureTrunk> make_hrnet18_trunk() {
  return std::make_shared<Hrnet18>();
}

std::shared_ptr<ReidNetwork> make_hrnet18(std::int64_t identities, double dropout) {
  return with_global_head(make_hrnet18_trunk(), output_channels, identities, dropout);
}

WorkloadKind hrnet18() {
  return reid_kind(
      {.name = "hrnet18",
       .summary = "HRNet-W18 for person re-identification, SGD",
       .network = make_hrnet18,
       .full = {.height = 256, .width = 128, .crop_padding = 10, .channels_last = true},
       .quick = {.height = 64, .width = 32, .crop_padding = 2},
       .quick_data = {.height = 64,
                      .width = 32,
                      .train_identities = 6,
                      .train_images_each = 12,
                      .test_identities = 15,
                      .query_images_each = 4,
                      .gallery_images_each = 1,
                      .distractors = 0,
                      .variation = 0.35F},
       .epochs = {60, 3},
       .learning_rate = {0.05, 0.08},
       .batch_size = {32, 8}});
}

}  // namespace tandem::trainers
