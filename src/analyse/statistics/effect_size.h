#pragma once

#include <span>

#include "analyse/statistics/result.h"

// Effect sizes with intervals. Missing for too few values, and the standardised ones when there is
// no spread to measure in.
namespace tandem::analyse {

/// Standardised mean of the paired differences d: mean(d) / sd(d), times the exact small-sample
/// correction J(m) = Γ(m/2) / (√(m/2) Γ((m−1)/2)), m = n−1 (Hedges 1981, Distribution theory for
/// Glass's estimator of effect size, eq. 6e). The interval is the exact one of the standardised
/// mean of the population, from the noncentral t distribution. Missing for fewer than three pairs:
/// with one degree of freedom the correction is 0.
IntervalEstimate hedges_g_paired(std::span<const double> first, std::span<const double> second,
                                 double confidence = 0.95);

/// The same for two independent groups: difference of means / pooled deviation, times J(n₁+n₂−2).
IntervalEstimate hedges_g(std::span<const double> first, std::span<const double> second,
                          double confidence = 0.95);

/// P(first > second) − P(first < second) of independent groups, in [−1, 1]. The interval is the
/// asymmetric one of Feng and Cliff (2004, Monte Carlo evaluation of ordinal d with improved
/// confidence interval, J. Mod. Appl. Stat. Meth. 3(2), eq. 7) with Cliff's unbiased variance and
/// Student's t with n₁+n₂−2 degrees of freedom; for groups that don't overlap the bound that they
/// give for |δ| = 1. Missing for fewer than two values a group.
IntervalEstimate cliffs_delta(std::span<const double> first, std::span<const double> second,
                              double confidence = 0.95);

/// Partial ω² of an F test: df (F−1) / (df (F−1) + n), below 0 when F < 1 (Olejnik and Algina
/// 2003). The interval is that of λ / (λ + n), the share of variance in the population, where the
/// noncentral F distribution with λ has F as its quantiles (Steiger 2004); confidence 0.9 is the
/// one whose lower limit is above 0 exactly when the 5 % test rejects. Missing where the test has
/// no statistic.
IntervalEstimate omega_squared(const TestResult& f_test, double confidence = 0.9);

}  // namespace tandem::analyse
