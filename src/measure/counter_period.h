#pragma once

#include <functional>

#include "core/clock.h"
#include "core/reading.h"

namespace tandem::measure {

/// Time as it is looked at and waited for; a test brings its own.
struct Waiting {
  std::function<core::Time()> now;
  std::function<void(core::Clock::duration)> sleep;
  static Waiting real();
};

/// How often a counter changes: the median time between two changes, watched every millisecond for
/// at most `at_most_s`, or until eight changes have been seen. `read` gives the counter or why it
/// can't be read, which is then the answer. Missing when fewer than three changes were seen.
core::Reading counter_period_s(const std::function<core::Reading()>& read, double at_most_s,
                               const Waiting& waiting = Waiting::real());

}  // namespace tandem::measure
