#include <torch/torch.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "data/mnist.h"
#include "networks/batches.h"
#include "networks/kinds.h"
#include "networks/minibatch_training.h"
#include "optimizers.h"

namespace tandem::trainers {
namespace {

constexpr std::int64_t pixels = 28 * 28;
constexpr std::int64_t classes = 10;
constexpr double goodness_threshold = 2;        // θ in Hinton 2022
constexpr std::int64_t evaluation_batch = 100;  // images, each under ten labels

/// Images (N × 1 × 28 × 28) as rows (N × 784), with a label each (N) written over the first ten
/// pixels: the brightest value of the data at the label's place, 0 at the others.
torch::Tensor overlay(const torch::Tensor& images, const torch::Tensor& labels, double brightest) {
  auto result = images.flatten(1).clone();
  result.narrow(1, 0, classes).zero_().scatter_(1, labels.unsqueeze(1), brightest);
  return result;
}

/// Mean square of each sample's activities (N × units → N).
torch::Tensor goodness(const torch::Tensor& activities) {
  return activities.square().mean(1);
}

/// A layer and the optimiser of its own local objective; no gradient passes between layers.
class ForwardForwardLayer {
 public:
  ForwardForwardLayer(std::int64_t inputs, std::int64_t outputs, double learning_rate,
                      torch::Device device)
      : linear_(inputs, outputs) {
    linear_->to(device);
    optimizer_ =
        std::make_unique<Adam>(linear_->parameters(), torch::optim::AdamOptions(learning_rate));
  }

  torch::Tensor forward(const torch::Tensor& x) {
    // Only the direction of what the layer below says goes in: its length was that layer's
    // goodness.
    return linear_(x / (x.norm(2, 1, /*keepdim=*/true) + 1e-4)).relu_();
  }

  /// One step that raises the goodness of `positive` above the threshold and lowers that of
  /// `negative` (both N × inputs). Returns the mean loss, on the device.
  torch::Tensor train(const torch::Tensor& positive, const torch::Tensor& negative) {
    forget_gradients(*optimizer_);
    const auto loss =
        torch::softplus(torch::cat({goodness_threshold - goodness(forward(positive)),
                                    goodness(forward(negative)) - goodness_threshold}))
            .mean();
    loss.backward();
    optimizer_->step();
    return loss.detach();
  }

  std::int64_t parameters() const { return count_parameters(*linear_); }

 private:
  torch::nn::Linear linear_;
  std::unique_ptr<Adam> optimizer_;
};

/// The forward-forward algorithm (Hinton 2022, "The Forward-Forward Algorithm: Some Preliminary
/// Investigations", sections 2 and 3.3) with layers 784-500-500: 643,000 parameters. An image with
/// its true label is positive data, with a wrong one negative data.
///
/// pytorch/examples trains each layer for all its epochs before the next one. Here every epoch
/// passes through all layers, so that there is an accuracy after each epoch as for the other
/// workloads.
/// With the full batch a pass is a single step and ten steps teach nothing. So an epoch has
/// `passes_per_epoch` of them, and the ten epochs are the thousand passes of pytorch/examples.
class ForwardForward : public Workload {
 public:
  ForwardForward(const ImageDataSet& data, const Settings& settings)
      : device_(settings.device),
        data_(data.to(device_)),
        brightest_(data_.train.images.max().item<double>()),
        batch_size_(settings.whole("batch_size")),
        passes_per_epoch_(settings.whole("passes_per_epoch")),
        learning_rate_(settings.real("learning_rate")),
        seed_(settings.seed) {}

  DataDescription data() const override { return data_.describe(); }

  void initialize() override {
    torch::manual_seed(seed_);
    random_ = seeded_generator(seed_);
    layers_.clear();
    layers_.emplace_back(pixels, 500, learning_rate_, device_);
    layers_.emplace_back(500, 500, learning_rate_, device_);
  }

  std::int64_t parameters() const override {
    std::int64_t count = 0;
    for (const auto& layer : layers_) count += layer.parameters();
    return count;
  }

  void warm_up() override {
    const auto samples = std::min(batch_size_, data_.train.size());
    train_batch(torch::arange(samples).to(device_));
    predict(data_.test.images.slice(0, 0, evaluation_batch)).sum().item<std::int64_t>();
  }

  double train_epoch() override {
    auto loss_sum = torch::zeros({}, torch::dtype(torch::kFloat64).device(device_));
    std::int64_t samples = 0;
    for (std::int64_t pass = 0; pass < passes_per_epoch_; ++pass) {
      for (const auto& indices :
           shuffled_batches(data_.train.size(), batch_size_, random_, device_)) {
        loss_sum.add_(train_batch(indices), indices.size(0));
        samples += indices.size(0);
      }
    }
    return loss_sum.item<double>() / static_cast<double>(samples);
  }

  Metrics evaluate() override {
    auto correct = torch::zeros({}, torch::dtype(torch::kInt64).device(device_));
    for (std::int64_t first = 0; first < data_.test.size(); first += evaluation_batch) {
      const auto labels = data_.test.labels.slice(0, first, first + evaluation_batch);
      const auto images = data_.test.images.slice(0, first, first + evaluation_batch);
      correct.add_(predict(images).eq(labels).sum());
    }
    return {{"accuracy", static_cast<double>(correct.item<std::int64_t>()) /
                             static_cast<double>(data_.test.size())}};
  }

 private:
  /// One step of every layer on the samples at `indices` (int64, B). Returns the mean of the
  /// layers' losses, on the device.
  torch::Tensor train_batch(const torch::Tensor& indices) {
    const auto images = data_.train.images.index_select(0, indices);
    const auto labels = data_.train.labels.index_select(0, indices);
    const auto shift =
        torch::randint(1, classes, {indices.size(0)}, random_, torch::kInt64).to(device_);
    auto positive = overlay(images, labels, brightest_);
    auto negative = overlay(images, (labels + shift).remainder(classes), brightest_);
    auto loss = torch::zeros({}, torch::device(device_));
    for (ForwardForwardLayer& layer : layers_) {
      loss.add_(layer.train(positive, negative));
      const torch::NoGradGuard no_gradient;
      positive = layer.forward(positive);
      negative = layer.forward(negative);
    }
    return loss.div_(static_cast<double>(layers_.size()));
  }

  /// The label of most goodness, summed over the layers, for each image (N × 1 × 28 × 28 → N).
  torch::Tensor predict(const torch::Tensor& images) {
    const torch::NoGradGuard no_gradient;
    std::vector<torch::Tensor> goodness_of_label;
    for (std::int64_t label = 0; label < classes; ++label) {
      auto activities = overlay(
          images, torch::full({images.size(0)}, label, data_.test.labels.options()), brightest_);
      auto total = torch::zeros({images.size(0)}, images.options());
      for (ForwardForwardLayer& layer : layers_) {
        activities = layer.forward(activities);
        total.add_(goodness(activities));
      }
      goodness_of_label.push_back(total);
    }
    return torch::stack(goodness_of_label, 1).argmax(1);
  }

  torch::Device device_;
  ImageDataSet data_;
  double brightest_;
  std::int64_t batch_size_, passes_per_epoch_;
  double learning_rate_;
  std::uint64_t seed_;

  torch::Generator random_;  // order of the samples and wrong labels
  std::vector<ForwardForwardLayer> layers_;
};

}  // namespace

WorkloadKind mnist_ff() {
  return {.name = "mnist_ff",
          .summary = "forward-forward training of two layers on MNIST, Adam",
          .metric = "accuracy",
          .hyperparameters =
              {{"epochs", "rounds of training and evaluation", whole_number(1), 10, 6},
               {"learning_rate", "step size of Adam", positive_real, 0.01, 0.015},
               {"batch_size", "images per step; 60000 is all of them", whole_number(1), 60'000, 50},
               {"passes_per_epoch", "passes over the training data", whole_number(1), 100, 1}},
          .data_folder = "mnist",
          .data_source = mnist_source,
          .create = [](const Settings& settings) {
            const ImageDataSet data = load_mnist(settings.data, settings.samples(60'000, 6'500),
                                                 settings.samples(10'000, 1'000));
            return std::make_unique<ForwardForward>(data, settings);
          }};
}

}  // namespace tandem::trainers
