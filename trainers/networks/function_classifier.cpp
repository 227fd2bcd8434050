#include "networks/function_classifier.h"

#include <torch/torch.h>

#include <algorithm>
#include <string>
#include <utility>

#include "data/c_tokens.h"
#include "data/made_up_functions.h"
#include "data/token_sequences.h"
#include "data/vocabulary.h"
#include "networks/binary_metrics.h"
#include "networks/gradients.h"

namespace tandem::trainers {
namespace {

constexpr std::int64_t devign_train = 21'854, devign_test = 2'732;  // CodeXGLUE's split
constexpr std::int64_t evaluation_batch = 16;
constexpr std::int64_t shortest = 8;  // sequences are filled up to it: no filter is longer

// The first five as VulBERTa numbers them.
const std::vector<std::string> reserved{"<s>",    "<pad>",    "</s>",  "<unk>",
                                        "<mask>", "<number>", "<text>"};
constexpr std::int64_t number_unknown = 3, number_number = 5, number_text = 6;

std::int64_t number_of(const CToken& token, const Vocabulary& vocabulary) {
  if (const auto own = vocabulary.find(token.text)) return *own;
  switch (token.kind) {
    case CTokenKind::identifier:
      return vocabulary.bucket(token.text);
    case CTokenKind::number:
      return number_number;
    case CTokenKind::text:
      return number_text;
    case CTokenKind::other:
      break;
  }
  return number_unknown;
}

std::vector<std::vector<CToken>> split(const std::vector<LabelledFunction>& functions,
                                       std::int64_t longest) {
  std::vector<std::vector<CToken>> result;
  for (const LabelledFunction& function : functions) {
    result.push_back(c_tokens(function.code));
    // One more than can be used: what is cut off is to be seen as such.
    if (std::ssize(result.back()) > longest)
      result.back().resize(static_cast<std::size_t>(longest));
  }
  return result;
}

std::vector<TokenNumbers> encode(const std::vector<std::vector<CToken>>& functions,
                                 const Vocabulary& vocabulary) {
  std::vector<TokenNumbers> sequences;
  for (const auto& tokens : functions) {
    TokenNumbers numbers{token_begin};
    for (const CToken& token : tokens) {
      numbers.push_back(static_cast<std::int32_t>(number_of(token, vocabulary)));
    }
    numbers.push_back(token_end);
    sequences.push_back(std::move(numbers));
  }
  return sequences;
}

torch::Tensor labels_of(const std::vector<LabelledFunction>& functions) {
  std::vector<std::int64_t> labels;
  for (const LabelledFunction& function : functions) labels.push_back(function.vulnerable ? 1 : 0);
  return torch::tensor(labels, torch::kInt64);
}

std::int64_t longest_of(const std::vector<TokenNumbers>& sequences) {
  std::int64_t longest = 0;
  for (const auto& sequence : sequences) longest = std::max(longest, std::ssize(sequence));
  return longest;
}

EncodedFunctions to(const EncodedFunctions& functions, torch::Device device) {
  return {functions.tokens.to(device), functions.vulnerable.to(device)};
}

}  // namespace

EncodedFunctionSet encode_functions(const LabelledFunctions& functions,
                                    const FunctionEncoding& encoding) {
  const auto train_tokens = split(functions.train, encoding.length);
  const auto test_tokens = split(functions.test, encoding.length);
  TokenCounts counts;
  for (const auto& tokens : train_tokens) {
    for (const CToken& token : tokens) ++counts[token.text];
  }
  const Vocabulary vocabulary(
      reserved, counts,
      {.size = encoding.vocabulary, .buckets = encoding.buckets, .least_count = 2});
  const auto train = encode(train_tokens, vocabulary);
  const auto test = encode(test_tokens, vocabulary);
  const std::int64_t length =
      std::clamp(std::max(longest_of(train), longest_of(test)), shortest, encoding.length);
  return {{pad_sequences(train, length, token_padding, token_end), labels_of(functions.train)},
          {pad_sequences(test, length, token_padding, token_end), labels_of(functions.test)},
          functions.synthetic};
}

LabelledFunctions functions_for(const Settings& settings, std::int64_t quick_train,
                                std::int64_t quick_test) {
  const std::int64_t train = settings.samples(devign_train, quick_train);
  const std::int64_t test = settings.samples(devign_test, quick_test);
  if (settings.data.empty()) return made_up_functions(train, test);
  return load_labelled_functions(settings.data, train, test);
}

FunctionClassifier::FunctionClassifier(const LabelledFunctions& functions,
                                       FunctionClassifierRecipe recipe, const Settings& settings)
    : MinibatchTraining(settings),
      recipe_(std::move(recipe)),
      epochs_(settings.whole("epochs")),
      learning_rate_(settings.real("learning_rate")) {
  data_ = encode_functions(functions, recipe_.encoding);
  data_.train = to(data_.train, device());
  data_.test = to(data_.test, device());
  const auto of_class =
      torch::stack({data_.train.vulnerable.eq(0).sum(), data_.train.vulnerable.eq(1).sum()})
          .to(torch::kFloat32);
  class_weights_ = of_class.sum() / (2 * of_class);
}

DataDescription FunctionClassifier::data() const {
  return {.synthetic = data_.synthetic,
          .train_samples = data_.train.vulnerable.size(0),
          .test_samples = data_.test.vulnerable.size(0)};
}

std::shared_ptr<torch::nn::Module> FunctionClassifier::make_network() {
  network_ = recipe_.network();
  return network_;
}

std::unique_ptr<torch::optim::Optimizer> FunctionClassifier::make_optimizer() {
  std::vector<torch::Tensor> trainable;
  for (const auto& parameter : network_->parameters()) {
    if (parameter.requires_grad()) trainable.push_back(parameter);
  }
  return recipe_.optimizer(std::move(trainable));
}

torch::Tensor FunctionClassifier::loss(const torch::Tensor& indices) {
  const auto scores = network_->forward(data_.train.tokens.index_select(0, indices));
  return torch::cross_entropy_loss(scores, data_.train.vulnerable.index_select(0, indices),
                                   class_weights_);
}

void FunctionClassifier::rehearse_evaluation() {
  network_->forward(data_.test.tokens.slice(0, 0, evaluation_batch)).sum().item<float>();
}

void FunctionClassifier::before_step(std::int64_t step, std::int64_t steps_per_epoch) {
  if (!recipe_.linear_decay) return;
  const double done = static_cast<double>(step) / static_cast<double>(steps_per_epoch * epochs_);
  set_learning_rates(optimizer(), learning_rate_ * std::max(0.0, 1 - done));
}

void FunctionClassifier::before_update() {
  if (recipe_.gradient_norm) clip_gradient_norm(network_->parameters(), *recipe_.gradient_norm);
}

Metrics FunctionClassifier::evaluate() {
  network_->eval();
  const torch::NoGradGuard no_gradient;
  BinaryMetrics counts(device());
  auto loss_sum = torch::zeros({}, torch::dtype(torch::kFloat64).device(device()));
  const std::int64_t samples = data_.test.vulnerable.size(0);
  for (std::int64_t first = 0; first < samples; first += evaluation_batch) {
    const auto labels = data_.test.vulnerable.slice(0, first, first + evaluation_batch);
    const auto scores =
        network_->forward(data_.test.tokens.slice(0, first, first + evaluation_batch));
    loss_sum.add_(torch::cross_entropy_loss(scores, labels, {}, at::Reduction::Sum));
    counts.add(scores.select(1, 1).gt(scores.select(1, 0)), labels.to(torch::kBool));
  }
  Metrics metrics = counts.metrics();
  metrics["test_loss"] = loss_sum.item<double>() / static_cast<double>(samples);
  return metrics;
}

}  // namespace tandem::trainers
