#include "analyse/statistics/descriptive.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>

namespace tandem::analyse {

Reading mean(std::span<const double> values) {
  return mean_about(values, 0);
}

Reading mean_about(std::span<const double> values, double origin) {
  if (const std::string problem = why_unusable(values, 1); !problem.empty()) {
    return Reading::missing(problem);
  }
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value - origin;
  const double first_pass = sum / n;
  double residual = 0;
  for (const double value : values) residual += value - origin - first_pass;
  return first_pass + residual / n;
}

Reading difference_of_means(std::span<const double> first, std::span<const double> second) {
  const double origin = first.empty() ? 0 : first[0];
  return core::both(mean_about(first, origin), mean_about(second, origin), std::minus<>());
}

Reading sample_variance(std::span<const double> values) {
  if (const std::string problem = why_unusable(values, 2); !problem.empty()) {
    return Reading::missing(problem);
  }
  const Reading centre = mean(values);
  if (!centre) return centre;
  double squares = 0;
  for (const double value : values) squares += (value - *centre) * (value - *centre);
  return squares / static_cast<double>(values.size() - 1);
}

Reading sample_standard_deviation(std::span<const double> values) {
  const Reading variance = sample_variance(values);
  return variance ? Reading(std::sqrt(*variance)) : variance;
}

double quantile_of_sorted(std::span<const double> sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<size_t>(place);
  if (below + 1 >= sorted.size()) return sorted.back();
  return std::lerp(sorted[below], sorted[below + 1], place - static_cast<double>(below));
}

Reading quantile(std::span<const double> values, double share) {
  if (!(share >= 0 && share <= 1)) throw std::invalid_argument("a quantile's share is in [0, 1]");
  if (const std::string problem = why_unusable(values, 1); !problem.empty()) {
    return Reading::missing(problem);
  }
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return quantile_of_sorted(sorted, share);
}

Reading median(std::span<const double> values) {
  return quantile(values, 0.5);
}

std::vector<double> differences(std::span<const double> first, std::span<const double> second) {
  if (first.size() != second.size()) {
    throw std::invalid_argument("paired values differ in number");
  }
  std::vector<double> difference(first.size());
  std::transform(first.begin(), first.end(), second.begin(), difference.begin(), std::minus<>());
  return difference;
}

bool is_rounding(double deviation, std::initializer_list<std::span<const double>> computed_from) {
  double largest = 0;
  for (const auto& values : computed_from) {
    for (const double value : values) largest = std::max(largest, std::abs(value));
  }
  return deviation <= 8 * std::numeric_limits<double>::epsilon() * largest;
}

}  // namespace tandem::analyse
