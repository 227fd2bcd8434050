#pragma once

#include <torch/types.h>

#include <cstdint>
#include <limits>

#include "workload.h"

namespace tandem::trainers {

/// Identity of images that show nobody of interest: they make a gallery harder and match no query.
inline constexpr std::int64_t distractor = 0;

/// Images of persons with who is on them and which camera took them, all on one device.
struct PersonImages {
  torch::Tensor pixels;      ///< uint8, N × height × width × 3
  torch::Tensor identities;  ///< int64, N
  torch::Tensor cameras;     ///< int64, N

  std::int64_t size() const { return identities.size(0); }
  PersonImages to(torch::Device device) const {
    return {pixels.to(device), identities.to(device), cameras.to(device)};
  }
};

/// What a re-identification network is trained on and judged by: persons that are not in `train`,
/// `query` against `gallery`.
struct PersonDataSet {
  PersonImages train;  ///< Identities count from 0.
  PersonImages query;
  PersonImages gallery;         ///< With distractors.
  std::int64_t identities = 0;  ///< In `train`.
  bool synthetic = false;

  DataDescription describe() const {
    return {.synthetic = synthetic,
            .train_samples = train.size(),
            .test_samples = query.size() + gallery.size()};
  }
  PersonDataSet to(torch::Device device) const {
    return {train.to(device), query.to(device), gallery.to(device), identities, synthetic};
  }
};

/// How much of a data set is taken, and at which size its images are kept.
struct PersonDataSize {
  static constexpr std::int64_t all = std::numeric_limits<std::int64_t>::max();

  std::int64_t height = 128, width = 64;  ///< Pixels; those of Market-1501 by default.
  std::int64_t train_identities = all;
  std::int64_t train_images_each = all;  ///< Of an identity.
  std::int64_t test_identities = all;
  std::int64_t query_images_each = all;
  std::int64_t gallery_images_each = all;
  std::int64_t distractors = all;
  /// Of made-up images: how much light, background and noise differ between cameras and images.
  float variation = 1;
  /// A data set that would take more is refused before its memory is taken.
  std::int64_t memory_limit_bytes = std::int64_t{8} << 30;
};

}  // namespace tandem::trainers
