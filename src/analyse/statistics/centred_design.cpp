#include "analyse/statistics/centred_design.h"

#include <cmath>
#include <stdexcept>

#include "analyse/statistics/descriptive.h"

namespace tandem::analyse {

Eigen::VectorXd CentredDesign::contrast(Eigen::Index j) const {
  Eigen::VectorXd combination = Eigen::VectorXd::Zero(columns.cols());
  if (j > 0) {
    combination[j] = 1 / lengths[static_cast<size_t>(j - 1)];
    return combination;
  }
  combination[0] = 1;
  for (Eigen::Index i = 1; i < columns.cols(); ++i) {
    const auto predictor = static_cast<size_t>(i - 1);
    combination[i] = -means[predictor] / lengths[predictor];
  }
  return combination;
}

CentredDesign centred_design(std::span<const double> response,
                             const std::vector<Predictor>& predictors) {
  CentredDesign design;
  const auto n = static_cast<Eigen::Index>(response.size());
  design.problem = why_unusable(response, predictors.size() + 2);
  if (!response.empty() && response.size() < predictors.size() + 2) {
    design.problem = "not more observations than coefficients";
  }
  for (const Predictor& predictor : predictors) {
    if (predictor.values.size() != response.size()) {
      throw std::invalid_argument("predictor " + predictor.name +
                                  " has not one value an observation");
    }
    if (design.problem.empty() && !why_unusable(predictor.values, 1).empty()) {
      design.problem = predictor.name + ": " + why_unusable(predictor.values, 1);
    }
  }
  if (!design.problem.empty()) return design;
  const Reading centre = mean(response);
  if (!centre) {
    design.problem = centre.reason();
    return design;
  }
  design.response_mean = *centre;
  design.response = Eigen::Map<const Eigen::VectorXd>(response.data(), n).array() - *centre;
  design.columns = Eigen::MatrixXd::Ones(n, static_cast<Eigen::Index>(predictors.size()) + 1);
  for (size_t i = 0; i < predictors.size(); ++i) {
    const std::vector<double>& values = predictors[i].values;
    const Reading centre_of_predictor = mean(values);
    const Reading deviation = sample_standard_deviation(values);
    if (!centre_of_predictor || !deviation || is_rounding(*deviation, {values})) {
      design.problem = predictors[i].name + ": all values are equal";
      return design;
    }
    design.means.push_back(*centre_of_predictor);
    design.lengths.push_back(*deviation * std::sqrt(static_cast<double>(values.size() - 1)));
    design.columns.col(static_cast<Eigen::Index>(i) + 1) =
        (Eigen::Map<const Eigen::VectorXd>(values.data(), n).array() - design.means.back()) /
        design.lengths.back();
  }
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> factorised(design.columns);
  // Predictors as measured are never combinations of each other to the last bit.
  factorised.setThreshold(1e-11);
  if (factorised.rank() < design.columns.cols()) {
    design.problem = "a predictor is a combination of the others";
  }
  return design;
}

}  // namespace tandem::analyse
