#pragma once

#include <torch/types.h>

namespace tandem::trainers {

/// Dropout (Srivastava et al. 2014): in training each value is zero with probability `rate`, the
/// others are divided by 1 − rate. On the CPU with random bits of its own (SplitMix64 in counter
/// mode, from a number that torch's global stream draws), four values from each 64 bits: libtorch's
/// own draws two numbers of the Mersenne twister for each value, which is a fifth of a step of a
/// small transformer. The rate is kept to 2⁻¹⁶. The same for any number of threads.
torch::Tensor drop_values(const torch::Tensor& x, double rate, bool training);

}  // namespace tandem::trainers
