#include "analyse/statistics/normality.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numbers>
#include <vector>

#include "analyse/statistics/descriptive.h"

namespace tandem::analyse {
namespace {

/// c[0] + c[1] x + c[2] x² + …
template <size_t n>
double polynomial(const std::array<double, n>& c, double x) {
  double value = 0;
  for (size_t i = n; i-- > 0;) value = value * x + c[i];
  return value;
}

// The constants of AS R94.
constexpr std::array a_last = {0.0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056};
constexpr std::array a_last_but_one = {0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633};
constexpr std::array small_gamma = {-2.273, 0.459};
constexpr std::array small_mean = {0.544, -0.39978, 0.025054, -6.714e-4};
constexpr std::array small_log_deviation = {1.3822, -0.77857, 0.062767, -0.0020322};
constexpr std::array large_mean = {-1.5861, -0.31082, -0.083751, 0.0038915};
constexpr std::array large_log_deviation = {-0.4803, -0.082676, 0.0030302};

/// The weights of the upper half of the ordered values, the largest value's first; those of the
/// lower half are the same with the other sign.
std::vector<double> weights(size_t n) {
  if (n == 3) return {std::numbers::sqrt2 / 2};
  const auto count = static_cast<double>(n);
  std::vector<double> m(n / 2);
  double squares = 0;
  for (size_t i = 0; i < m.size(); ++i) {
    const double share = (static_cast<double>(i + 1) - 0.375) / (count + 0.25);
    m[i] = -boost::math::quantile(boost::math::normal(), share);
    squares += 2 * m[i] * m[i];
  }
  const double root_n = 1 / std::sqrt(count);
  std::vector<double> a(m.size());
  a[0] = polynomial(a_last, root_n) + m[0] / std::sqrt(squares);
  double rest_of_m = squares - 2 * m[0] * m[0];
  double rest_of_a = 1 - 2 * a[0] * a[0];
  size_t next = 1;
  if (n > 5) {
    a[1] = polynomial(a_last_but_one, root_n) + m[1] / std::sqrt(squares);
    rest_of_m -= 2 * m[1] * m[1];
    rest_of_a -= 2 * a[1] * a[1];
    next = 2;
  }
  const double factor = std::sqrt(rest_of_m / rest_of_a);
  for (; next < a.size(); ++next) a[next] = m[next] / factor;
  return a;
}

double p_value(double one_minus_w, size_t n) {
  const auto count = static_cast<double>(n);
  if (n == 3) {
    const double p =
        6 / std::numbers::pi * (std::asin(std::sqrt(1 - one_minus_w)) - std::asin(std::sqrt(0.75)));
    return std::clamp(p, 0.0, 1.0);
  }
  double y = std::log(one_minus_w);
  double centre, deviation;
  if (n <= 11) {
    const double gamma = polynomial(small_gamma, count);
    if (y >= gamma) return 0;
    y = -std::log(gamma - y);
    centre = polynomial(small_mean, count);
    deviation = std::exp(polynomial(small_log_deviation, count));
  } else {
    centre = polynomial(large_mean, std::log(count));
    deviation = std::exp(polynomial(large_log_deviation, std::log(count)));
  }
  return boost::math::cdf(complement(boost::math::normal(centre, deviation), y));
}

}  // namespace

TestResult shapiro_wilk_test(std::span<const double> values) {
  const std::string name = "Shapiro–Wilk test";
  const size_t n = values.size();
  if (const std::string problem = why_unusable(values, 3); !problem.empty()) {
    return no_test(name, n, problem);
  }
  if (n > 5000) return no_test(name, n, "more than 5000 values");
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double range = sorted.back() - sorted.front();
  if (!std::isfinite(range)) return no_test(name, n, "the range is not a finite number");
  if (is_rounding(range, {values})) return no_test(name, n, "all values are equal");
  const double smallest = sorted.front();
  for (double& value : sorted) value = (value - smallest) / range;

  // W is the squared correlation of values and weights; 1 − W without the cancellation.
  const std::vector<double> a = weights(n);
  const double centre = *mean(sorted);
  double squares_of_weights = 0;
  double squares = 0;
  double products = 0;
  for (size_t i = 0; i < n; ++i) {
    const size_t from_end = std::min(i, n - 1 - i);
    const double magnitude = from_end < a.size() ? a[from_end] : 0;
    const double weight = i < n / 2 ? -magnitude : magnitude;
    squares_of_weights += weight * weight;
    squares += (sorted[i] - centre) * (sorted[i] - centre);
    products += weight * (sorted[i] - centre);
  }
  const double root = std::sqrt(squares_of_weights * squares);
  const double one_minus_w =
      std::max(0.0, (root - products) * (root + products) / (squares_of_weights * squares));
  if (one_minus_w == 0) return {name, n, 1.0, 1.0};
  return {name, n, 1 - one_minus_w, p_value(one_minus_w, n)};
}

}  // namespace tandem::analyse
