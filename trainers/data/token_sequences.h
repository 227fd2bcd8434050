#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace tandem::trainers {

/// The numbers of one text's tokens.
using TokenNumbers = std::vector<std::int32_t>;

/// Sequences as one tensor (int32, N × length) on the CPU: each is cut off at `length` and filled
/// up with `padding`. Where `end` is given, a sequence that is cut off ends in it all the same.
torch::Tensor pad_sequences(const std::vector<TokenNumbers>& sequences, std::int64_t length,
                            std::int32_t padding, std::optional<std::int32_t> end = std::nullopt);

}  // namespace tandem::trainers
