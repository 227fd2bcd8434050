#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "core/reading.h"

// What the statistics answer with. They are pure functions of numbers; what can't be computed (too
// few values, no spread, a value that is no number) is a missing reading with its reason, never
// NaN, and an interval that can't be computed is absent, with the reason beside it. Only what a
// caller can't mean, as a confidence of 2 or paired values that differ in number, throws
// std::invalid_argument.
namespace tandem::analyse {

using core::Reading;

struct Interval {
  double low = 0;
  double high = 0;

  friend bool operator==(const Interval&, const Interval&) = default;
};

struct TestResult {
  std::string name;  ///< `paired t-test`, `Wilcoxon signed-rank test (exact)`
  size_t n = 0;      ///< values, or pairs of values, that entered
  Reading statistic;
  Reading p_value;  ///< two-sided, where the statistic has two sides
  std::optional<double> degrees_of_freedom = std::nullopt;
  std::optional<double> error_degrees_of_freedom = std::nullopt;  ///< of an F statistic
};

/// A test that can't be made.
TestResult no_test(std::string name, size_t n, const std::string& reason);

/// A number and the interval of what it estimates.
struct IntervalEstimate {
  size_t n = 0;
  Reading value;
  std::optional<Interval> interval;
  std::string no_interval_because;  ///< empty when there is one
};

/// Neither value nor interval.
IntervalEstimate no_estimate(size_t n, const std::string& reason);

/// Why nothing can be computed from the values: fewer than `least`, one that is no finite number,
/// or one beyond 1e150, whose square might overflow. Empty when something can.
std::string why_unusable(std::span<const double> values, size_t least);

/// Throws std::invalid_argument unless 0 < share < 1. `what` names it: `confidence`, `alpha`.
void require_share(double share, const char* what);

}  // namespace tandem::analyse
