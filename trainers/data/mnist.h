#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>

namespace tandem::trainers {

/// Images with their classes, all of one device.
struct LabelledImages {
  torch::Tensor images;  ///< float, N × channels × height × width
  torch::Tensor labels;  ///< int64, N

  std::int64_t size() const { return labels.size(0); }
  LabelledImages to(torch::Device device) const { return {images.to(device), labels.to(device)}; }
};

struct Mnist {
  LabelledImages train;
  LabelledImages test;
};

/// Reads MNIST, or another data set in its four files (Fashion-MNIST), from a folder: the first
/// `train_limit` and `test_limit` images, normalised by MNIST's mean and standard deviation. A file
/// may be gzipped, and may have a dot before `idx` as some copies do. Throws TrainingError
/// (bad_data).
Mnist load_mnist(const std::filesystem::path& folder, std::int64_t train_limit,
                 std::int64_t test_limit);

}  // namespace tandem::trainers
