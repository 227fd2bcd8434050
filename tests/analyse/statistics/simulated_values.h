#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <vector>

namespace tandem::test {

/// What simulated values look like: normal; skewed, as times often are (the exponential of a normal
/// value); tied, as accuracies of a small test set are (a normal value rounded to whole
/// deviations).
enum class Shape { normal, lognormal, tied };

/// Independent values, the same on every machine (Box and Muller over a generator that the C++
/// standard fixes).
class SimulatedValues {
 public:
  explicit SimulatedValues(std::uint64_t seed) : generator_(seed) {}

  /// Standard normal.
  double operator()() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }
  std::vector<double> normal(size_t n, double mean = 0, double deviation = 1) {
    std::vector<double> drawn(n);
    for (double& value : drawn) value = mean + deviation * (*this)();
    return drawn;
  }
  std::vector<double> of(Shape shape, size_t n) {
    std::vector<double> drawn = normal(n);
    for (double& value : drawn) {
      if (shape == Shape::lognormal) value = std::exp(value);
      if (shape == Shape::tied) value = std::round(value);
    }
    return drawn;
  }
  std::vector<std::vector<double>> groups(size_t count, size_t n, Shape shape = Shape::normal) {
    std::vector<std::vector<double>> drawn;
    for (size_t i = 0; i < count; ++i) drawn.push_back(of(shape, n));
    return drawn;
  }

 private:
  double uniform() { return static_cast<double>(generator_() >> 11) * 0x1p-53; }
  std::mt19937_64 generator_;
};

}  // namespace tandem::test
