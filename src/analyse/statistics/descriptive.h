#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "analyse/statistics/result.h"

// Missing for too few values and when a value is not finite.
namespace tandem::analyse {

/// Two passes: the second corrects the rounding of the first.
Reading mean(std::span<const double> values);

/// The mean of value − origin: of joule counters it keeps the digits that their mean has no room
/// for.
Reading mean_about(std::span<const double> values, double origin);

/// mean(first) − mean(second), with the digits that either has no room for.
Reading difference_of_means(std::span<const double> first, std::span<const double> second);

/// With n − 1 in the denominator, in two passes: the textbook's E[x²] − E[x]² loses all digits of
/// joule counters. Missing for fewer than two values; 0 for equal ones.
Reading sample_variance(std::span<const double> values);
Reading sample_standard_deviation(std::span<const double> values);

/// The value below which the share lies, linear between the order statistics (type 7 of Hyndman and
/// Fan 1996, the default of R and numpy).
Reading quantile(std::span<const double> values, double share);
/// The same of values in ascending order, at least one.
double quantile_of_sorted(std::span<const double> sorted, double share);
Reading median(std::span<const double> values);

/// first − second, value by value. Throws std::invalid_argument when they differ in number.
std::vector<double> differences(std::span<const double> first, std::span<const double> second);

/// Whether a deviation is no more than the rounding of the values that it was computed from: a
/// ratio to it would be noise.
bool is_rounding(double deviation, std::initializer_list<std::span<const double>> computed_from);

}  // namespace tandem::analyse
