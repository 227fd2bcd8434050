#pragma once

#include <torch/types.h>

#include <cstdint>

namespace tandem::trainers {

/// Pairs of samples: places in a data set, int64, and whether both have one label, float 0 or 1.
struct Pairs {
  torch::Tensor first, second, same;

  std::int64_t size() const { return same.size(0); }
  Pairs to(torch::Device device) const {
    return {first.to(device), second.to(device), same.to(device)};
  }
};

/// Draws pairs from samples with labels.
class PairSampler {
 public:
  /// `labels` are int64, N, from 0 to `classes` − 1. Throws TrainingError (bad_data) when there is
  /// only one label or a label has only one sample.
  PairSampler(const torch::Tensor& labels, std::int64_t classes);

  /// N pairs on the CPU: each sample is the first of one pair; the pairs at even places have a
  /// second sample of the same label, never the same sample, those at odd places one of another.
  Pairs draw(torch::Generator& generator) const;

 private:
  torch::Tensor labels_;  // N
  torch::Tensor order_;   // samples sorted by label
  torch::Tensor place_;   // of each sample in order_
  torch::Tensor start_;   // of each label in order_
  torch::Tensor count_;   // of each label
};

}  // namespace tandem::trainers
