#pragma once

#include <span>
#include <string>
#include <vector>

#include "analyse/statistics/result.h"

namespace tandem::analyse {

/// A column of a linear model: one value an observation.
struct Predictor {
  std::string name;
  std::vector<double> values;
};

struct Coefficient {
  std::string name;           ///< `intercept` or the predictor's
  IntervalEstimate estimate;  ///< in units of the response per unit of the predictor
  Reading standard_error;
  TestResult test;  ///< that it is zero
};

struct Regression {
  size_t n = 0;
  std::vector<Coefficient> coefficients;  ///< the intercept first
  Reading r_squared;
  Reading residual_deviation;
  std::vector<double> residuals;
  std::string problem;  ///< why there are no coefficients; empty when there are
};

/// Ordinary least squares with an intercept, by QR factorisation of the centred predictors. No
/// coefficients (with the problem) for as many as observations, for predictors of which one is a
/// combination of the others, and when no residuals are left. Throws std::invalid_argument when a
/// predictor has not one value an observation.
Regression linear_regression(std::span<const double> response,
                             const std::vector<Predictor>& predictors, double confidence = 0.95);

}  // namespace tandem::analyse
