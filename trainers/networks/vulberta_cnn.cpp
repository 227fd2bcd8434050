#include <torch/torch.h>

#include "networks/dropout.h"
#include "networks/function_classifier.h"
#include "networks/kinds.h"
#include "networks/vulberta.h"
#include "optimizers.h"

namespace tandem::trainers {
namespace {

/// With the published sizes 960,686 trainable parameters: 921,900 in the convolutions and 38,786
/// behind them, those of VulBERTa_CNN in ICL-ml4csec/VulBERTa, models.py, without what is in front
/// of it. That is the table of 50,000 × 768 token embeddings, which the original takes from its
/// pre-trained encoder and doesn't train. There is no such encoder here, so they stay as random as
/// they begin (docs/decisions/0024).
class VulbertaCnn : public FunctionNetwork {
 public:
  VulbertaCnn(const VulbertaCnnSize& size, double rate)
      : dropout_(rate),
        words_(register_module("words", torch::nn::Embedding(size.vocabulary, size.width))),
        conv3_(register_module("conv3", torch::nn::Conv1d(size.width, size.filters, 3))),
        conv4_(register_module("conv4", torch::nn::Conv1d(size.width, size.filters, 4))),
        conv5_(register_module("conv5", torch::nn::Conv1d(size.width, size.filters, 5))),
        fc1_(register_module("fc1", torch::nn::Linear(3 * size.filters, size.hidden))),
        fc2_(register_module("fc2", torch::nn::Linear(size.hidden, 2))) {
    words_->weight.set_requires_grad(false);
    words_->weight[token_padding].zero_();
  }

  torch::Tensor forward(const torch::Tensor& tokens) override {
    const auto x = words_(tokens).transpose(1, 2);  // B × width × L
    // The largest value is the same before and after ReLU, which has far less to do behind it.
    const auto largest =
        torch::cat({conv3_(x).amax(2), conv4_(x).amax(2), conv5_(x).amax(2)}, 1).relu();
    return fc2_(fc1_(drop_values(largest, dropout_, is_training())).relu());
  }

 private:
  double dropout_;
  torch::nn::Embedding words_;
  torch::nn::Conv1d conv3_, conv4_, conv5_;
  torch::nn::Linear fc1_, fc2_;
};

constexpr VulbertaCnnSize quick_size{.vocabulary = 1'000, .width = 128};

}  // namespace

std::shared_ptr<FunctionNetwork> make_vulberta_cnn(const VulbertaCnnSize& size, double dropout) {
  return std::make_shared<VulbertaCnn>(size, dropout);
}

WorkloadKind vulberta_cnn() {
  return {
      .name = "vulberta_cnn",
      .summary = "convolutions over C functions, vulnerable or not, Adam",
      .metric = "f1",
      .hyperparameters = {{"epochs", "passes over the training data", whole_number(1), 10, 6},
                          {"learning_rate", "step size of Adam", positive_real, 5e-4, 2e-4},
                          {"batch_size", "functions per step", whole_number(1), 128, 32},
                          {"dropout", "dropped before the linear layers", dropout_rate, 0.5, 0.2}},
      .data_folder = "devign",
      .data_source = labelled_functions_source,
      .makes_up_data = true,
      .create = [](const Settings& settings) {
        const VulbertaCnnSize size = settings.by_scale(VulbertaCnnSize{}, quick_size);
        FunctionClassifierRecipe recipe{
            .encoding = {.vocabulary = size.vocabulary,
                         .buckets = settings.by_scale(1'000, 50),
                         .length = settings.by_scale(1'024, 128)},
            .network = [size, dropout = settings.real(
                                  "dropout")] { return make_vulberta_cnn(size, dropout); },
            .optimizer =
                [learning_rate =
                     settings.real("learning_rate")](std::vector<torch::Tensor> values) {
                  return std::make_unique<Adam>(std::move(values),
                                                torch::optim::AdamOptions(learning_rate));
                }};
        return std::make_unique<FunctionClassifier>(functions_for(settings, 1'000, 400),
                                                    std::move(recipe), settings);
      }};
}

}  // namespace tandem::trainers
