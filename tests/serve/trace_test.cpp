#include "serve/trace.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tandem::serve {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(Trace, MakesOnePointOfTheSamplesOfATime) {
  Trace trace(1);
  trace.add(0.25, 2);
  trace.add(0.75, 6);
  trace.add(1.5, 1);
  ASSERT_EQ(trace.points().size(), 2U);
  const Trace::Point& first = trace.points()[0];
  EXPECT_DOUBLE_EQ(first.t_s, 0.5);
  EXPECT_DOUBLE_EQ(first.low, 2);
  EXPECT_DOUBLE_EQ(first.mean, 4);
  EXPECT_DOUBLE_EQ(first.high, 6);
}

TEST(Trace, LeavesOutWhatIsNoNumberAndWhatComesFromThePast) {
  Trace trace(1);
  trace.add(5, 1);
  trace.add(3, 1);
  trace.add(6, nan);
  trace.add(nan, 1);
  trace.add(7, std::numeric_limits<double>::infinity());
  EXPECT_EQ(trace.points().size(), 1U);
}

TEST(Trace, StaysSmallAndLosesNoPeakHoweverLongItGrows) {
  Trace trace(1);
  constexpr int samples = 1'000'000;
  double sum = 0;
  for (int i = 0; i < samples; ++i) {
    const double value = i == 123'456 ? 1000 : i == 654'321 ? -1000 : std::sin(i);
    sum += value;
    trace.add(0.1 * i, value);
  }
  EXPECT_LE(trace.points().size(), Trace::most_points);
  EXPECT_GT(trace.points().size(), Trace::most_points / 2);
  double low = 0, high = 0, weighted = 0, weight = 0, last_s = -1;
  for (const Trace::Point& point : trace.points()) {
    low = std::min(low, point.low);
    high = std::max(high, point.high);
    weighted += point.mean * point.samples;
    weight += point.samples;
    EXPECT_GT(point.t_s, last_s);
    last_s = point.t_s;
  }
  EXPECT_EQ(low, -1000);
  EXPECT_EQ(high, 1000);
  EXPECT_EQ(weight, samples);
  EXPECT_NEAR(weighted, sum, 1e-6);
}

TEST(Trace, TellsFromWhereItHasChangedSinceItWasAsked) {
  Trace trace(1);
  trace.add(0.5, 1);
  EXPECT_EQ(trace.unchanged_since_asked(), 0U);
  EXPECT_EQ(trace.unchanged_since_asked(), 1U);
  trace.add(0.7, 2);
  trace.add(1.5, 2);
  EXPECT_EQ(trace.unchanged_since_asked(), 0U) << "the first point has changed";
  trace.add(2.5, 2);
  EXPECT_EQ(trace.unchanged_since_asked(), 2U);
  for (double t_s = 3; t_s < 2000; ++t_s) trace.add(t_s, 1);
  EXPECT_EQ(trace.unchanged_since_asked(), 0U) << "points were made wider";
}

TEST(Rate, IsTheGrowthOfACounterOverAtLeastItsTime) {
  Trace trace(1);
  Rate rate(1);
  for (int i = 0; i <= 40; ++i) rate.add(0.125 * i, 10 + 3 * 0.125 * i, trace);
  ASSERT_EQ(trace.points().size(), 5U);
  for (const Trace::Point& point : trace.points()) EXPECT_DOUBLE_EQ(point.mean, 3);
}

TEST(Rate, BridgesMissingReadingsAndBeginsAnewBehindAStepBack) {
  Trace trace(1);
  Rate rate(1);
  rate.add(0, 0, trace);
  rate.add(1, nan, trace);
  rate.add(2, 8, trace);
  rate.add(3, 1, trace);
  rate.add(4, 2, trace);
  ASSERT_EQ(trace.points().size(), 2U);
  EXPECT_DOUBLE_EQ(trace.points()[0].mean, 4);
  EXPECT_DOUBLE_EQ(trace.points()[1].mean, 1);
}

}  // namespace
}  // namespace tandem::serve
