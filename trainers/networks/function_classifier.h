#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "data/labelled_functions.h"
#include "networks/minibatch_training.h"
#include "networks/vulberta.h"

namespace tandem::trainers {

/// Numbers and sizes that the functions are brought to before training.
struct FunctionEncoding {
  std::int64_t vocabulary = 0;  ///< Numbers of tokens.
  std::int64_t buckets = 0;     ///< Of them, for identifiers that have none of their own.
  std::int64_t length = 0;      ///< Longest sequence, its first and last symbol included.
};

/// Functions as a network takes them.
struct EncodedFunctions {
  torch::Tensor tokens;      ///< int32, N × L
  torch::Tensor vulnerable;  ///< int64, N: 0 or 1
};

struct EncodedFunctionSet {
  EncodedFunctions train;
  EncodedFunctions test;
  bool synthetic = false;
};

/// Tokens → numbers, by a vocabulary of the training functions' tokens that occur at least twice.
/// Other identifiers share buckets by their hash, other numbers one symbol, other constants of text
/// one, the rest is unknown. L is the longest sequence's length, cut off at `encoding.length`.
EncodedFunctionSet encode_functions(const LabelledFunctions& functions,
                                    const FunctionEncoding& encoding);

/// What tells one classifier of functions from another.
struct FunctionClassifierRecipe {
  FunctionEncoding encoding;
  std::function<std::shared_ptr<FunctionNetwork>()> network;
  std::function<std::unique_ptr<torch::optim::Optimizer>(std::vector<torch::Tensor>)> optimizer;
  bool linear_decay = false;  ///< Of the learning rate, to 0 at the end of the training.
  std::optional<double> gradient_norm = std::nullopt;  ///< Longer gradients are cut.
};

/// Functions as the settings ask for: real or made up, as many as the scale has (Devign's numbers
/// and `quick_train` and `quick_test`).
LabelledFunctions functions_for(const Settings& settings, std::int64_t quick_train,
                                std::int64_t quick_test);

/// Supervised training of a network by cross-entropy, each class weighted by the inverse of its
/// share in the training data, as VulBERTa is trained. Reports BinaryMetrics for 'vulnerable' and
/// `test_loss`.
class FunctionClassifier : public MinibatchTraining {
 public:
  FunctionClassifier(const LabelledFunctions& functions, FunctionClassifierRecipe recipe,
                     const Settings& settings);

  DataDescription data() const override;
  Metrics evaluate() override;

 private:
  std::shared_ptr<torch::nn::Module> make_network() override;
  std::unique_ptr<torch::optim::Optimizer> make_optimizer() override;
  torch::Tensor loss(const torch::Tensor& indices) override;
  void rehearse_evaluation() override;
  void before_step(std::int64_t step, std::int64_t steps_per_epoch) override;
  void before_update() override;

  FunctionClassifierRecipe recipe_;
  std::int64_t epochs_;
  double learning_rate_;
  EncodedFunctionSet data_;
  torch::Tensor class_weights_;  ///< float, 2
  std::shared_ptr<FunctionNetwork> network_;
};

}  // namespace tandem::trainers
