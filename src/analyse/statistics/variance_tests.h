#pragma once

#include <span>
#include <vector>

#include "analyse/statistics/result.h"

namespace tandem::analyse {

enum class Centre { median, mean };

/// Levene's test of equal variances: one-way ANOVA of the distances from the groups' centres. With
/// the median (Brown and Forsythe 1974) it holds its level for skewed values; with the mean it is
/// Levene's own. Without a p-value for fewer than two groups, fewer than two values in one, and
/// when the distances within each group are equal (as with two values a group).
TestResult levene_test(std::span<const std::vector<double>> groups, Centre centre = Centre::median);

}  // namespace tandem::analyse
