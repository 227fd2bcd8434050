#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analyse/statistics/result.h"

// Statistics as pure functions of numbers. What can't be computed (too few values, no spread) is a
// missing reading with its reason, never NaN.
namespace tandem::analyse {

/// Two passes: the second corrects the rounding of the first.
Reading mean(std::span<const double> values);

/// With n − 1 in the denominator, in two passes: the textbook's E[x²] − E[x]² loses all digits of
/// joule counters. Missing for fewer than two values.
Reading sample_standard_deviation(std::span<const double> values);

Reading median(std::span<const double> values);

/// A mean and what is known of its uncertainty. The values must be independent: one a run.
struct Estimate {
  size_t n = 0;
  Reading mean;
  Reading standard_deviation;
  std::optional<Interval> interval;  ///< Student's t, 95 %; nothing for n < 2
};
Estimate estimate_mean(std::span<const double> values, double confidence = 0.95);

/// Student's paired t-test of the differences first − second against zero.
TestResult paired_t_test(std::span<const double> first, std::span<const double> second);

/// Wilcoxon's signed-rank test of the differences first − second; zero differences are left out
/// (Wilcoxon 1945), the statistic is the smaller rank sum. Exact for at most 50 differences without
/// ties; otherwise the normal approximation with the variance corrected for ties, without a
/// continuity correction (as scipy.stats.wilcoxon).
TestResult wilcoxon_signed_rank_test(std::span<const double> first, std::span<const double> second);

/// Standardised mean of the paired differences d: mean(d) / sd(d), times the exact small-sample
/// correction J(n−1) = Γ(m/2) / (√(m/2) Γ((m−1)/2)), m = n−1 (Hedges 1981, Distribution theory for
/// Glass's estimator of effect size, eq. 6e).
Reading hedges_g_paired(std::span<const double> first, std::span<const double> second);

/// Holm's step-down adjustment (1979) of a family's p-values, in the order given.
std::vector<double> holm_adjusted(std::span<const double> p_values);

}  // namespace tandem::analyse
