#pragma once

#include <span>
#include <string>

#include "core/reading.h"

namespace tandem::measure {

/// From `begin_s` to `end_s` on a recording's time base.
struct Window {
  double begin_s = 0;
  double end_s = 0;
  double duration_s() const { return end_s - begin_s; }
};

/// Integral of a sampled power over the window: trapezoid over each sample's own time, values at
/// the two edges interpolated. Missing when the window isn't covered by samples on both sides or
/// one in it is missing.
core::Reading integrate_power(std::span<const double> t_s, std::span<const double> power_w,
                              Window window);

/// Growth of a sampled counter over the window, values at the two edges interpolated. Missing as
/// above, and when the counter went backwards.
core::Reading counter_growth(std::span<const double> t_s, std::span<const double> counter,
                             Window window);

/// Time-weighted mean of a gauge over the window.
core::Reading mean_over(std::span<const double> t_s, std::span<const double> gauge, Window window);

/// Largest sample within the window, the edges' neighbours included.
core::Reading maximum_over(std::span<const double> t_s, std::span<const double> gauge,
                           Window window);

/// How a pair's energy is divided between A and B. The parts add up to the whole.
struct Shares {
  core::Reading a;
  core::Reading b;
  std::string model;  ///< `cpu_time`
};

/// Divides in proportion to the two trainings' CPU time (a model, not a measurement).
Shares shares_by_cpu_time(const core::Reading& pair_joules, const core::Reading& cpu_time_a_s,
                          const core::Reading& cpu_time_b_s);

}  // namespace tandem::measure
