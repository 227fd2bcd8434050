#pragma once

#include <span>

#include "analyse/statistics/result.h"

namespace tandem::analyse {

/// Shapiro and Wilk's test of normality after Royston (1995, Algorithm AS R94, Appl. Statist. 44,
/// 547–551): the statistic is W. Without a p-value for fewer than 3 or more than 5000 values
/// (beyond the algorithm's range) and for equal ones. Against R's shapiro.test both agree to the
/// last digits; scipy up to 1.11 keeps parts of the algorithm in single precision.
TestResult shapiro_wilk_test(std::span<const double> values);

}  // namespace tandem::analyse
