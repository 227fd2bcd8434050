#pragma once

#include <cstdint>
#include <random>
#include <vector>

namespace tandem::trainers {

/// Choices for made-up data: the same on every machine for the same seed, which the distributions
/// of the standard library don't promise.
class FixedRandom {
 public:
  explicit FixedRandom(std::uint64_t seed) : engine_(seed) {}

  /// A whole number from 0 to `count` − 1.
  std::int64_t below(std::int64_t count) {
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(count));
  }
  bool chance(double probability) {
    return static_cast<double>(engine_() >> 11) * 0x1p-53 < probability;
  }
  template <typename T>
  const T& pick(const std::vector<T>& choices) {
    return choices[static_cast<std::size_t>(below(std::ssize(choices)))];
  }
  template <typename T>
  void shuffle(std::vector<T>& values) {
    for (std::int64_t i = std::ssize(values) - 1; i > 0; --i) {
      std::swap(values[static_cast<std::size_t>(i)],
                values[static_cast<std::size_t>(below(i + 1))]);
    }
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace tandem::trainers
