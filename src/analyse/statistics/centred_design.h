#pragma once

#include <Eigen/Dense>
#include <span>
#include <string>
#include <vector>

#include "analyse/statistics/regression.h"

namespace tandem::analyse {

/// A linear model with its large offsets taken out: the response and the predictors less their
/// means, the predictors divided by their length, and a first column of ones.
struct CentredDesign {
  Eigen::VectorXd response;
  Eigen::MatrixXd columns;
  double response_mean = 0;
  std::vector<double> means;    ///< of the predictors
  std::vector<double> lengths;  ///< of the centred predictors
  std::string problem;          ///< why there is no model; empty when there is

  /// As many as columns: what the j-th coefficient of the model in the original units is, as a
  /// combination of the coefficients of `columns` (the intercept without the response's mean).
  Eigen::VectorXd contrast(Eigen::Index j) const;
};

/// Throws std::invalid_argument when a predictor has not one value an observation.
CentredDesign centred_design(std::span<const double> response,
                             const std::vector<Predictor>& predictors);

}  // namespace tandem::analyse
