#include "data/token_sequences.h"

#include <torch/torch.h>

#include <algorithm>

namespace tandem::trainers {

torch::Tensor pad_sequences(const std::vector<TokenNumbers>& sequences, std::int64_t length,
                            std::int32_t padding, std::optional<std::int32_t> end) {
  auto tokens = torch::full({std::ssize(sequences), length}, padding, torch::kInt32);
  auto* row = tokens.data_ptr<std::int32_t>();
  for (const TokenNumbers& sequence : sequences) {
    std::copy_n(sequence.begin(), std::min(std::ssize(sequence), length), row);
    if (end && std::ssize(sequence) > length && length > 0) row[length - 1] = *end;
    row += length;
  }
  return tokens;
}

}  // namespace tandem::trainers
