#include "analyse/trade_off.h"

#include <gmock/gmock.h>

#include "made_up_study.h"

namespace tandem::analyse {
namespace {

class TradeOffTest : public testing::Test {
 protected:
  TradeOff trade_off_of_pair(const CostWeights& weights = {}) const {
    const PlannedResults planned(plan, results);
    return trade_off(0, study::settings_of(study, study.pairs[0], catalogue), planned,
                     ResampleCounts(study.repetitions, 1), weights);
  }
  /// Sets energy (kJ) and performance of B at one setting.
  void set(const std::string& setting, bool concurrent, double energy_kj, double performance) {
    for (const study::Cell& cell : plan.cells) {
      if (cell.experiment.setting != setting || cell.experiment.concurrent != concurrent ||
          cell.experiment.of_a) {
        continue;
      }
      record::RunResult& run = results.at(cell.run);
      run.participants.back().performance = performance;
      run.participants.back().gpu_energy_share_joules = 1e3 * energy_kj;
      run.participants.back().cpu_energy_share_joules = 0.0;
      if (!concurrent) run.total_energy_joules.joules = 1e3 * energy_kj;
    }
  }
  static TradeOffPoint find(const TradeOff& trade_off, const std::string& setting) {
    for (const TradeOffPoint& point : trade_off.points) {
      if (point.setting == setting && !point.concurrent) return point;
    }
    throw std::logic_error("no such point");
  }

  study::Catalogue catalogue = study::Catalogue::shipped();
  study::Study study = test::made_up_study(1, 1);
  study::Plan plan = study::make_plan(study, catalogue, "made-up");
  std::vector<record::RunResult> results = test::made_up_results(plan, catalogue);
};

TEST_F(TradeOffTest, KeepsTheSettingsThatNoOtherDominates) {
  set("default", false, 100, 0.80);
  set("learning_rate_min", false, 120, 0.75);  // dominated by default
  set("learning_rate_max", false, 100, 0.82);  // dominates default
  set("epochs_min", false, 50, 0.60);
  set("epochs_max", false, 150, 0.90);
  const TradeOff trade_off = trade_off_of_pair();
  EXPECT_FALSE(find(trade_off, "default").on_pareto_front);
  EXPECT_FALSE(find(trade_off, "learning_rate_min").on_pareto_front);
  EXPECT_TRUE(find(trade_off, "learning_rate_max").on_pareto_front);
  EXPECT_TRUE(find(trade_off, "epochs_min").on_pareto_front);
  EXPECT_TRUE(find(trade_off, "epochs_max").on_pareto_front);
}

TEST_F(TradeOffTest, MarginalEfficiencyIsGainPerJouleAndOnlyWhereEnergyIncreases) {
  set("default", false, 100, 0.80);
  set("epochs_max", false, 150, 0.90);
  set("epochs_min", false, 50, 0.85);
  const TradeOff trade_off = trade_off_of_pair();
  EXPECT_NEAR(*find(trade_off, "epochs_max").marginal_efficiency, 0.1 / 50e3, 1e-15);
  EXPECT_THAT(find(trade_off, "epochs_min").marginal_efficiency.reason(),
              testing::HasSubstr("no more energy"));
}

TEST_F(TradeOffTest, NoticesABestSettingThatMovesUnderConcurrency) {
  for (const bool concurrent : {false, true}) {
    for (const char* setting : {"default", "learning_rate_min", "epochs_min", "epochs_max"}) {
      set(setting, concurrent, 100, 0.5);
    }
  }
  set("learning_rate_max", false, 100, 0.9);
  set("learning_rate_max", true, 100, 0.4);
  const BestSetting best = trade_off_of_pair().best.at(0);
  EXPECT_EQ(best.objective, "performance");
  EXPECT_EQ(best.solo, "learning_rate_max");
  EXPECT_EQ(best.concurrent, "default");
  EXPECT_TRUE(best.moves());
}

TEST_F(TradeOffTest, TakesTheWeightsOfWhoeverPays) {
  for (const bool concurrent : {false, true}) {
    for (const char* setting : {"learning_rate_min", "learning_rate_max", "epochs_max"}) {
      set(setting, concurrent, 1e3, 0.1);
    }
    set("default", concurrent, 100, 0.8);
    set("epochs_min", concurrent, 60, 0.6);
  }
  EXPECT_EQ(trade_off_of_pair().best.size(), 4u);
  EXPECT_EQ(trade_off_of_pair().points[0].weighted_cost.reason(), "no weights were given");
  // 40 % less energy against 25 % less performance.
  const TradeOff equal = trade_off_of_pair({.energy = 1, .performance = 1});
  EXPECT_EQ(equal.best.at(4).objective, "weighted_cost");
  EXPECT_EQ(equal.best.at(4).solo, "epochs_min");
  EXPECT_NEAR(*find(equal, "default").weighted_cost, 1 - 1, 1e-12);
  EXPECT_NEAR(*find(equal, "epochs_min").weighted_cost, 0.6 - 0.75, 1e-12);
  EXPECT_EQ(trade_off_of_pair({.energy = 1, .performance = 2}).best.at(4).solo, "default");
}

TEST_F(TradeOffTest, WeighsAPerformanceThatIsBetterWhenLowerAsLossWhenItRises) {
  for (record::RunResult& run : results) run.participants.back().higher_is_better = false;
  for (const char* setting : {"default", "epochs_min"}) set(setting, false, 100, 2);
  set("epochs_max", false, 100, 3);
  const TradeOff weighed = trade_off_of_pair({.performance = 1});
  EXPECT_NEAR(*find(weighed, "default").weighted_cost, -1, 1e-12);
  EXPECT_NEAR(*find(weighed, "epochs_max").weighted_cost, -0.5, 1e-12);
}

TEST_F(TradeOffTest, SaysWhetherTheEnergyBestSettingIsThePerformanceBestOne) {
  for (const bool concurrent : {false, true}) {
    for (const char* setting : {"default", "learning_rate_min", "epochs_min", "epochs_max"}) {
      set(setting, concurrent, 100, 0.5);
    }
  }
  set("learning_rate_max", false, 90, 0.9);
  set("learning_rate_max", true, 90, 0.4);
  const BestAgreement agreement = trade_off_of_pair().energy_and_performance;
  EXPECT_TRUE(agreement.known);
  EXPECT_TRUE(agreement.solo);
  EXPECT_FALSE(agreement.concurrent);
}

TEST_F(TradeOffTest, ComparesOnlySettingsThatHaveFiguresInBothModes) {
  set("learning_rate_max", false, 100, 2.0);
  for (const study::Cell& cell : plan.cells) {
    if (cell.experiment.setting == "learning_rate_max" && cell.experiment.concurrent) {
      test::make_fail(results.at(cell.run), "timeout", "");
    }
  }
  EXPECT_NE(trade_off_of_pair().best.at(0).solo, "learning_rate_max");
}

TEST_F(TradeOffTest, OfOneSettingAloneNoneIsTheBest) {
  for (const study::Cell& cell : plan.cells) {
    if (cell.experiment.setting != "default") test::make_fail(results.at(cell.run), "timeout", "");
  }
  const TradeOff trade_off = trade_off_of_pair();
  for (const BestSetting& best : trade_off.best) EXPECT_FALSE(best.known());
  EXPECT_FALSE(trade_off.energy_and_performance.known);
}

TEST_F(TradeOffTest, WithoutRunsNothingIsBest) {
  results.clear();
  const TradeOff trade_off = trade_off_of_pair();
  for (const BestSetting& best : trade_off.best) EXPECT_FALSE(best.known());
  for (const TradeOffPoint& point : trade_off.points) {
    EXPECT_FALSE(point.on_pareto_front);
    EXPECT_THAT(point.energy_joules.reason(), testing::HasSubstr("has no result"));
  }
}

TEST_F(TradeOffTest, HasNoProbabilitiesWithFewerThanThreeRepetitions) {
  const TradeOff trade_off = trade_off_of_pair();
  EXPECT_EQ(trade_off.best.at(0).moves_probability.reason(), "fewer than three repetitions");
  EXPECT_EQ(trade_off.points.at(0).front_probability.reason(), "fewer than three repetitions");
}

TEST(TradeOffBootstrap, IsSureOfWhatEveryRepetitionShowsAndTheSameForTheSameSeed) {
  const study::Catalogue catalogue = study::Catalogue::shipped();
  const study::Study study = test::made_up_study(1, 5);
  const study::Plan plan = study::make_plan(study, catalogue, "made-up");
  const auto results = test::made_up_results(plan, catalogue, {.noise = 0.05});
  const PlannedResults planned(plan, results);
  const std::vector<study::Setting> settings = study::settings_of(study, study.pairs[0], catalogue);
  const TradeOff first = trade_off(0, settings, planned, ResampleCounts(5, 3));
  // Half the epochs take half the energy: far beyond the noise.
  EXPECT_EQ(first.best.at(1).objective, "energy");
  EXPECT_EQ(first.best.at(1).solo, "epochs_min");
  EXPECT_EQ(*first.best.at(1).solo_probability, 1);
  EXPECT_EQ(*first.best.at(1).moves_probability, 0);
  // learning_rate doesn't change the energy: which of its levels is on the front is chance.
  bool unsure = false;
  for (const TradeOffPoint& point : first.points) {
    ASSERT_TRUE(point.front_probability) << point.front_probability.reason();
    unsure = unsure || (*point.front_probability > 0 && *point.front_probability < 1);
  }
  EXPECT_TRUE(unsure);
  EXPECT_EQ(core::Json(first), core::Json(trade_off(0, settings, planned, ResampleCounts(5, 3))));
}

}  // namespace
}  // namespace tandem::analyse
