#include "analyse/statistics/intervals.h"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>

#include "analyse/statistics/descriptive.h"

namespace tandem::analyse {

using boost::math::cdf;
using boost::math::complement;

double t_quantile(double degrees_of_freedom, double confidence) {
  require_share(confidence, "confidence");
  const boost::math::students_t distribution(degrees_of_freedom);
  return boost::math::quantile(complement(distribution, (1 - confidence) / 2));
}

double two_sided_t_p(double t, double degrees_of_freedom) {
  if (std::isinf(t)) return 0;
  return 2 * cdf(complement(boost::math::students_t(degrees_of_freedom), std::abs(t)));
}

double f_upper_tail(double f, double degrees_of_freedom, double error_degrees_of_freedom) {
  if (std::isinf(f)) return 0;
  return cdf(complement(boost::math::fisher_f(degrees_of_freedom, error_degrees_of_freedom), f));
}

double chi_squared_upper_tail(double chi_squared, double degrees_of_freedom) {
  return cdf(complement(boost::math::chi_squared(degrees_of_freedom), chi_squared));
}

double two_sided_normal_p(double z) {
  return 2 * cdf(complement(boost::math::normal(), std::abs(z)));
}

Estimate estimate_mean(std::span<const double> values, double confidence) {
  require_share(confidence, "confidence");
  Estimate estimate{values.size(), mean(values), sample_standard_deviation(values), std::nullopt};
  if (estimate.mean && estimate.standard_deviation) {
    const auto n = static_cast<double>(values.size());
    const double half_width =
        t_quantile(n - 1, confidence) * *estimate.standard_deviation / std::sqrt(n);
    estimate.interval = {*estimate.mean - half_width, *estimate.mean + half_width};
  }
  return estimate;
}

}  // namespace tandem::analyse
