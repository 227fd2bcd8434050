#include "analyse/statistics/power.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace tandem::analyse {
namespace {

TEST(Power, OfThePairedTIsThatOfPowerTTestInR) {
  // R 4.2.2: power.t.test(n, delta, sd, type = "paired", strict = TRUE, tol = 1e-12)
  EXPECT_NEAR(*power_paired_t(1, 1, 12), 0.88289163773, 1e-10);
  EXPECT_NEAR(*power_paired_t(-1, 1, 12), 0.88289163773, 1e-10);
  EXPECT_NEAR(*power_paired_t(0, 1, 12), 0.05, 1e-12);
}

TEST(Power, OfTheDetectableDifferenceIsTheOneAskedFor) {
  for (const size_t n : {2u, 3u, 5u, 12u, 200u, 100000u}) {
    const Reading difference = detectable_difference(3.5, n, 0.01, 0.9);
    EXPECT_NEAR(*power_paired_t(*difference, 3.5, n, 0.01), 0.9, 1e-9) << n;
  }
}

TEST(Power, GrowsWithNToTheNumberOfPairsNeeded) {
  const Reading needed = pairs_needed(0.5, 1);
  EXPECT_EQ(*needed,
            34);  // R: power.t.test(delta = .5, power = .8, type = "paired") gives n = 33.3672
  EXPECT_LT(*power_paired_t(0.5, 1, 33), 0.8);
  EXPECT_GE(*power_paired_t(0.5, 1, 34), 0.8);
  EXPECT_EQ(*pairs_needed(1e6, 1), 2);
  EXPECT_EQ(pairs_needed(1e-6, 1).reason(), "more than a million pairs are needed");
}

TEST(Power, OfAHugeEffectIsOneAndNeverMore) {
  EXPECT_EQ(*power_paired_t(1e12, 1, 2), 1);
  EXPECT_EQ(*power_paired_t(1e12, 1e-3, 30), 1);
  EXPECT_LE(*power_paired_t(100, 1, 3), 1);
}

TEST(Power, OfAnAnovaWithTwoGroupsIsThatOfTheTwoSampleT) {
  // R 4.2.2: power.t.test(n = 10, delta = 1, sd = 1, strict = TRUE)
  EXPECT_NEAR(*power_anova(0.5, 2, 10), 0.562006646586, 1e-10);
  EXPECT_EQ(*power_anova(0, 3, 5), 0.05);
}

TEST(Power, IsMissingWithItsReason) {
  EXPECT_EQ(power_paired_t(1, 1, 1).reason(), "fewer than two pairs");
  EXPECT_EQ(power_paired_t(1, 0, 5).reason(), "the standard deviation is not positive");
  EXPECT_EQ(detectable_difference(std::nan(""), 5).reason(),
            "the standard deviation is not positive");
  EXPECT_EQ(pairs_needed(0, 1).reason(), "no number of pairs finds a difference of zero");
  EXPECT_EQ(power_anova(0.5, 1, 10).reason(), "fewer than two groups");
  EXPECT_THROW(power_paired_t(1, 1, 5, 5), std::invalid_argument);
}

}  // namespace
}  // namespace tandem::analyse
