#pragma once

#include <cstdint>
#include <filesystem>

#include "data/images.h"

namespace tandem::trainers {

inline constexpr const char* mnist_source =
    "MNIST in its four IDX files, plain or gzipped (scripts/fetch-mnist puts them there; "
    "Fashion-MNIST in the same form: Debian package dataset-fashion-mnist)";

/// Reads MNIST, or another data set in its four files (Fashion-MNIST), from a folder: the first
/// `train_limit` and `test_limit` images, normalised by MNIST's mean and standard deviation. A file
/// may be gzipped, and may have a dot before `idx` as some copies do. Throws TrainingError
/// (bad_data).
ImageDataSet load_mnist(const std::filesystem::path& folder, std::int64_t train_limit,
                        std::int64_t test_limit);

}  // namespace tandem::trainers
