#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <span>
#include <vector>

#include "analyse/statistics/result.h"

namespace tandem::analyse {

/// Draws with replacement, the same on every machine: the generator is fixed by the C++ standard
/// and the draw is our own, for std::uniform_int_distribution may differ between standard
/// libraries.
class Resampler {
 public:
  explicit Resampler(std::uint64_t seed) : generator_(seed) {}
  /// Fills with numbers from 0 to `count` − 1, each equally likely. `count` is positive.
  void draw(std::span<size_t> indices, size_t count);

 private:
  std::mt19937_64 generator_;
};

struct BootstrapOptions {
  std::uint64_t seed = 1;
  size_t resamples = 9999;
  double confidence = 0.95;
};

/// The bias-corrected and accelerated interval (Efron 1987, Better bootstrap confidence intervals)
/// from the statistic of the resamples, of the values themselves, and of the values without each
/// one. Replicates equal to the estimate count half for the bias. Nothing, with the reason, when
/// all replicates are equal or lie on one side of the estimate.
IntervalEstimate bca_interval(std::span<const double> replicates, double estimate,
                              std::span<const double> without_each, double confidence = 0.95);

using Statistic = std::function<double(std::span<const double>)>;

/// The same for a statistic of independent values. Missing for fewer than three values, when the
/// statistic of the values is not finite, and without an interval when that of a resample isn't.
IntervalEstimate bootstrap_interval(std::span<const double> values, const Statistic& statistic,
                                    const BootstrapOptions& options = {});

}  // namespace tandem::analyse
