#pragma once

#include <limits>
#include <span>

#include "core/reading.h"

namespace tandem::measure {

/// From `begin_s` to `end_s` on a recording's time base.
struct Window {
  double begin_s = 0;
  double end_s = 0;
  double duration_s() const { return end_s - begin_s; }
};

/// The samples of one signal with their times, both of the same length. A sample that is missing
/// (NaN) is a longer gap between its neighbours, never a value. What a counter did in a gap shows
/// when it is over; of a gauge it isn't known, so that its figures are missing when more than a
/// tenth of the window lies in gaps (of missing samples, or ten times as long as usual). Usual is
/// the median step, or the sampler's period where that is longer: a slow sampler is also read when
/// a training begins and ends, so that a short run has hardly a step of a whole period.
struct Series {
  std::span<const double> t_s;
  std::span<const double> values;
  double period_s = 0;  ///< of the sampler; 0: not known
};

/// Integral of a sampled power over the window in joules: trapezoid over each sample's own time,
/// values at the two edges interpolated. Missing when the window isn't covered by samples on both
/// sides.
core::Reading integrate_power(Series power_w, Window window);

/// Growth of a sampled counter over the window, values at the two edges interpolated. Missing as
/// above, when the counter went backwards within the window, and when it wasn't read for longer
/// than `read_at_least_every_s`, in which it may have started again unseen (Signal).
core::Reading counter_growth(
    Series counter, Window window,
    double read_at_least_every_s = std::numeric_limits<double>::infinity());

/// Time-weighted mean of a gauge over the window.
core::Reading mean_over(Series gauge, Window window);

/// Largest sample within the window, the edges' neighbours included.
core::Reading maximum_over(Series gauge, Window window);

/// Whether a sample that isn't missing lies in the window, its edges included.
bool has_value_in(Series series, Window window);

/// The longest time within the window, its edges' neighbours included, without a sample: what a
/// figure of the window doesn't know. Missing when the window isn't covered.
core::Reading largest_gap_s(Series series, Window window);

}  // namespace tandem::measure
