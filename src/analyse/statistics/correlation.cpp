#include "analyse/statistics/correlation.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/intervals.h"
#include "analyse/statistics/rank_permutations.h"
#include "analyse/statistics/rank_tests.h"

namespace tandem::analyse {
namespace {

constexpr size_t most_exact = 12;

/// The values less their mean, over their length: a correlation is the product of two such.
std::vector<double> direction(std::span<const double> values) {
  const double centre = *mean(values);
  std::vector<double> unit(values.begin(), values.end());
  double squares = 0;
  for (double& value : unit) {
    value -= centre;
    squares += value * value;
  }
  for (double& value : unit) value /= std::sqrt(squares);
  return unit;
}

Correlation correlate(const std::string& name, std::span<const double> x, std::span<const double> y,
                      double confidence, bool of_ranks) {
  require_share(confidence, "confidence");
  if (x.size() != y.size()) throw std::invalid_argument("x and y differ in number");
  const size_t n = x.size();
  for (const auto& values : {x, y}) {
    std::string problem = why_unusable(values, 3);
    if (problem.empty()) {
      const Reading deviation = sample_standard_deviation(values);
      if (!deviation) {
        problem = deviation.reason();
      } else if (is_rounding(*deviation, {values})) {
        problem = "all values are equal";
      }
    }
    if (!problem.empty()) return {no_estimate(n, problem), no_test(name, n, problem)};
  }
  const std::vector<double> unit_x = direction(x);
  const std::vector<double> unit_y = direction(y);
  // r, and 1 − r² from the distance between the directions: near ±1 it keeps its digits.
  double r = 0;
  double apart = 0;
  double opposed = 0;
  for (size_t i = 0; i < n; ++i) {
    r += unit_x[i] * unit_y[i];
    apart += (unit_x[i] - unit_y[i]) * (unit_x[i] - unit_y[i]);
    opposed += (unit_x[i] + unit_y[i]) * (unit_x[i] + unit_y[i]);
  }
  r = std::clamp(r, -1.0, 1.0);
  const double rest = apart * opposed / 4;
  const auto df = static_cast<double>(n - 2);
  const double t = rest > 0 ? r * std::sqrt(df / rest)
                            : std::copysign(std::numeric_limits<double>::infinity(), r);
  Correlation correlation;
  correlation.test = {name, n, r, two_sided_t_p(t, df), df};
  correlation.coefficient = {n, Reading(r), std::nullopt, ""};
  if (n < 4) {
    correlation.coefficient.no_interval_because = "fewer than four values";
  } else {
    const double inflation = of_ranks ? std::sqrt(1 + r * r / 2) : 1;
    const double half_width = boost::math::quantile(boost::math::normal(), (1 + confidence) / 2) *
                              inflation / std::sqrt(static_cast<double>(n - 3));
    const double z = std::abs(r) == 1 ? std::copysign(1e9, r) : std::atanh(r);
    correlation.coefficient.interval = {std::tanh(z - half_width), std::tanh(z + half_width)};
  }
  return correlation;
}

}  // namespace

Correlation pearson_correlation(std::span<const double> x, std::span<const double> y,
                                double confidence) {
  return correlate("Pearson correlation", x, y, confidence, false);
}

Correlation spearman_correlation(std::span<const double> x, std::span<const double> y,
                                 double confidence) {
  const std::string name = "Spearman rank correlation";
  if (x.size() != y.size()) throw std::invalid_argument("x and y differ in number");
  for (const auto& values : {x, y}) {
    if (const std::string problem = why_unusable(values, 3); !problem.empty()) {
      return {no_estimate(x.size(), problem), no_test(name, x.size(), problem)};
    }
  }
  const std::vector<double> ranks_of_x = mid_ranks(x).rank;
  const std::vector<double> ranks_of_y = mid_ranks(y).rank;
  Correlation correlation = correlate(name, ranks_of_x, ranks_of_y, confidence, true);
  if (!correlation.test.p_value) return correlation;
  if (x.size() > most_exact) {
    correlation.test.name += " (t approximation)";
    return correlation;
  }
  const Tails tails = rank_product_tails(ranks_of_x, ranks_of_y);
  const double p = std::min(1.0, 2 * std::min(tails.lower, tails.upper));
  correlation.test = {name + " (exact)", x.size(), correlation.test.statistic, p};
  return correlation;
}

}  // namespace tandem::analyse
