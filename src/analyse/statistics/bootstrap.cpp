#include "analyse/statistics/bootstrap.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <stdexcept>

#include "analyse/statistics/descriptive.h"

namespace tandem::analyse {

void Resampler::draw(std::span<size_t> indices, size_t count) {
  if (count == 0) throw std::invalid_argument("nothing to draw from");
  const std::uint64_t limit = std::mt19937_64::max() - std::mt19937_64::max() % count;
  for (size_t& index : indices) {
    std::uint64_t drawn = generator_();
    while (drawn >= limit) drawn = generator_();
    index = drawn % count;
  }
}

IntervalEstimate bca_interval(std::span<const double> replicates, double estimate,
                              std::span<const double> without_each, double confidence) {
  require_share(confidence, "confidence");
  const size_t n = without_each.size();
  if (!std::isfinite(estimate)) return no_estimate(n, "the statistic is not a finite number");
  IntervalEstimate result{n, Reading(estimate), std::nullopt, ""};
  const auto without_interval = [&](const std::string& reason) {
    result.no_interval_because = reason;
    return result;
  };
  for (const auto& statistics : {replicates, without_each}) {
    if (const std::string problem = why_unusable(statistics, 2); !problem.empty()) {
      return without_interval("of the resamples: " + problem);
    }
  }
  std::vector<double> sorted(replicates.begin(), replicates.end());
  std::sort(sorted.begin(), sorted.end());
  if (sorted.front() == sorted.back()) return without_interval("all resamples agree");
  const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), estimate);
  const double below =
      (static_cast<double>(low - sorted.begin()) + static_cast<double>(high - sorted.begin())) / 2 /
      static_cast<double>(sorted.size());
  if (below <= 0 || below >= 1) {
    return without_interval("all resamples lie on one side of the estimate");
  }
  const boost::math::normal normal;
  const double bias = boost::math::quantile(normal, below);
  const double centre = *mean(without_each);
  double squares = 0;
  double cubes = 0;
  for (const double value : without_each) {
    squares += std::pow(centre - value, 2);
    cubes += std::pow(centre - value, 3);
  }
  const double acceleration = squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
  const auto share = [&](double tail) {
    const double shifted = bias + boost::math::quantile(normal, tail);
    const double divisor = 1 - acceleration * shifted;
    // Beyond the pole of the correction lies the end of the distribution.
    if (divisor <= 0) return shifted > 0 ? 1.0 : 0.0;
    return boost::math::cdf(normal, bias + shifted / divisor);
  };
  result.interval = {quantile_of_sorted(sorted, share((1 - confidence) / 2)),
                     quantile_of_sorted(sorted, share((1 + confidence) / 2))};
  return result;
}

IntervalEstimate bootstrap_interval(std::span<const double> values, const Statistic& statistic,
                                    const BootstrapOptions& options) {
  if (const std::string problem = why_unusable(values, 3); !problem.empty()) {
    return no_estimate(values.size(), problem);
  }
  Resampler resampler(options.seed);
  std::vector<size_t> indices(values.size());
  std::vector<double> sample(values.size());
  std::vector<double> replicates;
  for (size_t i = 0; i < options.resamples; ++i) {
    resampler.draw(indices, values.size());
    std::transform(indices.begin(), indices.end(), sample.begin(),
                   [&](size_t index) { return values[index]; });
    replicates.push_back(statistic(sample));
  }
  std::vector<double> without_each;
  for (size_t left_out = 0; left_out < values.size(); ++left_out) {
    sample.assign(values.begin(), values.end());
    sample.erase(sample.begin() + static_cast<std::ptrdiff_t>(left_out));
    without_each.push_back(statistic(sample));
  }
  return bca_interval(replicates, statistic(values), without_each, options.confidence);
}

}  // namespace tandem::analyse
