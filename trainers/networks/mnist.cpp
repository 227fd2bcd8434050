#include "data/mnist.h"

#include <torch/torch.h>

#include "networks/image_classifier.h"
#include "networks/kinds.h"
#include "networks/mnist_networks.h"

namespace tandem::trainers {
namespace {

class MnistNetwork : public ImageNetwork {
 public:
  MnistNetwork(double dropout1, double dropout2)
      : conv1_(register_module("conv1", torch::nn::Conv2d(1, 32, 3))),
        conv2_(register_module("conv2", torch::nn::Conv2d(32, 64, 3))),
        dropout1_(register_module("dropout1", torch::nn::Dropout(dropout1))),
        dropout2_(register_module("dropout2", torch::nn::Dropout(dropout2))),
        fc1_(register_module("fc1", torch::nn::Linear(64 * 12 * 12, 128))),
        fc2_(register_module("fc2", torch::nn::Linear(128, 10))) {}

  torch::Tensor forward(torch::Tensor x) override {  // N × 1 × 28 × 28
    x = conv1_(x).relu_();
    x = conv2_(x).relu_();
    x = dropout1_(torch::max_pool2d(x, 2)).flatten(1);
    x = dropout2_(fc1_(x).relu_());
    return torch::log_softmax(fc2_(x), 1);
  }

 private:
  torch::nn::Conv2d conv1_, conv2_;
  torch::nn::Dropout dropout1_, dropout2_;
  torch::nn::Linear fc1_, fc2_;
};

}  // namespace

std::shared_ptr<ImageNetwork> mnist_network(double dropout1, double dropout2) {
  return std::make_shared<MnistNetwork>(dropout1, dropout2);
}

WorkloadKind mnist() {
  return {.name = "mnist",
          .summary = "convolutional network on MNIST, Adadelta",
          .metric = "accuracy",
          .hyperparameters =
              {{"epochs", "passes over the training data", whole_number(1), 10, 4},
               {"learning_rate", "factor on Adadelta's update", positive_real, 0.01, 0.1},
               {"batch_size", "images per step", whole_number(1), 32, 32},
               {"gamma", "factor on the learning rate after each epoch", decay_factor, 0.7, 0.7},
               {"dropout1", "dropped after the convolutions", dropout_rate, 0.25, 0.25},
               {"dropout2", "dropped after the first linear layer", dropout_rate, 0.5, 0.5}},
          .data_folder = "mnist",
          .data_source = mnist_source,
          .create = [](const Settings& settings) {
            const auto network = [settings] {
              return mnist_network(settings.real("dropout1"), settings.real("dropout2"));
            };
            return std::make_unique<ImageClassifier>(
                load_mnist(settings.data, settings.samples(60'000, 1'250),
                           settings.samples(10'000, 1'000)),
                adadelta_recipe(network, settings), settings);
          }};
}

}  // namespace tandem::trainers
