// The short form of scripts/calibration: do tests reject as often as they say? The bounds are those
// that a right share of simulated studies leaves once in a million seeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>

#include "analyse/statistics/intervals.h"
#include "analyse/statistics/location_tests.h"
#include "analyse/statistics/power.h"
#include "analyse/statistics/rank_tests.h"
#include "simulated_values.h"

namespace tandem::analyse {
namespace {

using test::SimulatedValues;

constexpr size_t studies = 4000;
constexpr double alpha = 0.05;

/// The counts of `studies` between which all but 1e-6 of right shares lie.
bool is_share(size_t count, double right) {
  using namespace boost::math;
  const binomial distribution(static_cast<double>(studies), right);
  const auto seen = static_cast<double>(count);
  return cdf(distribution, seen) > 0.5e-6 && cdf(complement(distribution, seen - 1)) > 0.5e-6;
}

TEST(Calibration, OfThePairedTIsFivePercentWithoutAnEffect) {
  for (const size_t n : {3u, 12u}) {
    SimulatedValues draw(n);
    size_t rejected = 0;
    for (size_t i = 0; i < studies; ++i) {
      rejected += *paired_t_test(draw.normal(n), draw.normal(n)).p_value < alpha;
    }
    EXPECT_TRUE(is_share(rejected, alpha)) << rejected << " of " << studies << " at n = " << n;
  }
}

TEST(Calibration, WouldNoticeATestThatTakesStudentsTForANormalValue) {
  SimulatedValues draw(5);
  size_t rejected = 0;
  for (size_t i = 0; i < studies; ++i) {
    rejected +=
        two_sided_normal_p(*paired_t_test(draw.normal(12), draw.normal(12)).statistic) < alpha;
  }
  EXPECT_FALSE(is_share(rejected, alpha)) << rejected << " of " << studies;
}

TEST(Calibration, OfTheExactMannWhitneyIsItsLargestPValueBelowFivePercent) {
  SimulatedValues draw(6);
  size_t rejected = 0;
  double attainable = 0;
  for (size_t i = 0; i < studies; ++i) {
    const double p = *mann_whitney_test(draw.normal(6), draw.normal(7)).p_value;
    if (p >= alpha) continue;
    ++rejected;
    attainable = std::max(attainable, p);
  }
  EXPECT_GT(attainable, 0.03);
  EXPECT_TRUE(is_share(rejected, attainable)) << rejected << " of " << studies;
}

TEST(Calibration, OfTheIntervalOfAMeanCoversNinetyFivePercent) {
  SimulatedValues draw(7);
  size_t covered = 0;
  for (size_t i = 0; i < studies; ++i) {
    const auto interval = estimate_mean(draw.normal(5, 1)).interval;
    covered += interval->low <= 1 && 1 <= interval->high;
  }
  EXPECT_TRUE(is_share(covered, 0.95)) << covered << " of " << studies;
}

TEST(Calibration, OfThePowerOfThePairedTIsItsPowerFunction) {
  SimulatedValues draw(8);
  const std::vector<double> zeros(12, 0.0);
  size_t rejected = 0;
  for (size_t i = 0; i < studies; ++i) {
    rejected += *paired_t_test(draw.normal(12, 0.7), zeros).p_value < alpha;
  }
  EXPECT_TRUE(is_share(rejected, *power_paired_t(0.7, 1, 12))) << rejected << " of " << studies;
}

}  // namespace
}  // namespace tandem::analyse
