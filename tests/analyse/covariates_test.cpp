#include "analyse/covariates.h"

#include <gmock/gmock.h>

#include <cmath>

#include "made_up_study.h"

namespace tandem::analyse {
namespace {

using testing::HasSubstr;

TEST(BlockedSlope, AgreesWithLeastSquaresWithAnInterceptForEachBlock) {
  // tests/analyse/oracles/blocked_slope.py
  const std::vector<double> x = {1, 4, 2, 7, 5, 9, 3, 8, 6, 10};
  const std::vector<double> y = {10.2, 11.1, 10.4, 20.3, 19.1, 20.9, 5.2, 6.6, 6.4, 40};
  const std::vector<size_t> block = {0, 0, 0, 1, 1, 1, 2, 2, 2, 3};
  const BlockedSlope line = blocked_slope(y, x, block);
  EXPECT_EQ(line.n, 9u);
  EXPECT_EQ(line.blocks, 3u);
  EXPECT_NEAR(*line.slope.value, 0.343421052631575, 1e-9);
  EXPECT_NEAR(line.slope.interval->low, 0.221365739909193, 1e-9);
  EXPECT_NEAR(line.slope.interval->high, 0.465476365353957, 1e-9);
  EXPECT_NEAR(*line.t_test.statistic, 7.23272015380253, 1e-9);
  EXPECT_NEAR(*line.t_test.p_value, 0.00078835200661524, 1e-9);
}

TEST(BlockedSlope, SaysWhyThereIsNone) {
  const auto reason = [](std::vector<double> y, std::vector<double> x, std::vector<size_t> block) {
    const BlockedSlope line = blocked_slope(y, x, block);
    EXPECT_FALSE(line.slope.interval);
    EXPECT_EQ(line.slope.value.reason(), line.t_test.p_value.reason());
    return line.slope.value.reason();
  };
  EXPECT_EQ(reason({}, {}, {}), "no block has two runs");
  EXPECT_EQ(reason({1, 2}, {1, 2}, {0, 1}), "no block has two runs");
  EXPECT_EQ(reason({1, 2}, {1, 2}, {0, 0}), "too few runs a block");
  EXPECT_EQ(reason({1, 2, 4}, {3, 3, 3}, {0, 0, 0}), "the covariate is the same within each block");
  EXPECT_EQ(reason({1, 1, 1}, {1, 2, 3}, {0, 0, 0}), "no residuals are left to judge by");
  EXPECT_THAT(reason({1, 1, 1e200}, {1, 2, 3}, {0, 0, 0}), HasSubstr("too large"));
}

class CovariatesTest : public testing::Test {
 protected:
  void make(size_t pairs, int repetitions) {
    study = test::made_up_study(pairs, repetitions);
    plan = study::make_plan(study, catalogue, "made-up");
    results = test::made_up_results(plan, catalogue, {.noise = 0.01});
  }
  CovariateEffect effect(const std::string& covariate, const std::string& response) const {
    FiguresOfRuns figures;
    for (const record::RunResult& run : results) figures.add(run);
    figures.finish();
    for (const CovariateEffect& effect : covariate_effects(figures.counted())) {
      if (effect.covariate == covariate && effect.response == response) return effect;
    }
    ADD_FAILURE() << covariate;
    return {};
  }

  study::Catalogue catalogue = study::Catalogue::shipped();
  study::Study study;
  study::Plan plan;
  std::vector<record::RunResult> results;
};

TEST_F(CovariatesTest, FindADriftThatWasBuiltInWithAndWithoutRepetitions) {
  for (const int repetitions : {1, 3}) {
    SCOPED_TRACE(repetitions);
    make(3, repetitions);
    EXPECT_FALSE(*effect("order", "time_per_epoch").adjusted_p < 0.001);
    for (size_t i = 0; i < results.size(); ++i) {
      record::ParticipantResult& b = results[i].participants.back();
      b.duration_seconds = *b.duration_seconds * std::pow(1.02, static_cast<double>(i) / 10);
    }
    const CovariateEffect found = effect("order", "time_per_epoch");
    EXPECT_EQ(found.block, repetitions == 1 ? "trainings" : "experiment");
    EXPECT_NEAR(*found.percent.value, 2, 0.5);
    EXPECT_LT(*found.adjusted_p, 0.001);
    EXPECT_EQ(*found.range, static_cast<double>(results.size() - 1));
  }
}

TEST_F(CovariatesTest, TakeTheOrderFromTheStartsOfTheRuns) {
  make(1, 3);
  for (size_t i = 0; i < results.size(); ++i) {
    const size_t place = results.size() - 1 - i;
    results[i].started_at = "2025-11-11T08:30:00." + std::to_string(100 + place) + "Z";
    record::ParticipantResult& b = results[i].participants.back();
    b.duration_seconds = *b.duration_seconds * std::pow(1.1, static_cast<double>(place) / 10);
  }
  EXPECT_NEAR(*effect("order", "time_per_epoch").percent.value, 10, 1);
}

TEST_F(CovariatesTest, FindWhatTheTemperatureAtTheStartDoesToThePower) {
  make(2, 3);
  for (size_t i = 0; i < results.size(); ++i) {
    const double above_c = static_cast<double>(i * 7 % 20);
    results[i].gpu->at_start.temperature_c = 35 + above_c;
    core::Reading& joules = results[i].total_energy_joules.joules;
    joules = *joules * std::pow(1.03, above_c / 10);
  }
  const CovariateEffect found = effect("start_temperature", "power");
  EXPECT_NEAR(*found.percent.value, 3, 1);
  EXPECT_LT(*found.adjusted_p, 0.001);
  EXPECT_EQ(found.unit, "°C");
}

TEST_F(CovariatesTest, AreMissingWithAReasonWithoutAGpuAndWithoutRuns) {
  make(1, 2);
  for (record::RunResult& run : results) run.gpu.reset();
  EXPECT_EQ(effect("start_temperature", "power").percent.value.reason(), "no GPU");
  results.clear();
  EXPECT_EQ(effect("order", "power").percent.value.reason(), "no block has two runs");
  EXPECT_FALSE(effect("order", "power").range);
}

}  // namespace
}  // namespace tandem::analyse
