#include "analyse/training_metrics.h"

#include <gmock/gmock.h>

#include "made_up_study.h"

namespace tandem::analyse {
namespace {

class TrainingMetricsTest : public testing::Test {
 protected:
  const record::RunResult& run(bool concurrent) const {
    for (const record::RunResult& result : results) {
      if (result.spec.concurrent() == concurrent) return result;
    }
    throw std::logic_error("no such run");
  }

  study::Catalogue catalogue = study::Catalogue::shipped();
  study::Study study = test::made_up_study(1, 1);
  study::Plan plan = study::make_plan(study, catalogue, "made-up");
  std::vector<record::RunResult> results = test::made_up_results(plan, catalogue);
};

TEST_F(TrainingMetricsTest, ASoloRunHasTheWholeEnergyOfTheRun) {
  const record::RunResult& solo = run(false);
  const std::vector<TrainingMetrics> rows = training_metrics(solo);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].role, "solo");
  EXPECT_EQ(rows[0].total_energy_joules, solo.total_energy_joules.joules);
  EXPECT_DOUBLE_EQ(*rows[0].energy_per_epoch, *rows[0].total_energy_joules / rows[0].epochs_done);
  EXPECT_DOUBLE_EQ(*rows[0].energy_efficiency, *rows[0].total_energy_joules / *rows[0].performance);
  EXPECT_DOUBLE_EQ(*rows[0].time_per_epoch, *rows[0].duration_seconds / rows[0].epochs_done);
  EXPECT_EQ(rows[0].energy_share_model, "");
  EXPECT_TRUE(rows[0].convergence_speed);
}

TEST_F(TrainingMetricsTest, TheSharesOfAPairAddUpToTheRunsEnergy) {
  const record::RunResult& pair = run(true);
  const std::vector<TrainingMetrics> rows = training_metrics(pair);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].role, "a");
  EXPECT_EQ(rows[1].role, "b");
  EXPECT_EQ(rows[1].partner, rows[0].workload);
  EXPECT_NEAR(*rows[0].total_energy_joules + *rows[1].total_energy_joules,
              *pair.total_energy_joules.joules, 1e-6);
  EXPECT_EQ(rows[0].energy_share_model, "cpu_time");
}

TEST_F(TrainingMetricsTest, AMissingShareMakesTheTrainingsEnergyMissing) {
  record::RunResult pair = run(true);
  pair.participants[1].gpu_energy_share_joules = core::Reading::missing("no utilisation");
  EXPECT_TRUE(training_energy_joules(pair, 0));
  EXPECT_EQ(training_energy_joules(pair, 1).reason(), "no utilisation");
}

TEST_F(TrainingMetricsTest, WithoutAGpuTheEnergyIsTheCpus) {
  results = test::made_up_results(plan, catalogue, {.metered = false});
  const TrainingMetrics row = training_metrics(run(true))[1];
  EXPECT_EQ(row.gpu_energy_total_joules.reason(), "no GPU");
  EXPECT_EQ(row.total_energy_joules, row.cpu_energy_total_joules);
  EXPECT_EQ(row.total_energy_source, core::EnergySource::estimated);
}

TEST_F(TrainingMetricsTest, AFailedTrainingWithoutEpochsHasReasonsInsteadOfNumbers) {
  record::RunResult solo = run(false);
  test::make_fail(solo, "exit_code", "exit code 3");
  record::ParticipantResult& participant = solo.participants[0];
  participant = record::ParticipantResult{};
  const TrainingMetrics row = training_metrics(solo)[0];
  EXPECT_EQ(row.outcome.name, "exit_code");
  EXPECT_EQ(row.time_per_epoch.reason(), "no epoch was done");
  EXPECT_FALSE(row.convergence_speed);
  EXPECT_FALSE(row.energy_efficiency);
}

TEST_F(TrainingMetricsTest, JsonCarriesEveryMetricOfTheStudyUnderItsName) {
  const core::Json json = training_metrics(run(true))[0];
  for (const char* name :
       {"gpu_energy_total_joules", "cpu_energy_total_joules", "total_energy_joules",
        "energy_per_epoch", "energy_efficiency", "performance", "training_success",
        "convergence_speed", "convergence_epoch", "duration_seconds", "time_per_epoch",
        "gpu_util_avg_percent", "gpu_power_avg_watts", "gpu_memory_peak"}) {
    EXPECT_TRUE(json.contains(name)) << name;
  }
  EXPECT_EQ(json.at("gpu_memory_peak"), 2048.0);
}

}  // namespace
}  // namespace tandem::analyse
