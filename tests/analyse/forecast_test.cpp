#include "analyse/forecast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "made_up_study.h"

namespace tandem::analyse {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const study::Catalogue& shipped() {
  static const study::Catalogue catalogue = study::Catalogue::shipped();
  return catalogue;
}

/// The catalogue with 100 W for every training, of an idle machine of 40 W.
study::Catalogue with_energy(bool with_idle = true) {
  std::vector<study::Workload> workloads = shipped().workloads();
  for (study::Workload& workload : workloads) {
    workload.catalogue.energy.joules = 100 * workload.catalogue.duration_s;
    workload.catalogue.energy.source = core::EnergySource::rapl;
    if (with_idle) workload.catalogue.idle_power_w = 40;
  }
  return study::Catalogue(std::move(workloads));
}

class ForecastTest : public ::testing::Test {
 protected:
  study::Study study_ = test::made_up_study(2, 2);
  study::Plan plan_ = study::make_plan(study_, shipped(), "test machine");

  std::vector<record::RunResult> results(const test::MadeUpEffects& effects = {}) const {
    return test::made_up_results(plan_, shipped(), effects);
  }
  const study::PlannedRun& one_solo_run() const {
    for (const study::PlannedRun& run : plan_.runs) {
      if (!run.spec.concurrent()) return run;
    }
    throw std::logic_error("a plan without solo runs");
  }
  std::vector<record::RunResult> of_repetition(int repetition) const {
    std::vector<record::RunResult> kept = results();
    std::erase_if(kept, [&](const auto& run) { return run.spec.repetition != repetition; });
    return kept;
  }
};

TEST_F(ForecastTest, WithoutRunsIsTheCataloguesAndSaysThatItHasNoEnergy) {
  const Forecast forecast = make_forecast(plan_, shipped(), {});
  EXPECT_DOUBLE_EQ(forecast.total_s, plan_.expected_s());
  EXPECT_DOUBLE_EQ(forecast.left_s, forecast.total_s);
  EXPECT_EQ(forecast.made, 0U);
  EXPECT_EQ(forecast.runs[0].basis, ForecastBasis::catalogue);
  EXPECT_THAT(forecast.total_joules.reason(), HasSubstr("the catalogue has no energy"));
  EXPECT_EQ(forecast.duration_error.runs, 0U);
}

TEST_F(ForecastTest, OfAPairFromTheCatalogueSpendsTheIdleMachinesPartOnce) {
  const Forecast forecast = make_forecast(plan_, with_energy(), {});
  for (size_t i = 0; i < plan_.runs.size(); ++i) {
    const study::RunSpec& spec = plan_.runs[i].spec;
    double alone_s = 0;
    for (const auto& participant : spec.participants) {
      alone_s += shipped().at(participant.workload).catalogue.duration_s *
                 participant.hyperparameters.at("epochs") /
                 shipped().at(participant.workload).defaults(spec.scale).at("epochs");
    }
    // 60 W above idle for each training, 40 W for as long as the run takes.
    EXPECT_NEAR(*forecast.runs[i].joules, 60 * alone_s + 40 * plan_.runs[i].expected_s, 1e-6);
  }
  EXPECT_THAT(forecast.energy_sources, ::testing::ElementsAre("rapl"));
  EXPECT_TRUE(forecast.notes.empty());
}

TEST_F(ForecastTest, WithoutTheIdlePowerSaysThatPairsAreTooHigh) {
  EXPECT_THAT(make_forecast(plan_, with_energy(false), {}).notes, Contains(HasSubstr("too high")));
}

TEST_F(ForecastTest, TakesRunsThatAreMadeAsMeasuredAndTheirRepetitionsFromThem) {
  const auto made = of_repetition(1);
  const Forecast forecast = make_forecast(plan_, shipped(), made);
  EXPECT_EQ(forecast.made, made.size());
  double made_s = 0;
  for (const auto& run : made) made_s += *run.makespan_seconds;
  // Without noise the second repetition takes as long as the first.
  EXPECT_NEAR(forecast.left_s, made_s, 1e-6);
  EXPECT_NEAR(forecast.total_s, 2 * made_s, 1e-6);
  for (size_t i = 0; i < plan_.runs.size(); ++i) {
    EXPECT_EQ(forecast.runs[i].basis, plan_.runs[i].spec.repetition == 1
                                          ? ForecastBasis::measured
                                          : ForecastBasis::same_experiment);
  }
  double made_j = 0;
  for (const auto& run : made) made_j += *run.total_energy_joules.joules;
  EXPECT_NEAR(forecast.total_joules.value(), 2 * made_j, 1e-6 * made_j);
}

TEST_F(ForecastTest, ScalesTheCatalogueByThePaceOfRunsOfTheSameWorkloadsOrMode) {
  // One solo run, made in twice the catalogue's time: all solo runs are expected to take twice as
  // long, the pairs, of which nothing is known, as the catalogue says.
  std::vector<record::RunResult> one = results();
  std::erase_if(one, [&](const auto& run) {
    return run.spec.concurrent() || run.run_id != one_solo_run().id;
  });
  ASSERT_EQ(one.size(), 1U);
  one[0].makespan_seconds = 2 * one_solo_run().expected_s;
  const Forecast forecast = make_forecast(plan_, shipped(), one);
  for (size_t i = 0; i < plan_.runs.size(); ++i) {
    const study::PlannedRun& run = plan_.runs[i];
    const double pace = run.spec.concurrent() ? 1 : 2;
    EXPECT_NEAR(forecast.runs[i].seconds, pace * run.expected_s, 1e-6);
    if (run.spec.concurrent()) {
      EXPECT_EQ(forecast.runs[i].basis, ForecastBasis::catalogue);
    }
  }
}

TEST_F(ForecastTest, SaysHowFarTheCataloguesForecastWasOff) {
  std::vector<record::RunResult> made = of_repetition(1);
  std::erase_if(made, [](const auto& run) { return run.spec.concurrent(); });
  const Forecast exact = make_forecast(plan_, with_energy(), made);
  EXPECT_EQ(exact.duration_error.runs, made.size());
  EXPECT_NEAR(exact.duration_error.mean_percent.value(), 0, 1e-9);
  for (size_t i = 0; i < made.size(); ++i) {
    made[i].makespan_seconds = *made[i].makespan_seconds * (i % 2 == 0 ? 2 : 0.5);
  }
  // Forecasts of half and of twice the time are off by −50 % and +100 %.
  const Forecast wrong = make_forecast(plan_, with_energy(), made);
  const double halves = static_cast<double>((made.size() + 1) / 2);
  const double n = static_cast<double>(made.size());
  EXPECT_NEAR(wrong.duration_error.mean_percent.value(), (-50 * halves + 100 * (n - halves)) / n,
              1e-6);
  EXPECT_NEAR(wrong.duration_error.mean_absolute_percent.value(),
              (50 * halves + 100 * (n - halves)) / n, 1e-6);
  EXPECT_GT(wrong.energy_error.runs, 0U);
}

TEST_F(ForecastTest, LearnsNothingFromFailedRunsOrAnotherMachine) {
  std::vector<record::RunResult> failed = of_repetition(1);
  for (auto& run : failed) test::make_fail(run, "exit_code", "it ended with 1");
  EXPECT_EQ(make_forecast(plan_, shipped(), failed).made, 0U);

  const study::Plan elsewhere = study::make_plan(study_, shipped(), "another machine");
  const Forecast forecast = make_forecast(elsewhere, shipped(), results());
  EXPECT_EQ(forecast.runs[0].basis, ForecastBasis::catalogue);
  EXPECT_DOUBLE_EQ(forecast.total_s, elsewhere.expected_s());
}

}  // namespace
}  // namespace tandem::analyse
