#include "networks/reid_training.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "data/made_up_persons.h"
#include "data/market1501.h"
#include "data/pixels.h"
#include "networks/minibatch_training.h"
#include "networks/reid_metrics.h"
#include "optimizers.h"

namespace tandem::trainers {
namespace {

constexpr double momentum = 0.9;
constexpr double trunk_rate = 0.1;  // of the head's learning rate
constexpr std::int64_t evaluation_batch = 32;

/// What is made up at full scale: about as many images as Market-1501 has.
constexpr PersonDataSize made_up_market{.train_identities = 751,
                                        .train_images_each = 17,
                                        .test_identities = 750,
                                        .query_images_each = 4,
                                        .gallery_images_each = 17,
                                        .distractors = 2793};

/// Of `samples` images only a sixth for training and a few for testing: these networks are slow.
PersonDataSize few_persons(PersonDataSize size, std::int64_t samples) {
  const auto shrink = [](std::int64_t& value, std::int64_t limit) {
    value = std::min(value, std::max<std::int64_t>(limit, 2));
  };
  shrink(size.train_identities, samples / 12);
  shrink(size.train_images_each, 2);
  shrink(size.test_identities, samples / 24);
  size.query_images_each = size.gallery_images_each = 1;
  shrink(size.distractors, 2);
  return size;
}

PersonDataSet load(const Settings& settings, const PersonDataSize& quick) {
  const bool made_up = settings.data.empty();
  PersonDataSize size = settings.by_scale(made_up ? made_up_market : PersonDataSize{}, quick);
  if (settings.samples_at_most) size = few_persons(size, *settings.samples_at_most);
  return made_up ? make_up_persons(size) : load_market1501(settings.data, size);
}

class ReidTraining : public MinibatchTraining {
 public:
  ReidTraining(const ReidRecipe& recipe, const Settings& settings)
      : MinibatchTraining(settings),
        make_(recipe.network),
        input_(settings.by_scale(recipe.full, recipe.quick)),
        data_(load(settings, recipe.quick_data).to(device())),
        epochs_(settings.whole("epochs")),
        learning_rate_(settings.real("learning_rate")),
        weight_decay_(settings.real("weight_decay")),
        dropout_(settings.real("dropout")),
        mean_(torch::tensor({0.485, 0.456, 0.406}, torch::device(device())).mul_(255)),
        deviation_(torch::tensor({0.229, 0.224, 0.225}, torch::device(device())).mul_(255)) {}

  DataDescription data() const override { return data_.describe(); }

  Metrics evaluate() override {
    network_->eval();
    const torch::NoGradGuard no_gradient;
    return rank_gallery(describe(data_.query), describe(data_.gallery));
  }

 private:
  std::shared_ptr<torch::nn::Module> make_network() override {
    network_ = make_(data_.identities, dropout_);
    return network_;
  }

  std::unique_ptr<torch::optim::Optimizer> make_optimizer() override {
    const auto group = [&](std::vector<torch::Tensor> parameters, double learning_rate) {
      return torch::optim::OptimizerParamGroup(
          std::move(parameters),
          std::make_unique<torch::optim::SGDOptions>(torch::optim::SGDOptions(learning_rate)
                                                         .momentum(momentum)
                                                         .nesterov(true)
                                                         .weight_decay(weight_decay_)));
    };
    return std::make_unique<Sgd>(
        std::vector{group(network_->trunk_parameters(), trunk_rate * learning_rate_),
                    group(network_->head_parameters(), learning_rate_)},
        torch::optim::SGDOptions(learning_rate_));
  }

  torch::Tensor loss(const torch::Tensor& indices) override {
    const auto images = resize(data_.train.pixels.index_select(0, indices));
    const auto shifts = random_shifts(indices.size(0), input_.crop_padding, random()).to(device());
    const auto varied =
        crop_and_flip(images, torch::arange(indices.size(0), indices.options()), shifts);
    const auto identities = data_.train.identities.index_select(0, indices);
    auto sum = torch::zeros({}, torch::device(device()));
    for (const auto& scores : network_->classify(normalize(varied))) {
      sum = sum + torch::cross_entropy_loss(scores, identities);
    }
    return sum;
  }

  void before_step(std::int64_t step, std::int64_t steps_per_epoch) override {
    const std::int64_t first_slow_epoch = std::max<std::int64_t>(epochs_ * 2 / 3, 1);
    if (step == first_slow_epoch * steps_per_epoch) multiply_learning_rates(optimizer(), 0.1);
  }

  void rehearse_evaluation() override {
    features(data_.query.pixels.slice(0, 0, evaluation_batch)).sum().item<float>();
  }

  /// Images (uint8, N × h × w × 3) at the network's size (uint8 or float, N × height × width × 3).
  torch::Tensor resize(const torch::Tensor& pixels) const {
    if (pixels.size(1) == input_.height && pixels.size(2) == input_.width) return pixels;
    const auto planes = pixels.to(torch::kFloat32).permute({0, 3, 1, 2});
    return torch::upsample_bilinear2d(planes, {input_.height, input_.width},
                                      /*align_corners=*/false)
        .permute({0, 2, 3, 1})
        .contiguous();
  }

  /// Images (N × height × width × 3) as networks take them: float, N × 3 × height × width, with
  /// ImageNet's mean and deviation taken out.
  torch::Tensor normalize(const torch::Tensor& images) const {
    const auto planes =
        images.to(torch::kFloat32).sub(mean_).div_(deviation_).permute({0, 3, 1, 2});
    return input_.channels_last ? planes : planes.contiguous();
  }

  /// Features of images (uint8, N × h × w × 3): N × values of length 1, to which each part of the
  /// network's features contributes alike.
  torch::Tensor features(const torch::Tensor& pixels) {
    const auto images = normalize(resize(pixels));
    const auto sum = network_->features(images) + network_->features(images.flip(3));
    const auto parts = torch::nn::functional::normalize(
        sum, torch::nn::functional::NormalizeFuncOptions().p(2).dim(2));
    return parts.flatten(1).div_(std::sqrt(static_cast<double>(parts.size(1))));
  }

  ReidFeatures describe(const PersonImages& images) {
    std::vector<torch::Tensor> values;
    for (const auto& part : images.pixels.split(evaluation_batch)) values.push_back(features(part));
    return {torch::cat(values), images.identities, images.cameras};
  }

  std::function<std::shared_ptr<ReidNetwork>(std::int64_t identities, double dropout)> make_;
  ReidInput input_;
  PersonDataSet data_;
  std::int64_t epochs_;
  double learning_rate_, weight_decay_, dropout_;
  torch::Tensor mean_, deviation_;  // of ImageNet's red, green and blue, in pixel values
  std::shared_ptr<ReidNetwork> network_;
};

}  // namespace

WorkloadKind reid_kind(ReidRecipe recipe) {
  return {.name = recipe.name,
          .summary = recipe.summary,
          .metric = "rank1",
          .hyperparameters =
              {{"epochs", "passes over the training data", whole_number(1), recipe.epochs.full,
                recipe.epochs.quick},
               {"learning_rate", "step size of SGD; a tenth of it for the trunk", positive_real,
                recipe.learning_rate.full, recipe.learning_rate.quick},
               {"batch_size", "images per step", whole_number(2), recipe.batch_size.full,
                recipe.batch_size.quick},
               {"dropout", "dropped before the classifier", dropout_rate, recipe.dropout.full,
                recipe.dropout.quick},
               {"weight_decay", "pull of all values towards 0", {.maximum = 1}, 5e-4, 5e-4}},
          .data_folder = "market1501",
          .data_source = market1501_source,
          .makes_up_data = true,
          .create = [recipe = std::move(recipe)](const Settings& settings) {
            return std::make_unique<ReidTraining>(recipe, settings);
          }};
}

}  // namespace tandem::trainers
