#include "networks/image_classifier.h"

#include <torch/torch.h>

#include <utility>

#include "optimizers.h"

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
          .schedule =
              [gamma = settings.real("gamma")](torch::optim::Optimizer& optimizer,
                                               std::int64_t step, std::int64_t steps_per_epoch) {
                if (step > 0 && step % steps_per_epoch == 0)
                  multiply_learning_rates(optimizer, gamma);
              }};
}

ImageClassifier::ImageClassifier(const ImageDataSet& data, ImageClassifierRecipe recipe,
                                 const Settings& settings)
    : MinibatchTraining(settings), data_(data.to(device())), recipe_(std::move(recipe)) {}

DataDescription ImageClassifier::data() const {
  return data_.describe();
}

std::shared_ptr<torch::nn::Module> ImageClassifier::make_network() {
  network_ = recipe_.network();
  return network_;
}

std::unique_ptr<torch::optim::Optimizer> ImageClassifier::make_optimizer() {
  return recipe_.optimizer(network_->parameters());
}

torch::Tensor ImageClassifier::loss(const torch::Tensor& indices) {
  const auto output = network_->forward(data_.train.images.index_select(0, indices));
  return torch::nll_loss(output, data_.train.labels.index_select(0, indices));
}

void ImageClassifier::rehearse_evaluation() {
  network_->forward(data_.test.images.slice(0, 0, evaluation_batch)).sum().item<float>();
}

void ImageClassifier::before_step(std::int64_t step, std::int64_t steps_per_epoch) {
  recipe_.schedule(optimizer(), step, steps_per_epoch);
}

Metrics ImageClassifier::evaluate() {
  network_->eval();
  const torch::NoGradGuard no_gradient;
  auto loss_sum = torch::zeros({}, torch::dtype(torch::kFloat64).device(device()));
  auto correct = torch::zeros({}, torch::dtype(torch::kInt64).device(device()));
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
