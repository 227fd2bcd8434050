#include "analyse/statistics/mixed_model.h"

#include <Eigen/Dense>
#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <map>
#include <numbers>
#include <stdexcept>

#include "analyse/statistics/centred_design.h"
#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/intervals.h"

namespace tandem::analyse {
namespace {

/// The model at one ratio of the variances.
struct AtRatio {
  double squares = 0;           ///< weighted residual sum of squares
  double log_determinants = 0;  ///< log |V| / σ² + log |Xᵀ V⁻¹ X|
  Eigen::VectorXd coefficients;
  Eigen::MatrixXd upper;  ///< R with Rᵀ R = Xᵀ V⁻¹ X
};

/// V^−½ times the columns and the response is what they are within the groups, whatever the ratio,
/// and at right angles to it the groups' means, weighted by the ratio. Of the first part only its
/// triangle is kept, so that a look at a ratio costs as much as there are groups, not observations.
class ProfiledLikelihood {
 public:
  ProfiledLikelihood(const CentredDesign& design, std::span<const size_t> group)
      : degrees_of_freedom_(static_cast<double>(design.columns.rows() - design.columns.cols())) {
    std::map<size_t, Eigen::Index> number;
    std::vector<Eigen::Index> group_of_row;
    for (const size_t of : group) {
      const auto next = static_cast<Eigen::Index>(number.size());
      group_of_row.push_back(number.try_emplace(of, next).first->second);
    }
    Eigen::MatrixXd within(design.columns.rows(), design.columns.cols() + 1);
    within << design.columns, design.response;
    size_ = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(number.size()));
    means_ = Eigen::MatrixXd::Zero(size_.size(), within.cols());
    for (Eigen::Index row = 0; row < within.rows(); ++row) {
      size_[group_of_row[static_cast<size_t>(row)]] += 1;
      means_.row(group_of_row[static_cast<size_t>(row)]) += within.row(row);
    }
    means_ = size_.cwiseInverse().asDiagonal() * means_;
    for (Eigen::Index row = 0; row < within.rows(); ++row) {
      within.row(row) -= means_.row(group_of_row[static_cast<size_t>(row)]);
    }
    squares_within_ = within.rightCols(1).squaredNorm();
    const Eigen::HouseholderQR<Eigen::MatrixXd> factorised(within);
    within_ = factorised.matrixQR()
                  .topRows(std::min(within.rows(), within.cols()))
                  .triangularView<Eigen::Upper>();
  }

  size_t groups() const { return static_cast<size_t>(size_.size()); }
  double degrees_of_freedom() const { return degrees_of_freedom_; }

  /// Squares of the response about the groups' means.
  double squares_within() const { return squares_within_; }

  AtRatio at(double ratio) const {
    AtRatio result;
    result.log_determinants = (size_ * ratio).array().log1p().sum();
    const Eigen::VectorXd weight = (size_.array() / (1 + size_.array() * ratio)).sqrt();
    Eigen::MatrixXd rows(within_.rows() + means_.rows(), means_.cols());
    rows << within_, weight.asDiagonal() * means_;
    const auto columns = rows.leftCols(rows.cols() - 1);
    const auto response = rows.rightCols(1);
    const Eigen::HouseholderQR<Eigen::MatrixXd> factorised(columns);
    const Eigen::Index width = columns.cols();
    result.upper = factorised.matrixQR().topRows(width).triangularView<Eigen::Upper>();
    result.coefficients = factorised.solve(response);
    result.squares = (response - columns * result.coefficients).squaredNorm();
    result.log_determinants += 2 * result.upper.diagonal().array().abs().log().sum();
    return result;
  }

  /// −2 log restricted likelihood at the best residual variance, without its constants.
  double deviance(double ratio) const {
    const AtRatio result = at(ratio);
    return degrees_of_freedom() * std::log(result.squares) + result.log_determinants;
  }

  /// The ratio of least deviance; 0 where no positive one is better.
  double best_ratio() const {
    constexpr double lowest = -30;  // logarithms
    constexpr double highest = 30;
    constexpr int places = 61;
    double best = lowest;
    double least = std::numeric_limits<double>::infinity();
    const double step = (highest - lowest) / (places - 1);
    for (int i = 0; i < places; ++i) {
      const double log_ratio = lowest + i * step;
      const double value = deviance(std::exp(log_ratio));
      if (value < least) {
        least = value;
        best = log_ratio;
      }
    }
    const auto [log_ratio, value] = boost::math::tools::brent_find_minima(
        [&](double x) { return deviance(std::exp(x)); }, best - step, best + step, 40);
    const double at_zero = deviance(0);
    // Below, the two differ by rounding alone.
    return at_zero <= value + 1e-9 * std::max(1.0, std::abs(at_zero)) ? 0 : polished(log_ratio);
  }

 private:
  /// Where the slope in the logarithm is zero: a minimum is known to half the digits of its value,
  /// a zero of the slope to nearly all.
  double polished(double log_ratio) const {
    for (int i = 0; i < 20; ++i) {
      constexpr double h = 1e-3;
      const auto value = [&](double x) { return deviance(std::exp(x)); };
      const double left = value(log_ratio - h);
      const double right = value(log_ratio + h);
      const double slope = (right - left) / (2 * h);
      const double curvature = (right - 2 * value(log_ratio) + left) / (h * h);
      if (!(curvature > 0)) break;
      const double move = std::clamp(-slope / curvature, -0.5, 0.5);
      log_ratio += move;
      if (std::abs(move) < 1e-9) break;
    }
    return std::exp(log_ratio);
  }

  double degrees_of_freedom_;
  double squares_within_ = 0;
  Eigen::VectorXd size_;    ///< of each group
  Eigen::MatrixXd means_;   ///< of each group, the columns' and last the response's
  Eigen::MatrixXd within_;  ///< upper triangle of the columns and the response less these means
};

/// First and second derivative of a function at x, by central differences of two widths combined
/// (Richardson), which leaves an error of the fourth order.
template <typename Function>
std::pair<double, double> derivatives(Function function, double x, double h) {
  const double here = function(x);
  const double near_right = function(x + h), near_left = function(x - h);
  const double far_right = function(x + 2 * h), far_left = function(x - 2 * h);
  const double first = (8 * (near_right - near_left) - (far_right - far_left)) / (12 * h);
  const double second =
      (16 * (near_right + near_left) - (far_right + far_left) - 30 * here) / (12 * h * h);
  return {first, second};
}

/// Satterthwaite's degrees of freedom of a combination of the coefficients. Parameters: the
/// logarithms of the ratio and of the residual variance; the answer doesn't depend on their form.
double satterthwaite(const ProfiledLikelihood& likelihood, const Eigen::VectorXd& contrast,
                     double ratio, double residual_variance) {
  const double all = likelihood.degrees_of_freedom();
  if (ratio == 0) return all;  // no group effect: ordinary least squares
  constexpr double h = 0.02;
  const double place = std::log(ratio);
  const auto squares = [&](double x) { return likelihood.at(std::exp(x)).squares; };
  const auto determinants = [&](double x) { return likelihood.at(std::exp(x)).log_determinants; };
  const auto factor = [&](double x) {
    const Eigen::MatrixXd upper = likelihood.at(std::exp(x)).upper;
    const Eigen::VectorXd rotated =
        upper.triangularView<Eigen::Upper>().transpose().solve(contrast);
    return rotated.squaredNorm();
  };
  const auto [squares_1, squares_2] = derivatives(squares, place, h);
  const double determinants_2 = derivatives(determinants, place, h).second;
  const double factor_1 = derivatives(factor, place, h).first;
  // Of the deviance (n − p) η + squares e^−η + determinants in (log ratio, η = log variance).
  Eigen::Matrix2d hessian;
  hessian << squares_2 / residual_variance + determinants_2, -squares_1 / residual_variance,
      -squares_1 / residual_variance, all;
  const double variance = residual_variance * factor(place);
  const Eigen::Vector2d gradient(residual_variance * factor_1, variance);
  const double spread = gradient.dot(2 * hessian.inverse() * gradient);
  return 2 * variance * variance / spread;
}

}  // namespace

MixedModel random_intercept_model(std::span<const double> response,
                                  const std::vector<Predictor>& predictors,
                                  std::span<const size_t> group, double confidence) {
  require_share(confidence, "confidence");
  if (group.size() != response.size()) {
    throw std::invalid_argument("the groups have not one entry an observation");
  }
  MixedModel model;
  model.n = response.size();
  const auto fail = [&](const std::string& problem) {
    model.problem = problem;
    model.group_variance = model.residual_variance = model.reml_criterion =
        Reading::missing(problem);
    return model;
  };
  const CentredDesign design = centred_design(response, predictors);
  if (!design.problem.empty()) return fail(design.problem);
  const ProfiledLikelihood likelihood(design, group);
  model.groups = likelihood.groups();
  if (model.groups < 2) return fail("fewer than two groups");
  if (model.groups == model.n) return fail("no group has two values");
  const double within =
      std::sqrt(likelihood.squares_within() / static_cast<double>(model.n - model.groups));
  if (is_rounding(within, {response})) return fail("the values within each group are equal");

  const double ratio = likelihood.best_ratio();
  const AtRatio best = likelihood.at(ratio);
  const double all = likelihood.degrees_of_freedom();
  const double residual_variance = best.squares / all;
  if (is_rounding(std::sqrt(residual_variance), {response})) {
    return fail("the model leaves no residuals to judge by");
  }
  model.residual_variance = residual_variance;
  model.group_variance = ratio * residual_variance;
  // The predictors' lengths were divided out of X.
  double log_lengths = 0;
  for (const double length : design.lengths) log_lengths += 2 * std::log(length);
  model.reml_criterion = all * (1 + std::log(2 * std::numbers::pi * residual_variance)) +
                         best.log_determinants + log_lengths;
  for (Eigen::Index j = 0; j < design.columns.cols(); ++j) {
    const Eigen::VectorXd contrast = design.contrast(j);
    const Eigen::VectorXd rotated =
        best.upper.triangularView<Eigen::Upper>().transpose().solve(contrast);
    const double value = contrast.dot(best.coefficients) + (j == 0 ? design.response_mean : 0);
    const double error = std::sqrt(residual_variance) * rotated.norm();
    Coefficient coefficient;
    coefficient.name = j == 0 ? "intercept" : predictors[static_cast<size_t>(j - 1)].name;
    coefficient.standard_error = error;
    const std::string name = "t-test of " + coefficient.name;
    const double df = satterthwaite(likelihood, contrast, ratio, residual_variance);
    if (!std::isfinite(df) || df <= 0) {
      const std::string reason = "the likelihood is too flat for degrees of freedom";
      coefficient.estimate = {model.n, Reading(value), std::nullopt, reason};
      coefficient.test = no_test(name, model.n, reason);
    } else {
      const double half_width = t_quantile(df, confidence) * error;
      coefficient.estimate = {model.n, Reading(value),
                              Interval{value - half_width, value + half_width}, ""};
      coefficient.test = {name, model.n, value / error, two_sided_t_p(value / error, df), df};
    }
    model.coefficients.push_back(coefficient);
  }
  return model;
}

}  // namespace tandem::analyse
