#pragma once

#include <cstdint>
#include <filesystem>

#include "data/images.h"

namespace tandem::trainers {

inline constexpr const char* cifar10_source =
    "CIFAR-10, binary version: data_batch_1.bin to data_batch_5.bin and test_batch.bin "
    "(www.cs.toronto.edu/~kriz/cifar.html)";

/// Reads the first `train_limit` and `test_limit` images of CIFAR-10 from a folder, or its folder
/// cifar-10-batches-bin, as pixels: uint8, N × 32 × 32 × 3. Format: the page of cifar10_source;
/// records of 3073 bytes, a label from 0 to 9, then the red, green and blue values row by row.
/// Throws TrainingError (bad_data) with the file, what was found and what was expected.
ImageDataSet load_cifar10(const std::filesystem::path& folder, std::int64_t train_limit,
                          std::int64_t test_limit);

/// Made-up images of CIFAR-10's shape and number of classes, always the same: each class has some
/// patterns of soft colours, of which one stands somewhere in an image under other soft colours and
/// noise.
ImageDataSet make_up_cifar10(std::int64_t train_samples, std::int64_t test_samples);

}  // namespace tandem::trainers
