#pragma once

#include <torch/types.h>

#include "workload.h"

namespace tandem::trainers {

/// Counts how a classifier of two classes does, batch by batch, without waiting for the device.
class BinaryMetrics {
 public:
  explicit BinaryMetrics(torch::Device device);

  /// `predicted` and `actual` (bool, B, on the device) say which samples are in the positive class.
  void add(const torch::Tensor& predicted, const torch::Tensor& actual);

  /// `accuracy`, and of the positive class `precision` = tp / (tp + fp), `recall` = tp / (tp + fn)
  /// and `f1` = 2 tp / (2 tp + fp + fn); a share of nothing is 0, as in scikit-learn with
  /// zero_division=0. Waits for the device.
  Metrics metrics() const;

 private:
  torch::Tensor counts_;  ///< int64, 4, at 2 · actual + predicted: tn, fp, fn, tp.
};

}  // namespace tandem::trainers
