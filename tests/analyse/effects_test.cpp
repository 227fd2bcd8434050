#include "analyse/effects.h"

#include <gmock/gmock.h>

#include <cmath>

#include "analyse/effect_summary.h"
#include "made_up_study.h"

namespace tandem::analyse {
namespace {

using testing::HasSubstr;

/// Pair 1 of the seed: mnist (155 s alone) and densenet121 (2329 s).
class EffectsTest : public testing::Test {
 protected:
  std::vector<BlockEffects> blocks() const {
    const PlannedResults planned(plan, results);
    return block_effects(0, study::settings_of(study, study.pairs[0], catalogue), study.repetitions,
                         planned);
  }
  record::RunResult& concurrent_default() {
    for (const study::Cell& cell : plan.cells) {
      if (cell.experiment.concurrent && cell.experiment.setting == "default") {
        return results.at(cell.run);
      }
    }
    throw std::logic_error("no such run");
  }

  study::Catalogue catalogue = study::Catalogue::shipped();
  study::Study study = test::made_up_study(1, 1);
  study::Plan plan = study::make_plan(study, catalogue, "made-up");
  std::vector<record::RunResult> results =
      test::made_up_results(plan, catalogue, {.slowdown_a = 1.5, .slowdown_b = 1.25});
};

TEST_F(EffectsTest, OverheadsAreThoseThatWereBuiltIn) {
  const std::vector<BlockEffects> all = blocks();
  ASSERT_EQ(all.size(), 5u);
  for (const BlockEffects& block : all) {
    EXPECT_NEAR(*block.a.concurrent_overhead, 0.5, 1e-12) << block.setting;
    EXPECT_NEAR(*block.b.concurrent_overhead, 0.25, 1e-12) << block.setting;
    EXPECT_NEAR(*block.b.performance_change, -*block.b.interference, 1e-12);
  }
  const double makespan_s = 2329 * 1.25;
  EXPECT_NEAR(*all[0].makespan_overhead, makespan_s / (155 + 2329) - 1, 1e-12);
  const double pair_j = 100 * (155 * 1.5 + 2329 * 1.25) / 1.4;
  EXPECT_NEAR(*all[0].energy_saving, 1 - pair_j / (100 * (155 + 2329)), 1e-12);
  EXPECT_NEAR(*all[0].b.energy_change, 1.25 / 1.4 - 1, 1e-12);
  EXPECT_NEAR(*all[0].b.interference, 0.01 / 0.8, 1e-12);
}

TEST_F(EffectsTest, AFailedRunTakesItsEffectsWithItAndSaysWhy) {
  test::make_fail(concurrent_default(), "timeout", "no end after 3 h");
  const BlockEffects block = blocks()[0];
  for (const core::Reading& effect :
       {block.a.concurrent_overhead, block.b.interference, block.makespan_overhead,
        block.energy_saving, block.overlap_fraction}) {
    EXPECT_THAT(effect.reason(), HasSubstr("failed (timeout)"));
  }
  EXPECT_TRUE(blocks()[1].makespan_overhead);
}

TEST_F(EffectsTest, ALaterAttemptThatIsOkDecides) {
  record::RunResult again = concurrent_default();
  again.attempt = 2;
  test::make_fail(concurrent_default(), "timeout", "no end after 3 h");
  results.push_back(again);
  EXPECT_TRUE(blocks()[0].makespan_overhead);
}

TEST_F(EffectsTest, RunsThatWereNotMadeAreNamed) {
  results.clear();
  EXPECT_THAT(blocks()[0].b.concurrent_overhead.reason(), HasSubstr("has no result"));
}

TEST_F(EffectsTest, EnergiesOfDifferentSourcesAreNotCompared) {
  concurrent_default().total_energy_joules.source = core::EnergySource::estimated;
  const BlockEffects block = blocks()[0];
  EXPECT_THAT(block.energy_saving.reason(), HasSubstr("different sources"));
  EXPECT_THAT(block.b.energy_change.reason(), HasSubstr("estimated"));
  EXPECT_TRUE(block.makespan_overhead);
}

TEST_F(EffectsTest, ALowerIsBetterMetricThatRisesIsALoss) {
  for (record::RunResult& result : results) {
    for (auto& participant : result.participants) {
      participant.higher_is_better = false;
      participant.performance = result.spec.concurrent() ? 110.0 : 100.0;
    }
  }
  EXPECT_NEAR(*blocks()[0].b.performance_change, -0.1, 1e-12);
  EXPECT_NEAR(*blocks()[0].b.interference, 0.1, 1e-12);
}

TEST_F(EffectsTest, ASustainedPartnerHasNoPairEffectsBecauseItDidMoreWork) {
  study.overlap = study::Overlap::sustained;
  plan = study::make_plan(study, catalogue, "made-up");
  results = test::made_up_results(plan, catalogue);
  const BlockEffects block = blocks()[0];
  EXPECT_THAT(block.makespan_overhead.reason(), HasSubstr("more work"));
  EXPECT_THAT(block.energy_saving.reason(), HasSubstr("more work"));
  EXPECT_THAT(block.a.concurrent_overhead.reason(), HasSubstr("more work"));
  EXPECT_TRUE(block.b.concurrent_overhead);
}

TEST_F(EffectsTest, AZeroPerformanceAloneHasNoRelativeChange) {
  for (record::RunResult& result : results) {
    for (auto& participant : result.participants) participant.performance = 0.0;
  }
  EXPECT_EQ(blocks()[0].b.interference.reason(), "the reference value is zero");
}

TEST(EffectSummaries, AverageRatiosAsLogarithms) {
  std::vector<BlockEffects> blocks(2);
  blocks[0].makespan_overhead = 1.0;   // twice as long
  blocks[1].makespan_overhead = -0.5;  // half as long
  const EffectSummary summary = summarise_pair(effect_columns()[0], blocks);
  EXPECT_EQ(summary.effect, "makespan_overhead");
  EXPECT_EQ(summary.n, 2u);
  EXPECT_NEAR(*summary.percent, 0.0, 1e-12);
  EXPECT_LT(summary.interval_percent->low, 0);
  EXPECT_GT(summary.interval_percent->high, 0);
}

TEST(EffectSummaries, OfAHaveOneValueARepetition) {
  std::vector<BlockEffects> blocks(5);
  for (BlockEffects& block : blocks) block.a.concurrent_overhead = 0.1;
  const EffectSummary summary = summarise_pair(effect_columns()[2], blocks);
  EXPECT_EQ(summary.effect, "concurrent_overhead_a");
  EXPECT_EQ(summary.n, 1u);
  EXPECT_NEAR(*summary.percent, 10, 1e-9);
  EXPECT_FALSE(summary.interval_percent);
}

TEST(EffectSummaries, SayWhyThereIsNoValue) {
  std::vector<BlockEffects> blocks(1);
  blocks[0].energy_saving = core::Reading::missing("no meter");
  const EffectSummary summary = summarise_pair(effect_columns()[1], blocks);
  EXPECT_EQ(summary.n, 0u);
  EXPECT_EQ(summary.percent.reason(), "no meter");
  EXPECT_EQ(summarise_pair(effect_columns()[1], {}).percent.reason(), "no values");
}

}  // namespace
}  // namespace tandem::analyse
