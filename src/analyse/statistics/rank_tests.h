#pragma once

#include <span>
#include <vector>

#include "analyse/statistics/result.h"

// Tests of ranks. Equal values share the mean of their ranks. Without a p-value for too few values,
// and when all are equal.
namespace tandem::analyse {

struct Ranks {
  std::vector<double> rank;  ///< of each value, from 1
  double tie_term = 0;       ///< Σ (t³ − t) over groups of t equal values
};
/// The values must be finite.
Ranks mid_ranks(std::span<const double> values);

/// Wilcoxon's signed-rank test of the differences first − second; zero differences are left out
/// (Wilcoxon 1945), the statistic is the smaller rank sum. Up to 50 differences the p-value is
/// exact, given the ties: from all ways to place the signs. Beyond, the normal approximation with
/// the variance corrected for ties, without a continuity correction (as scipy.stats.wilcoxon).
TestResult wilcoxon_signed_rank_test(std::span<const double> first, std::span<const double> second);

/// The Mann–Whitney test of two independent groups; the statistic is U of the first. Up to 50
/// values together the p-value is exact, given the ties: twice the smaller tail of U over all ways
/// to choose the first group. Beyond, the normal approximation with the variance corrected for
/// ties, without a continuity correction.
TestResult mann_whitney_test(std::span<const double> first, std::span<const double> second);

/// Kruskal and Wallis's rank test of independent groups, corrected for ties. Up to 100,000 ways to
/// deal the values into the groups the p-value is exact, given the ties; beyond, that of the χ²
/// approximation, which for two groups of three would reject 10 % where it says 5 %.
TestResult kruskal_wallis_test(std::span<const std::vector<double>> groups);

/// Friedman's rank test of treatments within complete blocks, corrected for ties: `blocks[i][j]` is
/// the value of treatment j in block i. For few blocks and treatments the p-value is exact, given
/// the ties: from all orders within the blocks. Beyond, the χ² approximation. Throws
/// std::invalid_argument when a block has another number of treatments than the first.
TestResult friedman_test(std::span<const std::vector<double>> blocks);

}  // namespace tandem::analyse
