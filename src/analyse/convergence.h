#pragma once

#include <utility>
#include <vector>

#include "core/reading.h"
#include "record/run_result.h"

namespace tandem::analyse {

/// Epoch and performance metric of every epoch that reported a finite one.
std::vector<std::pair<int, double>> learning_curve(const record::ParticipantResult& participant);

/// How fast a training improved its performance metric on held-out data.
struct Convergence {
  core::Reading convergence_epoch;  ///< epochs until 90 % of the improvement is reached
  core::Reading convergence_speed;  ///< its reciprocal, 1/epoch
};

/// The improvement is the one from the first to the best epoch, in the metric's direction; between
/// the epochs on both sides of the 90 % mark the metric is taken as linear. Missing for fewer than
/// two epochs with the metric, and when no epoch was better than the first.
Convergence convergence_of(const record::ParticipantResult& participant);

}  // namespace tandem::analyse
