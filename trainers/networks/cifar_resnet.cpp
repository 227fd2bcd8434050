#include "networks/cifar_resnet.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <utility>

#include "data/cifar.h"
#include "data/pixels.h"
#include "networks/kinds.h"
#include "networks/residual_block.h"
#include "optimizers.h"

namespace tandem::trainers {
namespace {

constexpr std::int64_t padding = 4;  // pixels on each side, of which a random window is cut

class CifarResnet : public ImageNetwork {
 public:
  explicit CifarResnet(std::int64_t blocks_per_stage)
      : conv1_(register_module(
            "conv1", torch::nn::Conv2d(torch::nn::Conv2dOptions(3, 16, 3).padding(1).bias(false)))),
        bn1_(register_module("bn1", torch::nn::BatchNorm2d(16))),
        layer1_(add_stage("layer1", 16, 16, blocks_per_stage)),
        layer2_(add_stage("layer2", 16, 32, blocks_per_stage)),
        layer3_(add_stage("layer3", 32, 64, blocks_per_stage)),
        fc_(register_module("fc", torch::nn::Linear(64, 10))) {
    draw_he_weights(*this, Fan::in);
    torch::nn::init::kaiming_normal_(fc_->weight);
    store_channels_last(*this);
  }

  torch::Tensor forward(torch::Tensor x) override {  // N × 3 × height × width
    x = bn1_(conv1_(x)).relu_();
    x = layer3_->forward(layer2_->forward(layer1_->forward(x)));
    return torch::log_softmax(fc_(x.mean({2, 3})), 1);
  }

 private:
  std::shared_ptr<ResidualStage> add_stage(const std::string& name, std::int64_t inputs,
                                           std::int64_t outputs, std::int64_t blocks) {
    const auto stage = register_module(name, std::make_shared<ResidualStage>());
    stage->add(basic_block(inputs, outputs, outputs / inputs, Shortcut::padded));
    for (std::int64_t i = 1; i < blocks; ++i) {
      stage->add(basic_block(outputs, outputs, 1, Shortcut::padded));
    }
    return stage;
  }

  torch::nn::Conv2d conv1_;
  torch::nn::BatchNorm2d bn1_;
  std::shared_ptr<ResidualStage> layer1_, layer2_, layer3_;
  torch::nn::Linear fc_;
};

/// Training with the augmentation of He et al. 2015, section 4.2: a random window of the padded
/// image or its mirror image. Pixels stay bytes on the device until they are used.
class CifarTraining : public ImageClassifier {
 public:
  CifarTraining(const ImageDataSet& data, ImageClassifierRecipe recipe, const Settings& settings)
      : ImageClassifier(data, std::move(recipe), settings) {
    // Of ImageNet, as akamaster/pytorch_resnet_cifar10 (trainer.py) has them.
    const auto mean = torch::tensor({0.485F, 0.456F, 0.406F}),
               deviation = torch::tensor({0.229F, 0.224F, 0.225F});
    const auto as_channels = [&](const torch::Tensor& values) {
      return values.view({1, 3, 1, 1}).to(device());
    };
    factor_ = as_channels(1 / (255 * deviation));
    offset_ = as_channels(mean / deviation);
  }

 private:
  std::vector<torch::Tensor> make_batches() override {
    shifts_ = random_shifts(data().train_samples, padding, random()).to(device());
    return ImageClassifier::make_batches();
  }

  torch::Tensor training_images(const torch::Tensor& indices) override {
    return normalize(
        crop_and_flip(images().train.images, indices, shifts_.index_select(0, indices)));
  }

  torch::Tensor test_images(std::int64_t first, std::int64_t end) override {
    return normalize(ImageClassifier::test_images(first, end));
  }

  torch::Tensor normalize(const torch::Tensor& pixels) const {
    return pixels.permute({0, 3, 1, 2}).to(torch::kFloat32).mul_(factor_).sub_(offset_);
  }

  torch::Tensor factor_, offset_;  // 1 × 3 × 1 × 1
  torch::Tensor shifts_;           // this epoch's, int64, samples × 3
};

/// SGD with momentum 0.9; the learning rate is divided by 10 after half and again after three
/// quarters of the steps (He et al. 2015, section 4.2: 32,000 and 48,000 of 64,000; akamaster's
/// trainer.py: epochs 100 and 150 of 200).
ImageClassifierRecipe recipe(std::int64_t blocks_per_stage, const Settings& settings) {
  return {.network = [blocks_per_stage] { return cifar_resnet(blocks_per_stage); },
          .optimizer =
              [settings](std::vector<torch::Tensor> values) {
                return std::make_unique<Sgd>(
                    std::move(values), torch::optim::SGDOptions(settings.real("learning_rate"))
                                           .momentum(settings.real("momentum"))
                                           .weight_decay(settings.real("weight_decay")));
              },
          .schedule =
              [epochs = settings.whole("epochs")](torch::optim::Optimizer& optimizer,
                                                  std::int64_t step, std::int64_t steps_per_epoch) {
                const std::int64_t steps = epochs * steps_per_epoch;
                // At step 0 there is nothing behind, however short the training.
                if (step > 0 && (step == steps / 2 || step == steps * 3 / 4)) {
                  multiply_learning_rates(optimizer, 0.1);
                }
              }};
}

ImageDataSet load(const Settings& settings, std::int64_t quick_train_samples) {
  const auto train = settings.samples(50'000, quick_train_samples);
  const auto test = settings.samples(10'000, 300);
  auto data = settings.data.empty() ? make_up_cifar10(train, test)
                                    : load_cifar10(settings.data, train, test);
  if (settings.scale == Scale::quick) {
    data.train.images = halve(data.train.images);
    data.test.images = halve(data.test.images);
  }
  return data;
}

/// What differs between the depths at quick scale, so that each takes about as long.
struct QuickDefaults {
  std::int64_t train_samples;
  double epochs, learning_rate, batch_size;
};

WorkloadKind kind(std::int64_t blocks_per_stage, const QuickDefaults& quick) {
  const std::int64_t layers = 6 * blocks_per_stage + 2;
  return {
      .name = fmt::format("resnet{}", layers),
      .summary = fmt::format("residual network of {} layers on CIFAR-10, SGD", layers),
      .metric = "accuracy",
      .hyperparameters =
          {{"epochs", "passes over the training data", whole_number(1), 200, quick.epochs},
           {"learning_rate", "step size at the start", positive_real, 0.1, quick.learning_rate},
           {"batch_size", "images per step", whole_number(2), 128, quick.batch_size},
           {"momentum", "of SGD", {.maximum = 0.999}, 0.9, 0.9},
           {"weight_decay", "pull of the weights to zero", {.maximum = 1}, 1e-4, 1e-4}},
      .data_folder = "cifar10",
      .data_source = cifar10_source,
      .makes_up_data = true,
      .create = [blocks_per_stage, train_samples = quick.train_samples](const Settings& settings) {
        return std::make_unique<CifarTraining>(load(settings, train_samples),
                                               recipe(blocks_per_stage, settings), settings);
      }};
}

}  // namespace

std::shared_ptr<ImageNetwork> cifar_resnet(std::int64_t blocks_per_stage) {
  return std::make_shared<CifarResnet>(blocks_per_stage);
}

// Parameters: 269,722, 464,154, 658,586 and 853,018. Published as 0.27, 0.46, 0.66 and 0.85 million
// (He et al. 2015, table 6); summed over the layers of section 4.2 they are these.
WorkloadKind resnet20() {
  return kind(3, {.train_samples = 1'200, .epochs = 6, .learning_rate = 0.02, .batch_size = 32});
}
WorkloadKind resnet32() {
  return kind(5, {.train_samples = 800, .epochs = 6, .learning_rate = 0.01, .batch_size = 16});
}
WorkloadKind resnet44() {
  return kind(7, {.train_samples = 600, .epochs = 6, .learning_rate = 0.005, .batch_size = 16});
}
WorkloadKind resnet56() {
  return kind(9, {.train_samples = 480, .epochs = 6, .learning_rate = 0.005, .batch_size = 16});
}

}  // namespace tandem::trainers
