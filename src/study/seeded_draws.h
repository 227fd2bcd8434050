#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

namespace tandem::study {

/// Random draws that are the same on every machine for the same seed: std::shuffle and
/// std::uniform_int_distribution may differ between standard libraries, the generator may not.
class SeededDraws {
 public:
  explicit SeededDraws(std::uint64_t seed) : generator_(seed) {}

  /// A whole number from 0 to `n` - 1, each equally likely; `n` at least 1.
  std::uint64_t below(std::uint64_t n) {
    const std::uint64_t limit = std::mt19937_64::max() - std::mt19937_64::max() % n;
    std::uint64_t draw = generator_();
    while (draw >= limit) draw = generator_();
    return draw % n;
  }

  /// Fisher–Yates.
  template <typename Item>
  void shuffle(std::vector<Item>& items) {
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

  /// `most` distinct numbers below `n` in random order, all of them if there are not so many.
  /// Time and memory grow with `most` alone (Floyd's algorithm, Bentley 1987).
  std::vector<std::uint64_t> distinct_below(std::uint64_t n, size_t most);

 private:
  std::mt19937_64 generator_;
};

}  // namespace tandem::study
