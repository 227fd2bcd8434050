#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <memory>
#include <utility>

namespace tandem::trainers {

/// What an LSTM of several layers remembers: output and cell, each layers × B × units.
using LstmState = std::pair<torch::Tensor, torch::Tensor>;

/// A language model: says of each word of some texts how likely each word is to be the next.
class LanguageModel : public torch::nn::Module {
 public:
  /// `words` (int64, T × B) are the next words of B texts. Returns the logits of the words after
  /// each of them (float, T·B × vocabulary) and the state after the last one. An undefined state is
  /// that before a text.
  virtual std::pair<torch::Tensor, LstmState> forward(const torch::Tensor& words,
                                                      const LstmState& state) = 0;
};

/// The LSTM of pytorch/examples, word_language_model: embedding, two layers, a linear layer.
std::shared_ptr<LanguageModel> make_word_lm(std::int64_t vocabulary, double dropout);

}  // namespace tandem::trainers
