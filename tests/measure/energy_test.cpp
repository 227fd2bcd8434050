#include "measure/energy.h"

#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <random>
#include <vector>

#include "measure/signal.h"

namespace tandem::measure {
namespace {

using core::Reading;

/// A function of time sampled at 10 Hz with jitter, as a busy machine does.
struct Trace {
  Trace(double duration_s, const std::function<double(double)>& value_at) {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> jitter_s(0, 0.03);
    for (double deadline_s = 0; deadline_s < duration_s + 0.2; deadline_s += 0.1) {
      t_s.push_back(deadline_s + jitter_s(random));
      values.push_back(value_at(t_s.back()));
    }
  }
  Series series() const { return {t_s, values}; }

  std::vector<double> t_s;
  std::vector<double> values;
};

constexpr Window ten_minutes{0.05, 600.05};

TEST(IntegratePower, IsExactForConstantPower) {
  const Trace trace(601, [](double) { return 42.0; });
  const Reading energy_j = integrate_power(trace.series(), ten_minutes);
  EXPECT_NEAR(energy_j.value(), 42.0 * 600, 1e-8);
}

TEST(IntegratePower, IsExactForARampAndAtItsEdges) {
  const Trace trace(601, [](double t_s) { return 10 + 0.3 * t_s; });
  for (const Window window : {ten_minutes, Window{1.234, 1.239}, Window{0.5, 599.9}}) {
    const double mean_w = 10 + 0.3 * (window.begin_s + window.end_s) / 2;
    const double energy_j = mean_w * window.duration_s();
    EXPECT_NEAR(integrate_power(trace.series(), window).value(), energy_j, energy_j * 1e-12);
    EXPECT_NEAR(mean_over(trace.series(), window).value(), mean_w, mean_w * 1e-12);
  }
}

// A sample can't tell when, since the one before, the power has jumped: each jump is off by up to
// half a sample, and only many of them, out of step with the sampling, even out.
TEST(IntegratePower, IsWithinATenthOfAPercentForAnHourOfSquareWavesAtAwkwardPeriods) {
  constexpr Window hour{0.05, 3600.05};
  for (const double period_s : {1.618034, 2.718282, 3.141593, 4.236068, 11.09017, 29.03444}) {
    const auto phase_s = [&](double t_s) { return std::fmod(t_s, period_s); };
    const Trace trace(3601, [&](double t_s) { return phase_s(t_s) < period_s / 2 ? 220 : 60; });
    const auto energy_until = [&](double t_s) {
      const double high_s =
          std::floor(t_s / period_s) * period_s / 2 + std::min(phase_s(t_s), period_s / 2);
      return 60 * t_s + 160 * high_s;
    };
    const double energy_j = energy_until(hour.end_s) - energy_until(hour.begin_s);
    const double measured_j = integrate_power(trace.series(), hour).value();
    EXPECT_NEAR(measured_j, energy_j, energy_j * 1e-3) << period_s;
  }
}

TEST(IntegratePower, IsWithinATenthOfAPercentForNoise) {
  std::mt19937 random(3);
  std::normal_distribution<double> noise_w(150, 15);
  // A new power every 10 ms: what lies between two samples is not seen, and evens out.
  std::vector<double> power_w(361'000);
  for (double& watts : power_w) watts = noise_w(random);
  const Trace trace(3601, [&](double t_s) { return power_w[static_cast<size_t>(t_s * 100)]; });
  double energy_j = 0;
  for (size_t i = 100; i < 360'000; ++i) energy_j += power_w[i] * 0.01;
  const double measured_j = integrate_power(trace.series(), {1, 3600}).value();
  EXPECT_NEAR(measured_j, energy_j, energy_j * 1e-3);
}

/// A training that draws 220 W and 60 W in turn, with a sampler that is held up at 30 random
/// moments of the ten minutes.
struct HeldUp {
  explicit HeldUp(double held_up_s)
      : whole(601, [](double t) { return std::fmod(t, 2.718282) < 1.359141 ? 220.0 : 60.0; }),
        values(whole.values) {
    std::mt19937 random(5);
    std::uniform_real_distribution<double> moment_s(1, 595);
    for (int i = 0; i < 30; ++i) {
      const double from_s = moment_s(random);
      for (size_t k = 0; k < values.size(); ++k) {
        const double t_s = whole.t_s[k];
        if (t_s > from_s && t_s < from_s + held_up_s) values[k] = missing_sample;
      }
    }
  }
  Series series() const { return {whole.t_s, values}; }

  Trace whole;
  std::vector<double> values;
};

// The meter marks a run with a gap of more than a second (meter_test); below that a percent holds.
TEST(IntegratePower, IsWithinOnePercentWhenTheSamplerIsHeldUpForLessThanWhatMarksARun) {
  const HeldUp trace(0.9);
  const double energy_j = integrate_power(trace.whole.series(), ten_minutes).value();
  EXPECT_NEAR(integrate_power(trace.series(), ten_minutes).value(), energy_j, energy_j * 1e-2);
}

TEST(LargestGap, TellsHowLongTheSamplerWasHeldUp) {
  EXPECT_LT(largest_gap_s(HeldUp(0).series(), ten_minutes).value(), 0.2);
  EXPECT_GE(largest_gap_s(HeldUp(3).series(), ten_minutes).value(), 3);
}

TEST(CounterGrowth, IsExactHoweverLongTheSamplerIsHeldUpInBetween) {
  const std::vector<double> t_s{0, 0.1, 0.2, 17, 17.1, 60, 60.1};
  std::vector<double> counter_j;
  for (const double t : t_s) counter_j.push_back(1000 + 220 * t);
  EXPECT_NEAR(counter_growth({t_s, counter_j}, {0.15, 60.05}).value(), 220 * 59.9, 1e-9);
}

TEST(IntegratePower, WeighsSamplesByTheirRealTime) {
  const std::vector<double> t_s{0, 1, 11, 12};
  const std::vector<double> power_w{100, 100, 200, 200};
  EXPECT_DOUBLE_EQ(integrate_power({t_s, power_w}, {0, 12}).value(), 100 + 1500 + 200);
}

const std::vector<double> four_s{0, 1, 2, 3};

TEST(WindowOfSamples, IsZeroLongWithoutHarm) {
  const std::vector<double> values{5, 6, 7, 8};
  EXPECT_EQ(integrate_power({four_s, values}, {1.5, 1.5}).value(), 0);
  EXPECT_EQ(counter_growth({four_s, values}, {2, 2}).value(), 0);
  EXPECT_EQ(maximum_over({four_s, values}, {2, 2}).value(), 7);
  EXPECT_EQ(mean_over({four_s, values}, {2, 2}).reason(), "division by zero");
}

TEST(WindowOfSamples, SaysThatItIsNotCovered) {
  const std::vector<double> values{5, 6, 7, 8};
  EXPECT_EQ(integrate_power({four_s, values}, {-0.5, 2}).reason(),
            "the window begins 0.5 s before the first sample");
  EXPECT_EQ(counter_growth({four_s, values}, {1, 3.25}).reason(),
            "the window ends 0.25 s after the last sample");
  EXPECT_EQ(maximum_over({four_s, values}, {2, 1}).reason(), "the window ends before it begins");
  EXPECT_EQ(mean_over({}, {0, 1}).reason(), "nothing was sampled");
}

TEST(WindowOfSamples, TakesAMissingSampleForALongerGap) {
  const std::vector<double> values{5, missing_sample, 9, 10};
  EXPECT_EQ(counter_growth({four_s, values}, {1, 3}).value(), 10 - 7);
  EXPECT_EQ(largest_gap_s({four_s, values}, {0, 3}).value(), 2);
  EXPECT_EQ(largest_gap_s({four_s, values}, {0.5, 0.6}).value(), 2) << "around the window";
  EXPECT_EQ(largest_gap_s({four_s, values}, {2, 3}).value(), 1);
}

TEST(WindowOfSamples, BridgesAShortGapOfAGaugeAndNoLongOne) {
  Trace trace(100, [](double) { return 50.0; });
  const auto lose = [&](double from_s, double until_s) {
    for (size_t i = 0; i < trace.t_s.size(); ++i) {
      if (trace.t_s[i] > from_s && trace.t_s[i] < until_s) trace.values[i] = missing_sample;
    }
  };
  lose(20, 27);
  EXPECT_NEAR(integrate_power(trace.series(), {1, 99}).value(), 50 * 98, 1e-9);
  EXPECT_EQ(maximum_over(trace.series(), {1, 99}).value(), 50);
  lose(60, 65);
  for (const Reading& figure :
       {integrate_power(trace.series(), {1, 99}), mean_over(trace.series(), {1, 99}),
        maximum_over(trace.series(), {1, 99})}) {
    EXPECT_THAT(figure.reason(),
                testing::ContainsRegex("no samples for 12.* s of the window's 98"));
  }
}

// Before and after it is known that there is none; while it ran nothing of it could be told.
TEST(WindowOfSamples, DoesNotBridgeAllOfAGaugeFromZeroToZero) {
  const std::vector<double> gauge{0, missing_sample, missing_sample, 0};
  EXPECT_FALSE(maximum_over({four_s, gauge}, {0.5, 2.5}));
  EXPECT_FALSE(mean_over({four_s, gauge}, {0.5, 2.5}));
}

TEST(WindowOfSamples, IsMissingWhenNoSampleIsBeyondItsEdges) {
  const std::vector<double> first_missing{missing_sample, 6, 7, 8};
  EXPECT_EQ(counter_growth({four_s, first_missing}, {0.5, 2}).reason(),
            "the window begins 0.5 s before the first sample");
  const std::vector<double> lost{5, 6, missing_sample, missing_sample};
  EXPECT_EQ(integrate_power({four_s, lost}, {0, 2}).reason(),
            "the window ends 1 s after the last sample");
  const std::vector<double> none(4, missing_sample);
  EXPECT_EQ(integrate_power({four_s, none}, {0, 2}).reason(), "all 4 samples are missing");
}

TEST(CounterGrowth, IsMissingWhenARoundOfTheCounterMayHavePassedUnseen) {
  const std::vector<double> t_s{0, 10, 52, 60};
  const std::vector<double> counter_j{0, 10, 20, 30};
  EXPECT_EQ(counter_growth({t_s, counter_j}, {5, 55}, 30).reason(),
            "not read for 42 s, in which the counter may have started again unseen");
  EXPECT_EQ(counter_growth({t_s, counter_j}, {1, 9}, 30).value(), 8);
  EXPECT_EQ(counter_growth({t_s, counter_j}, {0, 60}).value(), 30) << "one that never starts again";
}

TEST(CounterGrowth, InterpolatesAtBothEdges) {
  const std::vector<double> counter_j{100, 110, 150, 150};
  EXPECT_DOUBLE_EQ(counter_growth({four_s, counter_j}, {0, 3}).value(), 50);
  EXPECT_DOUBLE_EQ(counter_growth({four_s, counter_j}, {0.5, 1.5}).value(), 130 - 105);
  EXPECT_DOUBLE_EQ(counter_growth({four_s, counter_j}, {1.25, 1.5}).value(), 10);
}

TEST(CounterGrowth, IsMissingWhenTheCounterGoesBackwards) {
  const std::vector<double> counter_j{100, 110, 109, 150};
  EXPECT_EQ(counter_growth({four_s, counter_j}, {0, 3}).reason(),
            "the counter went backwards at 2.000 s");
  EXPECT_EQ(counter_growth({four_s, counter_j}, {2, 3}).value(), 41);
}

TEST(MaximumOver, AWaitWithinTheSamplersPeriodIsNoGap) {
  // Read at its start, when the training begins and ends, and at its stop; the period is 10 s.
  const std::vector<double> t_s{0, 0.51, 6.74, 6.80};
  const std::vector<double> gauge{std::nan(""), 188, 193, std::nan("")};
  EXPECT_EQ(maximum_over({t_s, gauge, 10}, {0.511, 6.735}).value(), 193);
  EXPECT_EQ(maximum_over({t_s, gauge, 0.1}, {0.511, 6.735}).reason(),
            "there are no samples for 6.22 s of the window's 6.22 s");
}

TEST(MaximumOver, IncludesTheNeighboursOfTheEdges) {
  const std::vector<double> gauge{9, 1, 2, 8};
  EXPECT_EQ(maximum_over({four_s, gauge}, {0.5, 2}).value(), 9);
  EXPECT_EQ(maximum_over({four_s, gauge}, {1, 2}).value(), 2);
  EXPECT_EQ(maximum_over({four_s, gauge}, {1, 2.1}).value(), 8);
}

}  // namespace
}  // namespace tandem::measure
