#pragma once

#include <cstdint>

namespace tandem::trainers {

/// Bytes that CUDA tensors held at most since the last reset, on the current device, from
/// libtorch's caching allocator. Throws TrainingError in a build without CUDA.
std::int64_t cuda_peak_bytes();

/// Starts a new peak at what is in use now. Throws TrainingError in a build without CUDA.
void cuda_reset_peak();

}  // namespace tandem::trainers
