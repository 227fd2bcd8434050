#include "analyse/statistics.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace tandem::analyse {
namespace {

constexpr auto too_few = "fewer than two values";

std::vector<double> differences(std::span<const double> first, std::span<const double> second) {
  if (first.size() != second.size()) {
    throw std::invalid_argument("paired values differ in number");
  }
  std::vector<double> difference(first.size());
  std::transform(first.begin(), first.end(), second.begin(), difference.begin(), std::minus<>());
  return difference;
}

/// The standard deviation of paired differences; missing when they differ by no more than the
/// rounding of the values they come from, for a ratio to that would be noise.
Reading spread_of_differences(std::span<const double> difference, std::span<const double> first,
                              std::span<const double> second) {
  const Reading deviation = sample_standard_deviation(difference);
  if (!deviation) return deviation;
  double largest = 0;
  for (const auto& values : {first, second}) {
    for (const double value : values) largest = std::max(largest, std::abs(value));
  }
  if (*deviation <= 8 * std::numeric_limits<double>::epsilon() * largest) {
    return Reading::missing("all differences are equal");
  }
  return deviation;
}

}  // namespace

Reading mean(std::span<const double> values) {
  if (values.empty()) return Reading::missing("no values");
  const auto n = static_cast<double>(values.size());
  const double first_pass = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double residual = 0;
  for (const double value : values) residual += value - first_pass;
  return first_pass + residual / n;
}

Reading sample_standard_deviation(std::span<const double> values) {
  if (values.size() < 2) return Reading::missing(too_few);
  const double centre = *mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

Reading median(std::span<const double> values) {
  if (values.empty()) return Reading::missing("no values");
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const size_t middle = sorted.size() / 2;
  if (sorted.size() % 2 == 1) return sorted[middle];
  return std::midpoint(sorted[middle - 1], sorted[middle]);
}

Estimate estimate_mean(std::span<const double> values, double confidence) {
  Estimate estimate{values.size(), mean(values), sample_standard_deviation(values), std::nullopt};
  if (values.size() >= 2) {
    const auto n = static_cast<double>(values.size());
    const boost::math::students_t distribution(n - 1);
    const double t = boost::math::quantile(complement(distribution, (1 - confidence) / 2));
    const double half_width = t * *estimate.standard_deviation / std::sqrt(n);
    estimate.interval = {*estimate.mean - half_width, *estimate.mean + half_width};
  }
  return estimate;
}

TestResult paired_t_test(std::span<const double> first, std::span<const double> second) {
  const std::vector<double> difference = differences(first, second);
  TestResult result{"paired t-test", difference.size(), {}, {}};
  const Reading deviation = spread_of_differences(difference, first, second);
  if (!deviation) {
    result.statistic = result.p_value = deviation;
    return result;
  }
  const auto n = static_cast<double>(difference.size());
  const double t = *mean(difference) / (*deviation / std::sqrt(n));
  const boost::math::students_t distribution(n - 1);
  result.statistic = t;
  result.p_value = 2 * boost::math::cdf(complement(distribution, std::abs(t)));
  return result;
}

Reading hedges_g_paired(std::span<const double> first, std::span<const double> second) {
  const std::vector<double> difference = differences(first, second);
  const Reading deviation = spread_of_differences(difference, first, second);
  if (!deviation) return deviation;
  // With one degree of freedom the correction is 0: two values say nothing of their spread.
  if (difference.size() < 3) return Reading::missing("fewer than three values");
  const auto m = static_cast<double>(difference.size() - 1);
  const double correction = boost::math::tgamma_ratio(m / 2, (m - 1) / 2) / std::sqrt(m / 2);
  return correction * *mean(difference) / *deviation;
}

std::vector<double> holm_adjusted(std::span<const double> p_values) {
  std::vector<size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t left, size_t right) { return p_values[left] < p_values[right]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0;
  for (size_t rank = 0; rank < order.size(); ++rank) {
    const double scaled = static_cast<double>(order.size() - rank) * p_values[order[rank]];
    largest = std::max(largest, std::min(scaled, 1.0));
    adjusted[order[rank]] = largest;
  }
  return adjusted;
}

}  // namespace tandem::analyse
