#include "networks/image_classifier.h"

#include <torch/torch.h>

#include <algorithm>
#include <utility>

#include "adadelta.h"
#include "networks/batches.h"

namespace tandem::trainers {
namespace {

// Small enough that training, not evaluation, sets the peak of the memory.
constexpr std::int64_t evaluation_batch = 100;

}  // namespace

ImageClassifierRecipe adadelta_recipe(std::function<std::shared_ptr<ImageNetwork>()> network,
                                      const Settings& settings) {
  return {.network = std::move(network),
          .optimizer =
              [learning_rate = settings.real("learning_rate")](std::vector<torch::Tensor> values) {
                return std::make_unique<Adadelta>(std::move(values), learning_rate);
              },
          .decay = settings.real("gamma")};
}

ImageClassifier::ImageClassifier(const ImageDataSet& data, ImageClassifierRecipe recipe,
                                 const Settings& settings)
    : device_(settings.device),
      data_(data.to(device_)),
      recipe_(std::move(recipe)),
      batch_size_(settings.whole("batch_size")),
      seed_(settings.seed) {}

DataDescription ImageClassifier::data() const {
  return data_.describe();
}

void ImageClassifier::initialize() {
  torch::manual_seed(seed_);
  shuffle_ = seeded_generator(seed_);
  network_ = recipe_.network();
  network_->to(device_);
  optimizer_ = recipe_.optimizer(network_->parameters());
}

std::int64_t ImageClassifier::parameters() const {
  return count_parameters(*network_);
}

void ImageClassifier::warm_up() {
  network_->train();
  train_batch(torch::arange(std::min(batch_size_, data_.train.size())).to(device_));
  network_->eval();
  const torch::NoGradGuard no_gradient;
  network_->forward(data_.test.images.slice(0, 0, evaluation_batch)).sum().item<float>();
}

torch::Tensor ImageClassifier::train_batch(const torch::Tensor& indices) {
  optimizer_->zero_grad();
  const auto output = network_->forward(data_.train.images.index_select(0, indices));
  const auto loss = torch::nll_loss(output, data_.train.labels.index_select(0, indices));
  loss.backward();
  optimizer_->step();
  return loss.detach();
}

double ImageClassifier::train_epoch() {
  network_->train();
  // Summed on the device: reading each batch's loss would make the CPU wait for the GPU.
  auto loss_sum = torch::zeros({}, torch::dtype(torch::kFloat64).device(device_));
  std::int64_t samples = 0;
  for (const auto& indices : shuffled_batches(data_.train.size(), batch_size_, shuffle_, device_)) {
    loss_sum.add_(train_batch(indices), indices.size(0));
    samples += indices.size(0);
  }
  // Not torch::optim::StepLR: in C++, unlike in Python, its first step leaves the learning rate.
  for (auto& group : optimizer_->param_groups()) {
    group.options().set_lr(group.options().get_lr() * recipe_.decay);
  }
  return loss_sum.item<double>() / static_cast<double>(samples);
}

Metrics ImageClassifier::evaluate() {
  network_->eval();
  const torch::NoGradGuard no_gradient;
  auto loss_sum = torch::zeros({}, torch::dtype(torch::kFloat64).device(device_));
  auto correct = torch::zeros({}, torch::dtype(torch::kInt64).device(device_));
  for (std::int64_t first = 0; first < data_.test.size(); first += evaluation_batch) {
    const auto labels = data_.test.labels.slice(0, first, first + evaluation_batch);
    const auto output =
        network_->forward(data_.test.images.slice(0, first, first + evaluation_batch));
    loss_sum.add_(torch::nll_loss(output, labels, {}, torch::Reduction::Sum));
    correct.add_(output.argmax(1).eq(labels).sum());
  }
  const auto samples = static_cast<double>(data_.test.size());
  return {{"accuracy", static_cast<double>(correct.item<std::int64_t>()) / samples},
          {"test_loss", loss_sum.item<double>() / samples}};
}

}  // namespace tandem::trainers
