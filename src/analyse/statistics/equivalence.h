#pragma once

#include <span>

#include "analyse/statistics/result.h"

namespace tandem::analyse {

/// The outcome of two one-sided t-tests (TOST; Schuirmann 1987): is the mean difference inside the
/// bounds? What 'no change' needs, which a large p-value of a test against zero is not.
struct Equivalence {
  Interval bounds;
  Reading difference;
  std::optional<Interval> interval;  ///< of 1 − 2 alpha; inside the bounds exactly when equivalent
  TestResult test;                   ///< of the side that is less clear; the p-value is one-sided
  bool equivalent = false;           ///< p < alpha
};

/// Of the paired differences first − second. Without a p-value for fewer than two pairs and when
/// all differences are equal. Throws std::invalid_argument unless bounds.low < bounds.high.
Equivalence tost_paired(std::span<const double> first, std::span<const double> second,
                        Interval bounds, double alpha = 0.05);

/// Of the means of two independent groups, by Welch's t.
Equivalence tost_welch(std::span<const double> first, std::span<const double> second,
                       Interval bounds, double alpha = 0.05);

}  // namespace tandem::analyse
