#pragma once

#include <torch/types.h>

#include <cstdint>

namespace tandem::trainers {

// Images as files have them: uint8, N × height × width × channels. So a batch is gathered by whole
// pixels, and as N × channels × height × width it is stored channels-last.

/// Random shifts and flips for crop_and_flip: rows and columns from −`padding` to `padding`, and 0
/// or 1; int64, samples × 3, on the CPU.
torch::Tensor random_shifts(std::int64_t samples, std::int64_t padding,
                            torch::Generator& generator);

/// The images at `indices` (int64, B), each seen through a window of its own size that is shifted
/// and, maybe, mirrored left to right as `shifts` (B × 3) says; what lies outside of an image is 0.
/// This is the random crop of a padded image, without a loop over samples. All on one device.
torch::Tensor crop_and_flip(const torch::Tensor& pixels, const torch::Tensor& indices,
                            const torch::Tensor& shifts);

/// The images at half the height and width, each pixel the mean of four. Both must be even.
torch::Tensor halve(const torch::Tensor& pixels);

}  // namespace tandem::trainers
