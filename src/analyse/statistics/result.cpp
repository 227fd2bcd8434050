#include "analyse/statistics/result.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <stdexcept>

namespace tandem::analyse {

TestResult no_test(std::string name, size_t n, const std::string& reason) {
  return {std::move(name), n, Reading::missing(reason), Reading::missing(reason)};
}

IntervalEstimate no_estimate(size_t n, const std::string& reason) {
  return {n, Reading::missing(reason), std::nullopt, reason};
}

std::string why_unusable(std::span<const double> values, size_t least) {
  constexpr std::array small_numbers = {"zero", "one", "two", "three", "four", "five"};
  if (values.empty() && least > 0) return "no values";
  if (values.size() < least) {
    return least < small_numbers.size() ? fmt::format("fewer than {} values", small_numbers[least])
                                        : fmt::format("fewer than {} values", least);
  }
  for (const double value : values) {
    if (!std::isfinite(value)) return "a value is not a finite number";
    if (std::abs(value) > 1e150) return "a value is too large to compute with";
  }
  return "";
}

void require_share(double share, const char* what) {
  if (!(share > 0 && share < 1)) {
    throw std::invalid_argument(fmt::format("{} is {}, not between 0 and 1", what, share));
  }
}

}  // namespace tandem::analyse
