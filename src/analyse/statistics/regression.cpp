#include "analyse/statistics/regression.h"

#include <Eigen/Dense>
#include <cmath>

#include "analyse/statistics/centred_design.h"
#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/intervals.h"

namespace tandem::analyse {

Regression linear_regression(std::span<const double> response,
                             const std::vector<Predictor>& predictors, double confidence) {
  require_share(confidence, "confidence");
  Regression regression;
  regression.n = response.size();
  const CentredDesign design = centred_design(response, predictors);
  const auto fail = [&](const std::string& problem) {
    regression.problem = problem;
    regression.r_squared = regression.residual_deviation = Reading::missing(problem);
    return regression;
  };
  if (!design.problem.empty()) return fail(design.problem);

  const Eigen::HouseholderQR<Eigen::MatrixXd> factorised(design.columns);
  const Eigen::Index width = design.columns.cols();
  const Eigen::VectorXd coefficients = factorised.solve(design.response);
  const Eigen::VectorXd residuals = design.response - design.columns * coefficients;
  const auto df = static_cast<double>(response.size()) - static_cast<double>(width);
  const double deviation = residuals.norm() / std::sqrt(df);
  if (is_rounding(deviation, {response})) return fail("the model leaves no residuals to judge by");
  regression.residuals.assign(residuals.begin(), residuals.end());
  regression.residual_deviation = deviation;
  regression.r_squared = 1 - residuals.squaredNorm() / design.response.squaredNorm();

  const auto upper = factorised.matrixQR().topRows(width).triangularView<Eigen::Upper>();
  const double t_limit = t_quantile(df, confidence);
  for (Eigen::Index j = 0; j < width; ++j) {
    const Eigen::VectorXd contrast = design.contrast(j);
    const double value = contrast.dot(coefficients) + (j == 0 ? design.response_mean : 0);
    // The variance of a combination c of the coefficients is σ² |R⁻ᵀ c|².
    const Eigen::VectorXd rotated = upper.transpose().solve(contrast);
    const double error = deviation * rotated.norm();
    Coefficient coefficient;
    coefficient.name = j == 0 ? "intercept" : predictors[static_cast<size_t>(j - 1)].name;
    coefficient.estimate = {regression.n, Reading(value),
                            Interval{value - t_limit * error, value + t_limit * error}, ""};
    coefficient.standard_error = error;
    coefficient.test = {"t-test of " + coefficient.name, regression.n, value / error,
                        two_sided_t_p(value / error, df), df};
    regression.coefficients.push_back(coefficient);
  }
  return regression;
}

}  // namespace tandem::analyse
