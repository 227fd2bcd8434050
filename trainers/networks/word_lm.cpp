#include "networks/word_lm.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "data/text.h"
#include "errors.h"
#include "networks/gradients.h"
#include "networks/kinds.h"
#include "networks/minibatch_training.h"
#include "optimizers.h"

namespace tandem::trainers {
namespace {

constexpr std::int64_t embedding_size = 200, hidden_size = 200, layers = 2;
constexpr std::int64_t evaluation_batch = 10;  // texts side by side, as in the original
constexpr double annealing = 0.25;

/// Embedding (V × 200), two LSTM layers and a linear layer (200 → V): with a vocabulary of V words
/// 200 V + 2 · 4 · (200 · 200 + 200 · 200 + 2 · 200) + 201 V = 401 V + 643,200 parameters, the sum
/// over the tensors of pytorch/examples, word_language_model/model.py; with WikiText-2's 33,278
/// words 13,987,678.
class WordLm : public LanguageModel {
 public:
  WordLm(std::int64_t vocabulary, double dropout)
      : drop_(register_module("drop", torch::nn::Dropout(dropout))),
        encoder_(register_module("encoder", torch::nn::Embedding(vocabulary, embedding_size))),
        rnn_(register_module("rnn",
                             torch::nn::LSTM(torch::nn::LSTMOptions(embedding_size, hidden_size)
                                                 .num_layers(layers)
                                                 .dropout(dropout)))),
        decoder_(register_module("decoder", torch::nn::Linear(hidden_size, vocabulary))) {
    constexpr double range = 0.1;
    torch::nn::init::uniform_(encoder_->weight, -range, range);
    torch::nn::init::zeros_(decoder_->bias);
    torch::nn::init::uniform_(decoder_->weight, -range, range);
  }

  std::pair<torch::Tensor, LstmState> forward(const torch::Tensor& words,
                                              const LstmState& state) override {
    torch::optional<std::tuple<torch::Tensor, torch::Tensor>> before;
    if (state.first.defined()) before = state;
    const auto [output, after] = rnn_(drop_(encoder_(words)), before);
    return {decoder_(drop_(output).flatten(0, 1)), {std::get<0>(after), std::get<1>(after)}};
  }

 private:
  torch::nn::Dropout drop_;
  torch::nn::Embedding encoder_;
  torch::nn::LSTM rnn_;
  torch::nn::Linear decoder_;
};

/// Cuts a text into `columns` texts side by side (int64, T × columns); what is left over is
/// dropped.
torch::Tensor side_by_side(const std::vector<std::int64_t>& words, std::int64_t columns,
                           const char* name) {
  // A word, and the one to be said after it.
  if (std::ssize(words) < 2 * columns) {
    throw TrainingError(ExitCode::bad_data,
                        fmt::format("the {} text: found {} words, expected at least {} (two for "
                                    "each of the {} texts that a batch has side by side)",
                                    name, words.size(), 2 * columns, columns));
  }
  const std::int64_t length = std::ssize(words) / columns;
  return torch::tensor(words)
      .narrow(0, 0, length * columns)
      .view({columns, length})
      .t()
      .contiguous();
}

/// Truncated backpropagation through time: the training text is cut into batch_size texts, a batch
/// has the next `bptt` words of each, and the state passes from batch to batch, not so the
/// gradient. After an epoch that didn't lower the validation loss the learning rate is divided by
/// four.
class WordLmTraining : public MinibatchTraining {
 public:
  WordLmTraining(const TextCorpus& corpus, const Settings& settings)
      : MinibatchTraining(settings),
        vocabulary_(std::ssize(corpus.vocabulary)),
        dropout_(settings.real("dropout")),
        learning_rate_(settings.real("learning_rate")),
        gradient_norm_(settings.real("gradient_clip")),
        bptt_(settings.whole("bptt")),
        train_(side_by_side(corpus.train, batch_size(), "training").to(device())),
        valid_(side_by_side(corpus.valid, evaluation_batch, "validation").to(device())),
        test_(side_by_side(corpus.test, evaluation_batch, "test").to(device())),
        data_{.synthetic = corpus.synthetic,
              .train_samples = (train_.size(0) - 1) * train_.size(1),
              .test_samples = (test_.size(0) - 1) * test_.size(1)} {}

  DataDescription data() const override { return data_; }

  Metrics evaluate() override {
    network_->eval();
    const double loss = mean_loss(test_);
    return {{"perplexity", std::exp(loss)}, {"test_loss", loss}};
  }

 private:
  std::shared_ptr<torch::nn::Module> make_network() override {
    network_ = make_word_lm(vocabulary_, dropout_);
    return network_;
  }

  std::unique_ptr<torch::optim::Optimizer> make_optimizer() override {
    best_validation_loss_ = std::numeric_limits<double>::infinity();
    return std::make_unique<Sgd>(network_->parameters(), torch::optim::SGDOptions(learning_rate_));
  }

  /// The rows of the text in their order: a batch goes on where the one before it ended.
  std::vector<torch::Tensor> make_batches() override {
    state_ = {};
    return torch::arange(train_.size(0) - 1, torch::dtype(torch::kInt64).device(device()))
        .split(bptt_);
  }

  torch::Tensor loss(const torch::Tensor& rows) override {
    const auto [logits, state] = network_->forward(train_.index_select(0, rows), state_);
    state_ = {state.first.detach(), state.second.detach()};
    return torch::nn::functional::cross_entropy(logits, train_.index_select(0, rows + 1).flatten());
  }

  void before_step(std::int64_t step, std::int64_t steps_per_epoch) override {
    if (step == 0 || step % steps_per_epoch != 0) return;
    network_->eval();
    const double loss = mean_loss(valid_);
    network_->train();
    if (loss < best_validation_loss_) {
      best_validation_loss_ = loss;
    } else {
      multiply_learning_rates(optimizer(), annealing);
    }
  }

  void before_update() override { clip_gradient_norm(network_->parameters(), gradient_norm_); }

  void rehearse_evaluation() override {
    network_->forward(test_.slice(0, 0, bptt_), {}).first.sum().item<float>();
  }

  /// Mean over the words of a text (T × columns), each said from those before it. The network is in
  /// evaluation mode.
  double mean_loss(const torch::Tensor& text) {
    const torch::NoGradGuard no_gradient;
    auto loss_sum = torch::zeros({}, torch::dtype(torch::kFloat64).device(device()));
    LstmState state;
    const std::int64_t rows = text.size(0) - 1;
    for (std::int64_t first = 0; first < rows; first += bptt_) {
      const std::int64_t end = std::min(first + bptt_, rows);
      torch::Tensor logits;
      std::tie(logits, state) = network_->forward(text.slice(0, first, end), state);
      loss_sum.add_(torch::nn::functional::cross_entropy(
          logits, text.slice(0, first + 1, end + 1).flatten(),
          torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum)));
    }
    return loss_sum.item<double>() / static_cast<double>(rows * text.size(1));
  }

  std::int64_t vocabulary_;
  double dropout_;
  double learning_rate_;
  double gradient_norm_;
  std::int64_t bptt_;
  torch::Tensor train_, valid_, test_;  // T × texts
  DataDescription data_;

  std::shared_ptr<LanguageModel> network_;
  LstmState state_;
  double best_validation_loss_ = 0;
};

}  // namespace

std::shared_ptr<LanguageModel> make_word_lm(std::int64_t vocabulary, double dropout) {
  return std::make_shared<WordLm>(vocabulary, dropout);
}

WorkloadKind word_lm() {
  return {.name = "word_lm",
          .summary = "language model of words, LSTM, gradient descent",
          .metric = "perplexity",
          .higher_is_better = false,
          .hyperparameters = {{"epochs", "passes over the training text", whole_number(1), 10, 6},
                              {"learning_rate", "step size at first", positive_real, 20, 20},
                              {"batch_size", "texts side by side", whole_number(1), 20, 20},
                              {"bptt", "words of each text in a step", whole_number(1), 35, 35},
                              {"dropout", "dropped before, between and after the layers",
                               dropout_rate, 0.2, 0.2},
                              {"gradient_clip", "largest length of the gradient", positive_real,
                               0.25, 0.25}},
          .data_folder = "wikitext",
          .data_source = text_source,
          .makes_up_data = true,
          .create = [](const Settings& settings) {
            const TextLimits limits{settings.samples(wikitext2.train, 11'220),
                                    settings.samples(wikitext2.held_out, 3'000),
                                    settings.by_scale<std::int64_t>(wikitext2.vocabulary, 1'000)};
            return std::make_unique<WordLmTraining>(
                settings.data.empty() ? make_up_text(limits) : read_text(settings.data, limits),
                settings);
          }};
}

}  // namespace tandem::trainers
