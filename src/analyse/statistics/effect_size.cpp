#include "analyse/statistics/effect_size.h"

#include <algorithm>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/non_central_f.hpp>
#include <boost/math/distributions/non_central_t.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/intervals.h"

namespace tandem::analyse {
namespace {

/// Where the falling function is `target`, which lies between its values at low and high.
template <typename Falling>
double solve(Falling falling, double target, double low, double high) {
  const auto excess = [&](double x) { return falling(x) - target; };
  std::uintmax_t iterations = 200;
  const auto [left, right] = boost::math::tools::toms748_solve(
      excess, low, high, boost::math::tools::eps_tolerance<double>(48), iterations);
  return (left + right) / 2;
}

/// The interval of the noncentrality of which t is the value seen. Nothing when t is so large that
/// the distribution can't be computed.
std::optional<Interval> noncentrality_of_t(double t, double degrees_of_freedom, double confidence) {
  const auto lower_tail = [&](double noncentrality) {
    if (noncentrality == 0) {
      return boost::math::cdf(boost::math::students_t(degrees_of_freedom), t);
    }
    return boost::math::cdf(boost::math::non_central_t(degrees_of_freedom, noncentrality), t);
  };
  const double tail = (1 - confidence) / 2;
  double reach = 2 + std::abs(t);
  constexpr double largest = 2000;
  if (reach > largest) return std::nullopt;
  double low = -reach;
  double high = reach;
  while (lower_tail(low) < 1 - tail) low -= reach;
  while (lower_tail(high) > tail) high += reach;
  return Interval{solve(lower_tail, 1 - tail, low, high), solve(lower_tail, tail, low, high)};
}

/// d · J with the interval of the population's d; t = d · scale.
IntervalEstimate standardised(size_t n, double d, double scale, double degrees_of_freedom,
                              double confidence) {
  const double m = degrees_of_freedom;
  const double correction = boost::math::tgamma_ratio(m / 2, (m - 1) / 2) / std::sqrt(m / 2);
  IntervalEstimate estimate{n, Reading(correction * d), std::nullopt, ""};
  const auto noncentrality = noncentrality_of_t(d * scale, degrees_of_freedom, confidence);
  if (noncentrality) {
    estimate.interval = {noncentrality->low / scale, noncentrality->high / scale};
  } else {
    estimate.no_interval_because = "the effect is too large for the noncentral t distribution";
  }
  return estimate;
}

/// Values below each of `of`, less those above it.
std::vector<double> net_wins(std::span<const double> of, std::span<const double> over) {
  std::vector<double> sorted(over.begin(), over.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> wins;
  for (const double value : of) {
    const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), value);
    wins.push_back(static_cast<double>((low - sorted.begin()) - (sorted.end() - high)));
  }
  return wins;
}

double tied_pairs(std::span<const double> first, std::span<const double> second) {
  std::vector<double> sorted(second.begin(), second.end());
  std::sort(sorted.begin(), sorted.end());
  double ties = 0;
  for (const double value : first) {
    const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), value);
    ties += static_cast<double>(high - low);
  }
  return ties;
}

double squares_about(const std::vector<double>& values, double divisor, double centre) {
  double squares = 0;
  for (const double value : values) squares += std::pow(value / divisor - centre, 2);
  return squares;
}

}  // namespace

IntervalEstimate hedges_g_paired(std::span<const double> first, std::span<const double> second,
                                 double confidence) {
  require_share(confidence, "confidence");
  const std::vector<double> difference = differences(first, second);
  const Reading deviation = sample_standard_deviation(difference);
  if (!deviation) return no_estimate(difference.size(), deviation.reason());
  if (is_rounding(*deviation, {first, second})) {
    return no_estimate(difference.size(), "all differences are equal");
  }
  if (difference.size() < 3) return no_estimate(difference.size(), "fewer than three values");
  const auto n = static_cast<double>(difference.size());
  return standardised(difference.size(), *mean(difference) / *deviation, std::sqrt(n), n - 1,
                      confidence);
}

IntervalEstimate hedges_g(std::span<const double> first, std::span<const double> second,
                          double confidence) {
  require_share(confidence, "confidence");
  const size_t n = first.size() + second.size();
  const Reading variance_of_first = sample_variance(first);
  const Reading variance_of_second = sample_variance(second);
  for (const Reading& variance : {variance_of_first, variance_of_second}) {
    if (!variance) return no_estimate(n, "a group: " + variance.reason());
  }
  const auto n_first = static_cast<double>(first.size());
  const auto n_second = static_cast<double>(second.size());
  const double df = n_first + n_second - 2;
  const double pooled =
      std::sqrt(((n_first - 1) * *variance_of_first + (n_second - 1) * *variance_of_second) / df);
  if (is_rounding(pooled, {first, second})) {
    return no_estimate(n, "the values within each group are equal");
  }
  const Reading difference = difference_of_means(first, second);
  if (!difference) return no_estimate(n, difference.reason());
  return standardised(n, *difference / pooled, std::sqrt(n_first * n_second / (n_first + n_second)),
                      df, confidence);
}

IntervalEstimate cliffs_delta(std::span<const double> first, std::span<const double> second,
                              double confidence) {
  require_share(confidence, "confidence");
  const size_t n = first.size() + second.size();
  for (const auto& group : {first, second}) {
    if (const std::string problem = why_unusable(group, 2); !problem.empty()) {
      return no_estimate(n, "a group: " + problem);
    }
  }
  const auto n_first = static_cast<double>(first.size());
  const auto n_second = static_cast<double>(second.size());
  const std::vector<double> of_first = net_wins(first, second);
  const std::vector<double> of_second = net_wins(second, first);
  double sum = 0;
  for (const double wins : of_first) sum += wins;
  const double delta = sum / (n_first * n_second);
  IntervalEstimate estimate{n, Reading(delta), std::nullopt, ""};
  if (std::abs(delta) == 1) {
    const double z = boost::math::quantile(boost::math::normal(), (1 + confidence) / 2);
    const double smaller = std::min(n_first, n_second);
    const double bound = (smaller - z * z) / (smaller + z * z);
    estimate.interval = delta > 0 ? Interval{bound, 1} : Interval{-1, -bound};
    return estimate;
  }
  const double all_squares = n_first * n_second * (1 - delta * delta) - tied_pairs(first, second);
  const double unbiased =
      (n_second * n_second * squares_about(of_first, n_second, delta) +
       n_first * n_first * squares_about(of_second, n_first, -delta) - all_squares) /
      (n_first * n_second * (n_first - 1) * (n_second - 1));
  // The unbiased variance may fall below what is possible (Cliff 1996, ch. 5).
  const double variance = std::max(unbiased, (1 - delta * delta) / (n_first * n_second - 1));
  const double reach = t_quantile(n_first + n_second - 2, confidence) * std::sqrt(variance);
  const double square = 1 - delta * delta;
  const double half_width = reach * std::sqrt(square * square + reach * reach);
  const double divisor = square + reach * reach;
  const double centre = delta - delta * delta * delta;
  estimate.interval = {std::max(-1.0, (centre - half_width) / divisor),
                       std::min(1.0, (centre + half_width) / divisor)};
  return estimate;
}

IntervalEstimate omega_squared(const TestResult& f_test, double confidence) {
  require_share(confidence, "confidence");
  if (!f_test.statistic) return no_estimate(f_test.n, f_test.statistic.reason());
  if (!f_test.degrees_of_freedom || !f_test.error_degrees_of_freedom) {
    throw std::invalid_argument(f_test.name + " is no F test");
  }
  const double f = *f_test.statistic;
  const double df = *f_test.degrees_of_freedom;
  const double error_df = *f_test.error_degrees_of_freedom;
  const auto n = static_cast<double>(f_test.n);
  IntervalEstimate estimate{f_test.n, Reading(df * (f - 1) / (df * (f - 1) + n)), std::nullopt, ""};
  const auto lower_tail = [&](double noncentrality) {
    if (noncentrality == 0) return boost::math::cdf(boost::math::fisher_f(df, error_df), f);
    return boost::math::cdf(boost::math::non_central_f(df, error_df, noncentrality), f);
  };
  constexpr double largest = 1e6;
  if (f * df > largest) {
    estimate.no_interval_because = "the effect is too large for the noncentral F distribution";
    return estimate;
  }
  const auto limit = [&](double target) {
    if (lower_tail(0) <= target) return 0.0;
    double high = 1 + df * f;
    while (lower_tail(high) > target) high *= 2;
    return solve(lower_tail, target, 0, high);
  };
  const double low = limit((1 + confidence) / 2);
  const double high = limit((1 - confidence) / 2);
  estimate.interval = {low / (low + n), high / (high + n)};
  return estimate;
}

}  // namespace tandem::analyse
