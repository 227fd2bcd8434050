#include <torch/torch.h>

#include "networks/dropout.h"
#include "networks/function_classifier.h"
#include "networks/kinds.h"
#include "networks/transformer_encoder.h"
#include "networks/vulberta.h"
#include "optimizers.h"

namespace tandem::trainers {
namespace {

constexpr double norm_epsilon = 1e-12;
constexpr double initial_deviation = 0.02;
constexpr std::int64_t first_position = 2;  // RoBERTa counts from behind the padding's number

void initialize_linear(torch::Tensor weight, torch::Tensor bias) {
  torch::nn::init::normal_(weight, 0, initial_deviation);
  torch::nn::init::zeros_(bias);
}

/// With the published sizes 124,836,866 parameters: 39,190,272 in the embeddings, 12 layers of
/// 7,087,872 and 592,130 behind them, which is what the published configuration makes
/// (huggingface.co/claudios/VulBERTa-MLP-Devign, config.json, the same as the base configuration of
/// ICL-ml4csec/VulBERTa, Pretraining_VulBERTa.ipynb, in RobertaForSequenceClassification).
class VulbertaMlp : public FunctionNetwork {
 public:
  VulbertaMlp(const VulbertaMlpSize& size, double rate)
      : dropout_(rate),
        words_(register_module("words", torch::nn::Embedding(size.vocabulary, size.width))),
        positions_(register_module("positions",
                                   torch::nn::Embedding(size.length + first_position, size.width))),
        // One kind of text, whose vector is added to all: RoBERTa has kept it from BERT.
        kinds_(register_module("kinds", torch::nn::Embedding(1, size.width))),
        norm_(register_module(
            "norm",
            torch::nn::LayerNorm(torch::nn::LayerNormOptions({size.width}).eps(norm_epsilon)))),
        encoder_(register_module("encoder",
                                 make_transformer_encoder({.layers = size.layers,
                                                           .width = size.width,
                                                           .heads = size.heads,
                                                           .feed_forward = size.feed_forward,
                                                           .dropout = rate,
                                                           .attention_dropout = rate,
                                                           .gelu = true,
                                                           .norm_epsilon = norm_epsilon,
                                                           .initialize = initialize_linear}))),
        fc1_(register_module("fc1", torch::nn::Linear(size.width, size.width))),
        fc2_(register_module("fc2", torch::nn::Linear(size.width, 2))) {
    for (const auto& embedding : {words_, positions_, kinds_}) {
      torch::nn::init::normal_(embedding->weight, 0, initial_deviation);
    }
    for (const auto& layer : {fc1_, fc2_}) initialize_linear(layer->weight, layer->bias);
  }

  torch::Tensor forward(const torch::Tensor& tokens) override {
    const auto positions = positions_->weight.narrow(0, first_position, tokens.size(1));
    auto x = words_(tokens) + (positions + kinds_->weight);
    x = encoder_->forward(drop(norm_(x)), tokens.eq(token_padding)).select(1, 0);
    return fc2_(drop(fc1_(drop(x)).tanh()));
  }

 private:
  torch::Tensor drop(const torch::Tensor& x) { return drop_values(x, dropout_, is_training()); }

  double dropout_;
  torch::nn::Embedding words_, positions_, kinds_;
  torch::nn::LayerNorm norm_;
  std::shared_ptr<TransformerEncoder> encoder_;
  torch::nn::Linear fc1_, fc2_;
};

// Quick scale: a head as wide as the published ones, fewer of all else.
constexpr VulbertaMlpSize quick_size{
    .vocabulary = 1'000, .length = 112, .layers = 2, .width = 64, .heads = 1, .feed_forward = 256};

}  // namespace

std::shared_ptr<FunctionNetwork> make_vulberta_mlp(const VulbertaMlpSize& size, double dropout) {
  return std::make_shared<VulbertaMlp>(size, dropout);
}

WorkloadKind vulberta_mlp() {
  return {
      .name = "vulberta_mlp",
      .summary = "RoBERTa encoder over C functions, vulnerable or not, AdamW",
      .metric = "f1",
      .hyperparameters = {{"epochs", "passes over the training data", whole_number(1), 10, 6},
                          {"learning_rate", "step size of AdamW at the start", positive_real, 3e-5,
                           3e-4},
                          {"batch_size", "functions per step", whole_number(1), 2, 4},
                          {"dropout", "dropped after each sublayer and of the attention's weights",
                           dropout_rate, 0.1, 0.1},
                          {"gradient_clip", "longest gradient", positive_real, 1, 1}},
      .data_folder = "devign",
      .data_source = labelled_functions_source,
      .makes_up_data = true,
      .create = [](const Settings& settings) {
        const VulbertaMlpSize size = settings.by_scale(VulbertaMlpSize{}, quick_size);
        FunctionClassifierRecipe recipe{
            .encoding = {.vocabulary = size.vocabulary,
                         .buckets = settings.by_scale(1'000, 50),
                         .length = size.length},
            .network = [size, dropout = settings.real(
                                  "dropout")] { return make_vulberta_mlp(size, dropout); },
            .optimizer =
                [learning_rate =
                     settings.real("learning_rate")](std::vector<torch::Tensor> values) {
                  // Without weight decay, as the original's training leaves it.
                  return std::make_unique<AdamW>(
                      std::move(values), torch::optim::AdamWOptions(learning_rate).weight_decay(0));
                },
            .linear_decay = true,
            .gradient_norm = settings.real("gradient_clip")};
        return std::make_unique<FunctionClassifier>(functions_for(settings, 500, 400),
                                                    std::move(recipe), settings);
      }};
}

}  // namespace tandem::trainers
