#pragma once

#include <span>
#include <vector>

#include "analyse/statistics/result.h"

namespace tandem::analyse {

/// P(Q ≥ q) of the studentized range: the range of `groups` standard normal values over an
/// independent estimate of their deviation with `degrees_of_freedom`. By the trapezoidal rule over
/// both integrals, which converges exponentially for such functions (Trefethen and Weideman 2014,
/// The exponentially convergent trapezoidal rule); to about 1e-13.
double studentized_range_upper_tail(double q, size_t groups, double degrees_of_freedom);

/// The q with P(Q ≤ q) = share.
double studentized_range_quantile(double share, size_t groups, double degrees_of_freedom);

/// The difference of the means of two of several groups.
struct Contrast {
  size_t first = 0;  ///< index of the group
  size_t second = 0;
  IntervalEstimate difference;  ///< first − second; the interval is simultaneous over all contrasts
  TestResult test;              ///< the p-value is adjusted for all contrasts
};

/// All pairs of groups by Tukey's honest significant difference, with Kramer's (1956) error for
/// groups of different size. Without p-values where one_way_anova has none.
std::vector<Contrast> tukey_contrasts(std::span<const std::vector<double>> groups,
                                      double confidence = 0.95);

}  // namespace tandem::analyse
