#include <torch/torch.h>

#include "data/mnist.h"
#include "networks/image_classifier.h"
#include "networks/kinds.h"
#include "networks/mnist_networks.h"

namespace tandem::trainers {
namespace {

class MnistRnnNetwork : public ImageNetwork {
 public:
  MnistRnnNetwork(double dropout1, double dropout2)
      : rnn_(register_module("rnn",
                             torch::nn::LSTM(torch::nn::LSTMOptions(28, 64).batch_first(true)))),
        batchnorm_(register_module("batchnorm", torch::nn::BatchNorm1d(64))),
        dropout1_(register_module("dropout1", torch::nn::Dropout(dropout1))),
        dropout2_(register_module("dropout2", torch::nn::Dropout(dropout2))),
        fc1_(register_module("fc1", torch::nn::Linear(64, 32))),
        fc2_(register_module("fc2", torch::nn::Linear(32, 10))) {}

  torch::Tensor forward(torch::Tensor x) override {  // N × 1 × 28 × 28
    x = std::get<0>(rnn_(x.squeeze(1))).select(1, -1);
    x = dropout1_(batchnorm_(x));
    x = dropout2_(fc1_(x).relu_());
    return torch::log_softmax(fc2_(x), 1);
  }

 private:
  torch::nn::LSTM rnn_;
  torch::nn::BatchNorm1d batchnorm_;
  torch::nn::Dropout dropout1_, dropout2_;
  torch::nn::Linear fc1_, fc2_;
};

}  // namespace

std::shared_ptr<ImageNetwork> mnist_rnn_network(double dropout1, double dropout2) {
  return std::make_shared<MnistRnnNetwork>(dropout1, dropout2);
}

WorkloadKind mnist_rnn() {
  return {.name = "mnist_rnn",
          .summary = "LSTM over the rows of MNIST images, Adadelta",
          .metric = "accuracy",
          .hyperparameters =
              {{"epochs", "passes over the training data", whole_number(1), 10, 4},
               {"learning_rate", "factor on Adadelta's update", positive_real, 0.01, 0.3},
               {"batch_size", "images per step", whole_number(2), 32, 32},
               {"gamma", "factor on the learning rate after each epoch", decay_factor, 0.7, 0.7},
               {"dropout1", "dropped after the LSTM", dropout_rate, 0.25, 0.25},
               {"dropout2", "dropped after the first linear layer", dropout_rate, 0.5, 0.5}},
          .data_folder = "mnist",
          .data_source = mnist_source,
          .create = [](const Settings& settings) {
            const auto network = [settings] {
              return mnist_rnn_network(settings.real("dropout1"), settings.real("dropout2"));
            };
            return std::make_unique<ImageClassifier>(
                load_mnist(settings.data, settings.samples(60'000, 9'000),
                           settings.samples(10'000, 2'000)),
                adadelta_recipe(network, settings), settings);
          }};
}

}  // namespace tandem::trainers
