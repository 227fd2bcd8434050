#include "networks/pcb.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <array>
#include <vector>

#include "networks/kinds.h"
#include "networks/reid_training.h"
#include "networks/residual_block.h"

namespace tandem::trainers {
namespace {

constexpr std::int64_t output_channels = 2048;

struct StageShape {
  int blocks;
  std::int64_t width;
  std::int64_t stride;
};
// ResNet-50's own last stride is 2; PCB keeps the finer map (section 3.2).
constexpr std::array<StageShape, 4> stage_shapes{
    {{3, 64, 1}, {4, 128, 2}, {6, 256, 2}, {3, 512, 1}}};

class PcbTrunk : public FeatureTrunk {
 public:
  PcbTrunk()
      : conv1_(register_module(
            "conv1", torch::nn::Conv2d(
                         torch::nn::Conv2dOptions(3, 64, 7).stride(2).padding(3).bias(false)))),
        bn1_(register_module("bn1", torch::nn::BatchNorm2d(64))) {
    std::int64_t channels = 64;
    for (const StageShape& shape : stage_shapes) {
      auto stage = std::make_shared<ResidualStage>();
      for (int block = 0; block < shape.blocks; ++block) {
        stage->add(bottleneck_block(channels, shape.width, block == 0 ? shape.stride : 1));
        channels = 4 * shape.width;
      }
      stages_.push_back(register_module(fmt::format("layer{}", stages_.size() + 1), stage));
    }
    draw_he_weights(*this, Fan::out);
    begin_as_shortcuts(*this);
  }

  torch::Tensor forward(torch::Tensor x) override {
    x = torch::max_pool2d(bn1_(conv1_(x)).relu_(), 3, 2, 1);
    for (const auto& stage : stages_) x = stage->forward(x);
    return x;
  }

 private:
  torch::nn::Conv2d conv1_;
  torch::nn::BatchNorm2d bn1_;
  std::vector<std::shared_ptr<ResidualStage>> stages_;
};

}  // namespace

std::shared_ptr<FeatureTrunk> make_pcb_trunk() {
  return std::make_shared<PcbTrunk>();
}

std::shared_ptr<ReidNetwork> make_pcb(std::int64_t identities, double dropout) {
  return with_part_heads(make_pcb_trunk(), output_channels, identities, dropout);
}

WorkloadKind pcb() {
  return reid_kind({.name = "pcb",
                    .summary = "part-based baseline on ResNet-50 for person re-identification, SGD",
                    .network = make_pcb,
                    .full = {.height = 384, .width = 192, .channels_last = true},
                    .quick = {.height = 96, .width = 24},
                    .quick_data = {.height = 96,
                                   .width = 24,
                                   .train_identities = 32,
                                   .train_images_each = 2,
                                   .test_identities = 12,
                                   .query_images_each = 5,
                                   .gallery_images_each = 1,
                                   .distractors = 0,
                                   .variation = 0.6F},
                    .epochs = {60, 3},
                    .learning_rate = {0.05, 0.03},
                    .batch_size = {8, 8}});
}

}  // namespace tandem::trainers
