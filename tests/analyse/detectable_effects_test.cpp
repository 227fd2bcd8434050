#include "analyse/detectable_effects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "analyse/statistics/power.h"
#include "made_up_study.h"

namespace tandem::analyse {
namespace {

using ::testing::HasSubstr;

std::vector<PilotSpread> spreads_of(size_t pairs, int repetitions, double noise) {
  const study::Catalogue catalogue = study::Catalogue::shipped();
  const study::Study study = test::made_up_study(pairs, repetitions);
  const study::Plan plan = study::make_plan(study, catalogue, "test machine");
  test::MadeUpEffects effects;
  effects.noise = noise;
  return pilot_spreads(study, plan, catalogue, test::made_up_results(plan, catalogue, effects));
}

const PilotSpread& find(const std::vector<PilotSpread>& spreads, const std::string& outcome,
                        const std::string& over) {
  for (const PilotSpread& spread : spreads) {
    if (spread.outcome == outcome && spread.over == over) return spread;
  }
  throw std::logic_error("no spread of " + outcome);
}

TEST(PilotSpread, BetweenRepetitionsIsTheNoiseOfTheDifferences) {
  // Durations uniform in ±3 %: deviation 0.03/√3 each, √2 times that of the log ratio of two.
  const auto spreads = spreads_of(3, 30, 0.03);
  const PilotSpread& duration = find(spreads, "duration of B", "repetitions");
  EXPECT_EQ(duration.differences, 3U * 30 * 5);
  EXPECT_NEAR(duration.standard_deviation.value(), 0.03 / std::sqrt(3) * std::sqrt(2), 0.002);
}

TEST(PilotSpread, NeedsTwoRepetitionsOrTwoPairs) {
  const auto one = spreads_of(1, 1, 0.03);
  EXPECT_THAT(find(one, "duration of B", "repetitions").standard_deviation.reason(),
              HasSubstr("two repetitions"));
  EXPECT_FALSE(find(one, "duration of B", "pairs").standard_deviation);
  EXPECT_TRUE(find(spreads_of(3, 1, 0.03), "duration of B", "pairs").standard_deviation);
}

TEST(DetectableEffects, AreThoseOfThePairedTAsPercent) {
  const std::vector<size_t> n = {1, 3, 12};
  const std::vector<PilotSpread> spreads = {
      {"duration of B", "repetitions", 10, 0.02},
      {"energy of the pair", "pairs", 0, Reading::missing("one pair")}};
  const auto rows = detectable_effects(n, spreads);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_FALSE(rows[0].in_deviations);
  for (size_t i = 1; i < 3; ++i) {
    EXPECT_NEAR(power_paired_t(rows[i].in_deviations.value(), 1, n[i]).value(), 0.8, 1e-6);
    EXPECT_NEAR(rows[i].percent[0].value(), 100 * std::expm1(0.02 * rows[i].in_deviations.value()),
                1e-6);
    EXPECT_EQ(rows[i].percent[1].reason(), "one pair");
  }
}

}  // namespace
}  // namespace tandem::analyse
