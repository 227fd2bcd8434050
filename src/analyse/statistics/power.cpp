#include "analyse/statistics/power.h"

#include <algorithm>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/non_central_f.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <limits>

namespace tandem::analyse {
namespace {

using boost::math::cdf;
using boost::math::complement;

constexpr double most_pairs = 1e6;

std::string why_no_power(double standard_deviation, size_t n) {
  if (n < 2) return "fewer than two pairs";
  if (!std::isfinite(standard_deviation) || standard_deviation <= 0) {
    return "the standard deviation is not positive";
  }
  return "";
}

double critical_t(size_t n, double alpha) {
  const boost::math::students_t distribution(static_cast<double>(n - 1));
  return quantile(complement(distribution, alpha / 2));
}

/// The power as a function of the noncentrality, which may be taken as not negative.
double power_at(double noncentrality, size_t n, double critical) {
  const auto degrees_of_freedom = static_cast<double>(n - 1);
  // So far above the critical value that the test always rejects; Boost's series would not end.
  const double always = 40 + critical * (1 + 40 / std::sqrt(degrees_of_freedom));
  if (noncentrality > 1e4 && noncentrality > always) return 1;
  const boost::math::non_central_t distribution(degrees_of_freedom, noncentrality);
  const double power = cdf(complement(distribution, critical)) + cdf(distribution, -critical);
  return std::clamp(power, 0.0, 1.0);
}

}  // namespace

Reading power_paired_t(double difference, double standard_deviation, size_t n, double alpha) {
  require_share(alpha, "alpha");
  const std::string problem = why_no_power(standard_deviation, n);
  if (!problem.empty()) return Reading::missing(problem);
  if (!std::isfinite(difference)) return Reading::missing("the difference is not a finite number");
  const double noncentrality =
      std::abs(difference) / standard_deviation * std::sqrt(static_cast<double>(n));
  return power_at(noncentrality, n, critical_t(n, alpha));
}

Reading detectable_difference(double standard_deviation, size_t n, double alpha, double power) {
  require_share(alpha, "alpha");
  require_share(power, "power");
  const std::string problem = why_no_power(standard_deviation, n);
  if (!problem.empty()) return Reading::missing(problem);
  if (power <= alpha) return 0.0;
  const double critical = critical_t(n, alpha);
  const auto excess = [&](double noncentrality) {
    return power_at(noncentrality, n, critical) - power;
  };
  double high = 1;
  while (excess(high) < 0) high *= 2;
  std::uintmax_t iterations = 200;
  const auto [below, above] = boost::math::tools::toms748_solve(
      excess, 0.0, high, boost::math::tools::eps_tolerance<double>(50), iterations);
  return (below + above) / 2 * standard_deviation / std::sqrt(static_cast<double>(n));
}

Reading pairs_needed(double difference, double standard_deviation, double alpha, double power) {
  require_share(alpha, "alpha");
  require_share(power, "power");
  const std::string problem = why_no_power(standard_deviation, 2);
  if (!problem.empty()) return Reading::missing(problem);
  if (!std::isfinite(difference) || difference == 0) {
    return Reading::missing("no number of pairs finds a difference of zero");
  }
  const auto suffices = [&](double n) {
    return *power_paired_t(difference, standard_deviation, static_cast<size_t>(n), alpha) >= power;
  };
  // Power grows with n: double until it suffices, then halve the gap.
  double high = 2;
  while (!suffices(high)) {
    if (high >= most_pairs) return Reading::missing("more than a million pairs are needed");
    high = std::min(2 * high, most_pairs);
  }
  double low = high <= 2 ? 1 : std::floor(high / 2);
  while (high - low > 1) {
    const double middle = std::floor((low + high) / 2);
    (suffices(middle) ? high : low) = middle;
  }
  return high;
}

Reading power_anova(double effect_f, size_t groups, size_t n_per_group, double alpha) {
  require_share(alpha, "alpha");
  if (groups < 2) return Reading::missing("fewer than two groups");
  if (n_per_group < 2) return Reading::missing("fewer than two values a group");
  if (!std::isfinite(effect_f) || effect_f < 0) {
    return Reading::missing("the effect size f is not a finite number of at least 0");
  }
  const auto total = static_cast<double>(groups * n_per_group);
  const auto between = static_cast<double>(groups - 1);
  const double within = total - static_cast<double>(groups);
  const boost::math::fisher_f no_effect(between, within);
  const double critical = quantile(complement(no_effect, alpha));
  if (effect_f == 0) return alpha;
  const boost::math::non_central_f distribution(between, within, effect_f * effect_f * total);
  return std::clamp(cdf(complement(distribution, critical)), 0.0, 1.0);
}

}  // namespace tandem::analyse
