#pragma once

#include <span>

#include "analyse/statistics/result.h"

namespace tandem::analyse {

/// A mean and what is known of its uncertainty. The values must be independent: one a run.
struct Estimate {
  size_t n = 0;
  Reading mean;
  Reading standard_deviation;
  std::optional<Interval> interval;  ///< Student's t; nothing for n < 2
};
/// Equal values have an interval of no width.
Estimate estimate_mean(std::span<const double> values, double confidence = 0.95);

/// The two-sided quantile of Student's t: P(|T| ≤ it) = confidence.
double t_quantile(double degrees_of_freedom, double confidence);
/// 2 P(T ≥ |t|).
double two_sided_t_p(double t, double degrees_of_freedom);
/// P(F ≥ f).
double f_upper_tail(double f, double degrees_of_freedom, double error_degrees_of_freedom);
/// P(X ≥ chi_squared).
double chi_squared_upper_tail(double chi_squared, double degrees_of_freedom);
/// 2 P(Z ≥ |z|).
double two_sided_normal_p(double z);

}  // namespace tandem::analyse
