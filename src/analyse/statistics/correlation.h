#pragma once

#include <span>

#include "analyse/statistics/result.h"

namespace tandem::analyse {

struct Correlation {
  IntervalEstimate coefficient;
  TestResult test;  ///< that there is none; the statistic is the coefficient
};

/// Pearson's r. p-value from Student's t with n − 2 degrees of freedom, interval by Fisher's z (for
/// n ≥ 4). Missing for fewer than three pairs and when all values of one are equal. Throws
/// std::invalid_argument when x and y differ in number.
Correlation pearson_correlation(std::span<const double> x, std::span<const double> y,
                                double confidence = 0.95);

/// Spearman's ρ: Pearson's r of the ranks, equal values sharing the mean of theirs. Up to twelve
/// pairs the p-value is exact, given the ties: twice the smaller tail over all ways to pair the
/// values. Beyond, from the same t. The interval widens Fisher's by √(1 + ρ²/2) (Bonett and Wright
/// 2000).
Correlation spearman_correlation(std::span<const double> x, std::span<const double> y,
                                 double confidence = 0.95);

}  // namespace tandem::analyse
