#include "networks/siamese.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <utility>
#include <vector>

#include "data/mnist.h"
#include "data/pairs.h"
#include "networks/batches.h"
#include "networks/kinds.h"
#include "networks/minibatch_training.h"
#include "networks/residual_block.h"
#include "optimizers.h"

namespace tandem::trainers {
namespace {

constexpr std::int64_t digits = 10;
constexpr std::int64_t features = 512;
constexpr std::int64_t evaluation_batch = 100;  // pairs

class SiameseNetwork : public PairNetwork {
 public:
  SiameseNetwork()
      : conv1_(register_module(
            "conv1", torch::nn::Conv2d(
                         torch::nn::Conv2dOptions(1, 64, 7).stride(2).padding(3).bias(false)))),
        bn1_(register_module("bn1", torch::nn::BatchNorm2d(64))) {
    std::int64_t channels = 64;
    for (const std::int64_t width : {64, 128, 256, 512}) {
      const auto stage = register_module(fmt::format("layer{}", stages_.size() + 1),
                                         std::make_shared<ResidualStage>());
      stage->add(basic_block(channels, width, width / channels, Shortcut::projected));
      stage->add(basic_block(width, width, 1, Shortcut::projected));
      stages_.push_back(stage);
      channels = width;
    }
    fc1_ = register_module("fc1", torch::nn::Linear(2 * features, 256));
    fc2_ = register_module("fc2", torch::nn::Linear(256, 1));
    draw_he_weights(*this, Fan::out);  // as torchvision's
    for (const auto& layer : {fc1_, fc2_}) {
      torch::nn::init::xavier_uniform_(layer->weight);
      torch::nn::init::constant_(layer->bias, 0.01);
    }
  }

  torch::Tensor forward(const torch::Tensor& first, const torch::Tensor& second) override {
    // One after the other: batch normalisation sees each of the two batches alone, as published.
    const auto first_features = extract(first), second_features = extract(second);
    const auto hidden = fc1_(torch::cat({first_features, second_features}, 1)).relu_();
    return torch::sigmoid(fc2_(hidden)).squeeze(1);
  }

 private:
  /// N × 1 × height × width → N × 512.
  torch::Tensor extract(torch::Tensor x) {
    x = bn1_(conv1_(x)).relu_();
    x = torch::max_pool2d(x, 3, 2, 1);
    for (const auto& stage : stages_) x = stage->forward(x);
    return x.mean({2, 3});
  }

  torch::nn::Conv2d conv1_;
  torch::nn::BatchNorm2d bn1_;
  std::vector<std::shared_ptr<ResidualStage>> stages_;
  torch::nn::Linear fc1_{nullptr}, fc2_{nullptr};
};

/// Binary cross-entropy over pairs of images that are drawn anew in each epoch, trained by Adadelta
/// with the settings' learning_rate, times gamma after each epoch. Reports `accuracy` (share of the
/// test pairs) and `test_loss`; the test pairs are the same for all trainings.
class SiameseTraining : public MinibatchTraining {
 public:
  SiameseTraining(const ImageDataSet& images, const Settings& settings)
      : MinibatchTraining(settings),
        images_(images.to(device())),
        sampler_(images.train.labels, digits),
        test_pairs_(draw_test_pairs(images.test.labels).to(device())),
        learning_rate_(settings.real("learning_rate")),
        gamma_(settings.real("gamma")) {}

  DataDescription data() const override { return images_.describe(); }

  Metrics evaluate() override {
    network_->eval();
    const torch::NoGradGuard no_gradient;
    auto loss_sum = torch::zeros({}, torch::dtype(torch::kFloat64).device(device()));
    auto correct = torch::zeros({}, torch::dtype(torch::kInt64).device(device()));
    for (std::int64_t first = 0; first < test_pairs_.size(); first += evaluation_batch) {
      const auto [output, same] = judge_test_pairs(first);
      loss_sum.add_(torch::binary_cross_entropy(output, same, {}, torch::Reduction::Sum));
      correct.add_((output > 0.5).eq(same > 0.5).sum());
    }
    const auto pairs = static_cast<double>(test_pairs_.size());
    return {{"accuracy", static_cast<double>(correct.item<std::int64_t>()) / pairs},
            {"test_loss", loss_sum.item<double>() / pairs}};
  }

 private:
  static Pairs draw_test_pairs(const torch::Tensor& labels) {
    auto generator = seeded_generator(2);
    return PairSampler(labels, digits).draw(generator);
  }

  std::shared_ptr<torch::nn::Module> make_network() override {
    network_ = siamese_network();
    return network_;
  }

  std::unique_ptr<torch::optim::Optimizer> make_optimizer() override {
    return std::make_unique<Adadelta>(network_->parameters(), learning_rate_);
  }

  std::vector<torch::Tensor> make_batches() override {
    train_pairs_ = sampler_.draw(random()).to(device());
    return MinibatchTraining::make_batches();
  }

  torch::Tensor loss(const torch::Tensor& indices) override {
    const auto images_of = [&](const torch::Tensor& places) {
      return images_.train.images.index_select(0, places.index_select(0, indices));
    };
    return torch::binary_cross_entropy(
        network_->forward(images_of(train_pairs_.first), images_of(train_pairs_.second)),
        train_pairs_.same.index_select(0, indices));
  }

  void rehearse_evaluation() override { judge_test_pairs(0).first.sum().item<float>(); }

  void before_step(std::int64_t step, std::int64_t steps_per_epoch) override {
    if (step > 0 && step % steps_per_epoch == 0) multiply_learning_rates(optimizer(), gamma_);
  }

  /// The network's output for a batch of test pairs, and what it should be.
  std::pair<torch::Tensor, torch::Tensor> judge_test_pairs(std::int64_t first) {
    const auto images_of = [&](const torch::Tensor& places) {
      return images_.test.images.index_select(0, places.slice(0, first, first + evaluation_batch));
    };
    return {network_->forward(images_of(test_pairs_.first), images_of(test_pairs_.second)),
            test_pairs_.same.slice(0, first, first + evaluation_batch)};
  }

  ImageDataSet images_;
  PairSampler sampler_;
  Pairs train_pairs_, test_pairs_;
  double learning_rate_, gamma_;
  std::shared_ptr<PairNetwork> network_;
};

}  // namespace

std::shared_ptr<PairNetwork> siamese_network() {
  return std::make_shared<SiameseNetwork>();
}

WorkloadKind siamese() {
  return {
      .name = "siamese",
      .summary = "ResNet-18 that compares two MNIST images, Adadelta",
      .metric = "accuracy",
      .hyperparameters = {{"epochs", "passes over the training data", whole_number(1), 10, 4},
                          {"learning_rate", "factor on Adadelta's update", positive_real, 0.01,
                           0.5},
                          {"batch_size", "pairs per step", whole_number(2), 32, 32},
                          {"gamma", "factor on the learning rate after each epoch", decay_factor,
                           0.7, 0.7}},
      .data_folder = "mnist",
      .data_source = mnist_source,
      .create = [](const Settings& settings) {
        return std::make_unique<SiameseTraining>(
            load_mnist(settings.data, settings.samples(60'000, 256), settings.samples(10'000, 200)),
            settings);
      }};
}

}  // namespace tandem::trainers
