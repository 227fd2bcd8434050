#pragma once

#include <torch/types.h>

#include <cstdint>

#include "workload.h"

namespace tandem::trainers {

/// Images with their classes, all on one device.
struct LabelledImages {
  /// float, N × channels × height × width; or pixels as data/pixels.h has them.
  torch::Tensor images;
  torch::Tensor labels;  ///< int64, N

  std::int64_t size() const { return labels.size(0); }
  LabelledImages to(torch::Device device) const { return {images.to(device), labels.to(device)}; }
};

/// What an image network is trained on and judged by.
struct ImageDataSet {
  LabelledImages train;
  LabelledImages test;
  bool synthetic = false;

  DataDescription describe() const {
    return {.synthetic = synthetic, .train_samples = train.size(), .test_samples = test.size()};
  }
  ImageDataSet to(torch::Device device) const {
    return {train.to(device), test.to(device), synthetic};
  }
};

}  // namespace tandem::trainers
