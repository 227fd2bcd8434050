#include "analyse/statistics/equivalence.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <stdexcept>

#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/intervals.h"
#include "analyse/statistics/location_tests.h"

namespace tandem::analyse {
namespace {

/// From the difference and the test of it against zero, whose t is difference / error.
Equivalence tost(const std::string& name, const Reading& difference, const Reading& error,
                 const TestResult& against_zero, Interval bounds, double alpha) {
  require_share(2 * alpha, "2 alpha");
  if (!(bounds.low < bounds.high)) {
    throw std::invalid_argument("the lower bound of equivalence is not below the upper");
  }
  Equivalence result;
  result.bounds = bounds;
  result.difference = difference;
  if (!against_zero.p_value) {
    result.test = no_test(name, against_zero.n, against_zero.p_value.reason());
    return result;
  }
  const double df = *against_zero.degrees_of_freedom;
  const boost::math::students_t distribution(df);
  const double above_low = (*difference - bounds.low) / *error;
  const double below_high = (*difference - bounds.high) / *error;
  const double p_low = boost::math::cdf(complement(distribution, above_low));
  const double p_high = boost::math::cdf(distribution, below_high);
  result.test = p_low > p_high ? TestResult{name, against_zero.n, above_low, p_low, df}
                               : TestResult{name, against_zero.n, below_high, p_high, df};
  result.equivalent = *result.test.p_value < alpha;
  const double half_width = t_quantile(df, 1 - 2 * alpha) * *error;
  result.interval = {*difference - half_width, *difference + half_width};
  return result;
}

}  // namespace

Equivalence tost_paired(std::span<const double> first, std::span<const double> second,
                        Interval bounds, double alpha) {
  const std::vector<double> difference = differences(first, second);
  Reading error = sample_standard_deviation(difference);
  if (error) error = *error / std::sqrt(static_cast<double>(difference.size()));
  return tost("TOST (paired t)", mean(difference), error, paired_t_test(first, second), bounds,
              alpha);
}

Equivalence tost_welch(std::span<const double> first, std::span<const double> second,
                       Interval bounds, double alpha) {
  const Reading difference = difference_of_means(first, second);
  const Reading error = core::both(
      sample_variance(first), sample_variance(second), [&](double of_first, double of_second) {
        return std::sqrt(of_first / static_cast<double>(first.size()) +
                         of_second / static_cast<double>(second.size()));
      });
  return tost("TOST (Welch t)", difference, error, welch_t_test(first, second), bounds, alpha);
}

}  // namespace tandem::analyse
