#include "analyse/statistics/location_tests.h"

#include <cmath>

#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/intervals.h"

namespace tandem::analyse {

TestResult paired_t_test(std::span<const double> first, std::span<const double> second) {
  const std::vector<double> difference = differences(first, second);
  const std::string name = "paired t-test";
  const Reading deviation = sample_standard_deviation(difference);
  if (!deviation) return no_test(name, difference.size(), deviation.reason());
  if (is_rounding(*deviation, {first, second})) {
    return no_test(name, difference.size(), "all differences are equal");
  }
  const auto n = static_cast<double>(difference.size());
  const double t = *mean(difference) / (*deviation / std::sqrt(n));
  return {name, difference.size(), t, two_sided_t_p(t, n - 1), n - 1};
}

TestResult welch_t_test(std::span<const double> first, std::span<const double> second) {
  const std::string name = "Welch t-test";
  const size_t n = first.size() + second.size();
  const Reading variance_of_first = sample_variance(first);
  const Reading variance_of_second = sample_variance(second);
  for (const Reading& variance : {variance_of_first, variance_of_second}) {
    if (!variance) return no_test(name, n, "a group: " + variance.reason());
  }
  const double part_of_first = *variance_of_first / static_cast<double>(first.size());
  const double part_of_second = *variance_of_second / static_cast<double>(second.size());
  const double error = std::sqrt(part_of_first + part_of_second);
  if (is_rounding(error, {first, second})) {
    return no_test(name, n, "the values within each group are equal");
  }
  const Reading difference = difference_of_means(first, second);
  if (!difference) return no_test(name, n, difference.reason());
  const double t = *difference / error;
  const double degrees_of_freedom =
      1 / (std::pow(part_of_first / (error * error), 2) / static_cast<double>(first.size() - 1) +
           std::pow(part_of_second / (error * error), 2) / static_cast<double>(second.size() - 1));
  return {name, n, t, two_sided_t_p(t, degrees_of_freedom), degrees_of_freedom};
}

}  // namespace tandem::analyse
