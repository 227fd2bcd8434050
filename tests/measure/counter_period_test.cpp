#include "measure/counter_period.h"

#include <gmock/gmock.h>

#include <cmath>

namespace tandem::measure {
namespace {

using core::Reading;
using testing::HasSubstr;

/// A clock that only sleeping moves.
class StillClock {
 public:
  double time_s() const { return core::seconds_between(core::Time(), now_); }
  Waiting waiting() {
    return {[this] { return now_; }, [this](core::Clock::duration time) { now_ += time; }};
  }

 private:
  core::Time now_;
};

/// A counter that has changed at `change_s`, twice that and so on.
Reading period_of(double change_s, double at_most_s, StillClock& clock) {
  return counter_period_s([&] { return Reading(std::floor(clock.time_s() / change_s + 1e-9)); },
                          at_most_s, clock.waiting());
}

TEST(CounterPeriod, IsTheTimeBetweenTwoChanges) {
  for (const double period_s : {0.02, 0.1}) {
    StillClock clock;
    EXPECT_NEAR(period_of(period_s, 1, clock).value(), period_s, 1e-9);
  }
}

TEST(CounterPeriod, IsKnownSoonWhenTheCounterIsFast) {
  StillClock clock;
  period_of(0.02, 1, clock);
  EXPECT_NEAR(clock.time_s(), 8 * 0.02, 1e-3);
}

TEST(CounterPeriod, IsTheMedianSoThatOneLatePollDoesntMatter) {
  StillClock clock;
  const auto late_at = [&] {
    const double t_s = clock.time_s();
    return Reading(std::floor((t_s > 0.05 && t_s < 0.09 ? 0.05 : t_s) / 0.02 + 1e-9));
  };
  EXPECT_NEAR(counter_period_s(late_at, 1, clock.waiting()).value(), 0.02, 1e-9);
}

TEST(CounterPeriod, IsMissingWhenTheCounterHardlyMoves) {
  StillClock clock;
  EXPECT_EQ(period_of(0.4, 1, clock).reason(), "the energy counter changed 2 times in 1 s");
  EXPECT_NEAR(clock.time_s(), 1, 2e-3);
}

TEST(CounterPeriod, IsMissingWithTheReasonOfTheCounter) {
  StillClock clock;
  const auto lost = [&] {
    return clock.time_s() < 0.01 ? Reading(1) : Reading::missing("GPU is lost");
  };
  EXPECT_EQ(counter_period_s(lost, 1, clock.waiting()).reason(), "GPU is lost");
}

}  // namespace
}  // namespace tandem::measure
