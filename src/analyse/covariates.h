#pragma once

#include <span>
#include <string>
#include <vector>

#include "analyse/run_figures.h"
#include "analyse/statistics/result.h"
#include "core/json.h"

namespace tandem::analyse {

/// A line through values that are compared only within their blocks.
struct BlockedSlope {
  size_t n = 0;       ///< values of blocks with at least two
  size_t blocks = 0;  ///< with at least two values
  IntervalEstimate slope;
  TestResult t_test;  ///< that it is zero
};

/// Least squares of y on x with an intercept for each block: the slope of what is left of both
/// after the blocks' means (Frisch and Waugh 1933), with n − blocks − 1 degrees of freedom. Without
/// a slope (with the reason) when none are left, and when x is the same within every block. Blocks
/// are numbered from 0. Throws std::invalid_argument when x or `block` has not one value an
/// observation.
BlockedSlope blocked_slope(std::span<const double> y, std::span<const double> x,
                           std::span<const size_t> block, double confidence = 0.95);

/// Whether something that no one asked for moved the runs' figures: the session's course (`order`)
/// or the temperature of the GPU when a run began (`start_temperature`). Exploratory.
struct CovariateEffect {
  std::string covariate;  ///< `order` or `start_temperature`
  std::string unit;       ///< of the covariate: `runs`, `°C`
  std::string response;   ///< `time_per_epoch` (B's) or `power` (the run's energy / makespan)
  /// What is compared with each other: `experiment` where experiments were made several times,
  /// otherwise `trainings`, the same two or the same one at whatever setting.
  std::string block;
  size_t blocks = 0;
  double step = 10;          ///< the slope is per so many units
  IntervalEstimate percent;  ///< change of the response a step; n are runs
  TestResult t_test;
  core::Reading range;  ///< of the covariate over the runs, in its unit
  core::Reading percent_over_range;
  core::Reading adjusted_p;  ///< of the t-test, Benjamini–Hochberg over all of these
};

/// `runs` are the ones that count. Their order is that of their start on their machine and device;
/// equal starts stand in the order given.
std::vector<CovariateEffect> covariate_effects(const std::vector<const RunFigures*>& runs);

void to_json(core::Json& json, const CovariateEffect& effect);

}  // namespace tandem::analyse
