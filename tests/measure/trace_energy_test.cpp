#include "measure/trace_energy.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <vector>

#include "measure/signal.h"

namespace tandem::measure {
namespace {

using testing::HasSubstr;

/// A function of time, sampled each second from `first_s` to `last_s`.
struct Trace {
  Trace(double first_s, double last_s, const std::function<double(double)>& value_at) {
    for (double second = first_s; second <= last_s; ++second) {
      t_s.push_back(second);
      values.push_back(value_at(second));
    }
  }
  Series series() const { return {t_s, values}; }

  std::vector<double> t_s;
  std::vector<double> values;
};

double constant(double) {
  return 80;
}
double ramp(double t_s) {
  return 100 + 2 * t_s;
}

TEST(IntegrateTrace, IsExactForConstantPowerAndForARamp) {
  EXPECT_DOUBLE_EQ(*integrate_trace(Trace(0, 100, constant).series(), {10, 60}, 5).whole, 80 * 50);
  // ∫ (100 + 2t) dt from 10.5 to 60.25, whose edges lie between samples.
  const double expected_j = 100 * (60.25 - 10.5) + 60.25 * 60.25 - 10.5 * 10.5;
  const TraceIntegral integral = integrate_trace(Trace(0, 100, ramp).series(), {10.5, 60.25}, 5);
  EXPECT_NEAR(*integral.whole, expected_j, 1e-9);
  EXPECT_EQ(integral.missing_s, 0);
  EXPECT_EQ(integral.held_s, 0);
  EXPECT_EQ(integral.samples, 50);
  EXPECT_EQ(*integral.peak, ramp(60));
}

TEST(IntegrateTrace, AgreesWithTheIntegralOfOurOwnSamplesWhereThereIsNoGap) {
  const Trace trace(0, 200, [](double t_s) { return 150 + 40 * std::sin(t_s / 7); });
  const Window window{3.3, 171.9};
  EXPECT_NEAR(*integrate_trace(trace.series(), window, 2).whole,
              *integrate_power(trace.series(), window), 1e-9);
}

TEST(IntegrateTrace, DoesNotInterpolateAGapThatIsTooLong) {
  Trace trace(0, 100, ramp);
  // Samples at 40 and at 52 are the neighbours of a gap of 12 s.
  trace.t_s.erase(trace.t_s.begin() + 41, trace.t_s.begin() + 52);
  trace.values.erase(trace.values.begin() + 41, trace.values.begin() + 52);
  const TraceIntegral cut = integrate_trace(trace.series(), {0, 100}, 11);
  EXPECT_FALSE(cut.whole);
  EXPECT_FALSE(cut.peak);
  EXPECT_THAT(
      cut.whole.reason(),
      HasSubstr("no samples for 12 s of the run's 100 s: the longest gap, 12 s, begins 40 s "
                "after the start, and at most 11 s are bridged"));
  EXPECT_EQ(cut.missing_s, 12);
  EXPECT_EQ(cut.seen_s, 88);
  EXPECT_EQ(cut.largest_gap_s, 12);
  EXPECT_DOUBLE_EQ(cut.seen, (100 * 40 + 40 * 40) + (100 * 48 + 100 * 100 - 52 * 52));
  // A gap that the person permits is bridged: of a ramp that is exact.
  EXPECT_DOUBLE_EQ(*integrate_trace(trace.series(), {0, 100}, 12).whole, 100 * 100 + 100 * 100);
}

TEST(IntegrateTrace, TakesAMissingSampleForALongerStep) {
  Trace trace(0, 10, constant);
  trace.values[4] = missing_sample;
  EXPECT_EQ(*integrate_trace(trace.series(), {0, 10}, 2).whole, 800);
  EXPECT_EQ(integrate_trace(trace.series(), {0, 10}, 1.5).missing_s, 2);
}

TEST(IntegrateTrace, HoldsTheFirstAndLastValueForNoLongerThanAGapMayBe) {
  const Trace trace(2, 8, constant);
  const TraceIntegral held = integrate_trace(trace.series(), {0, 10}, 2);
  EXPECT_DOUBLE_EQ(*held.whole, 800);
  EXPECT_EQ(held.held_s, 4);
  EXPECT_EQ(held.seen_s, 6);
  const TraceIntegral cut = integrate_trace(trace.series(), {-1, 10}, 2);
  EXPECT_FALSE(cut.whole);
  EXPECT_EQ(cut.missing_s, 3);
  EXPECT_EQ(cut.held_s, 2);
}

TEST(IntegrateTrace, SeesNothingWhereTheTraceIsOfAnotherTime) {
  const Trace trace(1000, 1100, constant);
  for (const Window window : {Window{0, 50}, Window{2000, 2050}}) {
    const TraceIntegral integral = integrate_trace(trace.series(), window, 5);
    EXPECT_FALSE(integral.whole);
    EXPECT_FALSE(integral.peak);
    EXPECT_EQ(integral.missing_s, 50);
    EXPECT_EQ(integral.samples, 0);
  }
}

TEST(IntegrateTrace, HoldsNoValueOverAWindowWithoutASampleOfItsOwn) {
  const Trace trace(0, 10, constant);
  for (const Window window : {Window{-3, -1}, Window{11, 13}, Window{4.2, 4.8}}) {
    const TraceIntegral integral = integrate_trace(trace.series(), window, 5);
    EXPECT_EQ(integral.whole.reason(), "no sample within the run") << window.begin_s;
    EXPECT_EQ(integral.peak.reason(), "no sample within the run");
  }
}

TEST(IntegrateTrace, SaysWhyThereIsNothing) {
  EXPECT_EQ(integrate_trace({}, {0, 5}, 1).whole.reason(), "the trace has no sample");
  EXPECT_EQ(integrate_trace({}, {5, 5}, 1).whole.reason(),
            "the run ends when it begins, or before");
  const Trace trace(0, 3, [](double) { return missing_sample; });
  EXPECT_EQ(integrate_trace(trace.series(), {0, 3}, 10).whole.reason(), "the trace has no sample");
}

TEST(IntegrateTrace, TakesEqualTimesForAStepOfPower) {
  const std::vector<double> t_s = {0, 1, 1, 2};
  const std::vector<double> values = {10, 10, 30, 30};
  EXPECT_EQ(*integrate_trace({t_s, values}, {0, 2}, 1).whole, 40);
}

}  // namespace
}  // namespace tandem::measure
