#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace tandem::trainers {

/// A CPU random stream of its own, the same in Python's torch.Generator().manual_seed(seed).
torch::Generator seeded_generator(std::uint64_t seed);

/// The numbers 0 to samples − 1 in random order, cut into batches (int64 tensors on `device`). The
/// last batch takes what is left; it is dropped when that is a single sample, over which batch
/// normalisation cannot work.
std::vector<torch::Tensor> shuffled_batches(std::int64_t samples, std::int64_t batch_size,
                                            torch::Generator& generator, torch::Device device);

/// The number of trainable values.
std::int64_t count_parameters(const torch::nn::Module& module);

}  // namespace tandem::trainers
