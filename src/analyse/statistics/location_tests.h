#pragma once

#include <span>

#include "analyse/statistics/result.h"

// Tests of means. Without a p-value for fewer than two values (a group), and when the values don't
// differ by more than their rounding: their spread, which the statistic is divided by, is none.
namespace tandem::analyse {

/// Student's paired t-test of the differences first − second against zero.
TestResult paired_t_test(std::span<const double> first, std::span<const double> second);

/// Welch's t-test (1947) of two independent groups, whose variances may differ; the degrees of
/// freedom are Satterthwaite's.
TestResult welch_t_test(std::span<const double> first, std::span<const double> second);

}  // namespace tandem::analyse
