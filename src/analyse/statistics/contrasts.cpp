#include "analyse/statistics/contrasts.h"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/tools/roots.hpp>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "analyse/statistics/anova.h"
#include "analyse/statistics/descriptive.h"

namespace tandem::analyse {
namespace {

double normal_cdf(double z) {
  return std::erfc(-z / std::numbers::sqrt2) / 2;
}

double normal_density(double z) {
  return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi);
}

constexpr double step = 0.125;
constexpr double reach = 9;  // the normal density beyond is below 1e-18

/// P(range of k standard normal values ≤ w) = k ∫ φ(z) (Φ(z) − Φ(z − w))^(k−1) dz, z the largest.
double range_cdf(double w, size_t k) {
  if (w <= 0) return 0;
  double sum = 0;
  for (double z = -reach; z <= reach; z += step) {
    const double between = normal_cdf(z) - normal_cdf(z - w);
    sum += normal_density(z) * std::pow(between, static_cast<double>(k - 1));
  }
  return std::min(1.0, static_cast<double>(k) * sum * step);
}

}  // namespace

double studentized_range_upper_tail(double q, size_t groups, double degrees_of_freedom) {
  if (groups < 2 || !(degrees_of_freedom > 0)) {
    throw std::invalid_argument("a studentized range needs two groups and a degree of freedom");
  }
  if (q <= 0) return 1;
  // The deviation's estimate is s = e^u; its log-density in u is ν u − ν e^(2u) / 2 + constant,
  // with a width of about 1/√(2ν). Its mass is 1 and 1 − P is averaged: small tails keep their
  // digits.
  const double nu = degrees_of_freedom;
  const double constant = std::log(2.0) + nu / 2 * std::log(nu / 2) - boost::math::lgamma(nu / 2);
  const double width = 1 / std::sqrt(2 * nu);
  const double du = std::min(0.1, width / 3);
  constexpr double negligible = -42;  // e^-42 = 6e-19
  const auto log_density = [&](double u) { return constant + nu * (u - std::exp(2 * u) / 2); };
  double tail = 0;
  double mass = 0;
  const auto add = [&](double u) {
    const double weight = std::exp(log_density(u)) * du;
    mass += weight;
    tail += weight * (1 - range_cdf(q * std::exp(u), groups));
    return log_density(u) > negligible;
  };
  double u = 0;
  while (add(u)) u += du;
  u = -du;
  while (add(u)) u -= du;
  return std::clamp(tail / mass, 0.0, 1.0);
}

double studentized_range_quantile(double share, size_t groups, double degrees_of_freedom) {
  require_share(share, "share");
  const auto excess = [&](double q) {
    return (1 - share) - studentized_range_upper_tail(q, groups, degrees_of_freedom);
  };
  double high = 4;
  while (excess(high) < 0) high *= 2;
  std::uintmax_t iterations = 100;
  const auto [low, upper] = boost::math::tools::toms748_solve(
      excess, 0.0, high, boost::math::tools::eps_tolerance<double>(44), iterations);
  return (low + upper) / 2;
}

std::vector<Contrast> tukey_contrasts(std::span<const std::vector<double>> groups,
                                      double confidence) {
  require_share(confidence, "confidence");
  const std::string name = "Tukey HSD";
  const TestResult all = one_way_anova(groups);
  std::vector<Contrast> contrasts;
  double error_variance = 0;
  double critical = 0;
  if (all.p_value) {
    for (const std::vector<double>& group : groups) {
      const Reading variance = sample_variance(group);
      if (variance) error_variance += *variance * static_cast<double>(group.size() - 1);
    }
    error_variance /= *all.error_degrees_of_freedom;
    critical = studentized_range_quantile(confidence, groups.size(), *all.error_degrees_of_freedom);
  }
  for (size_t i = 0; i < groups.size(); ++i) {
    for (size_t j = i + 1; j < groups.size(); ++j) {
      const size_t n = groups[i].size() + groups[j].size();
      Contrast contrast{i, j, {}, {}};
      const Reading difference = difference_of_means(groups[i], groups[j]);
      if (!all.p_value || !difference) {
        const std::string& reason = all.p_value ? difference.reason() : all.p_value.reason();
        contrast.difference = {n, difference, std::nullopt, reason};
        contrast.test = no_test(name, n, reason);
        contrasts.push_back(contrast);
        continue;
      }
      const double error = std::sqrt(
          error_variance / 2 *
          (1 / static_cast<double>(groups[i].size()) + 1 / static_cast<double>(groups[j].size())));
      const double q = std::abs(*difference) / error;
      const double p =
          studentized_range_upper_tail(q, groups.size(), *all.error_degrees_of_freedom);
      contrast.difference = {
          n, difference, Interval{*difference - critical * error, *difference + critical * error},
          ""};
      contrast.test = {name, n, q, p, all.error_degrees_of_freedom};
      contrasts.push_back(contrast);
    }
  }
  return contrasts;
}

}  // namespace tandem::analyse
