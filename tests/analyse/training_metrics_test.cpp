#include "analyse/training_metrics.h"

#include <gmock/gmock.h>

#include <random>

#include "core/energy_shares.h"
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
  EXPECT_EQ(*rows[0].total_energy_joules + *rows[1].total_energy_joules,
            *pair.total_energy_joules.joules);
  EXPECT_EQ(rows[0].energy_share_model, "cpu_time");
}

// Each part is divided to the last bit, and still the two sums of parts may miss the total by one.
TEST_F(TrainingMetricsTest, TheSharesAddUpToTheLastBitHoweverThePartsWereRounded) {
  record::RunResult pair = run(true);
  std::mt19937 random(5);
  std::uniform_real_distribution<double> joules(1, 1e5);
  for (int i = 0; i < 2000; ++i) {
    const double gpu_j = joules(random);
    const double cpu_j = joules(random);
    const core::Shares gpu = core::shares_in_proportion("", gpu_j, joules(random), joules(random));
    const core::Shares cpu = core::shares_in_proportion("", cpu_j, joules(random), joules(random));
    pair.gpu_energy_total_joules.joules = gpu_j;
    pair.cpu_energy_total_joules.joules = cpu_j;
    pair.total_energy_joules.joules = gpu_j + cpu_j;
    pair.participants[0].gpu_energy_share_joules = gpu.a;
    pair.participants[1].gpu_energy_share_joules = gpu.b;
    pair.participants[0].cpu_energy_share_joules = cpu.a;
    pair.participants[1].cpu_energy_share_joules = cpu.b;
    ASSERT_EQ(*training_energy_joules(pair, 0) + *training_energy_joules(pair, 1), gpu_j + cpu_j);
  }
}

TEST_F(TrainingMetricsTest, OfARunOnTheCpuTheWatchedGpuIsNoPart) {
  record::RunResult pair = run(true);
  pair.total_energy_joules = pair.cpu_energy_total_joules;
  pair.participants[0].gpu_energy_share_joules = core::Reading::missing("division by zero");
  pair.participants[1].gpu_energy_share_joules = core::Reading::missing("division by zero");
  EXPECT_EQ(*training_energy_joules(pair, 0) + *training_energy_joules(pair, 1),
            *pair.cpu_energy_total_joules.joules);
}

// Its energy is that of all rounds, its epochs and its performance are the first round's.
TEST_F(TrainingMetricsTest, ASustainedAHasNoEnergyPerEpochAndNoEfficiency) {
  record::RunResult pair = run(true);
  pair.spec.overlap = study::Overlap::sustained;
  pair.participants[0].rounds = 3;
  const std::vector<TrainingMetrics> rows = training_metrics(pair);
  EXPECT_TRUE(rows[0].total_energy_joules);
  EXPECT_TRUE(rows[0].time_per_epoch);
  EXPECT_THAT(rows[0].energy_per_epoch.reason(), testing::HasSubstr("more work"));
  EXPECT_EQ(rows[0].energy_efficiency.reason(), more_work().reason());
  EXPECT_TRUE(rows[1].energy_per_epoch);
  EXPECT_TRUE(rows[1].energy_efficiency);

  record::RunResult solo = run(false);
  solo.spec.overlap = study::Overlap::sustained;
  EXPECT_TRUE(training_metrics(solo)[0].energy_per_epoch);
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
        "gpu_util_avg_percent", "gpu_power_avg_watts", "gpu_memory_peak", "gpu_memory_peak_mib",
        "gpu_sm_util_avg_percent", "memory_pss_peak_mib", "io_read_mib", "io_written_mib"}) {
    EXPECT_TRUE(json.contains(name)) << name;
  }
  EXPECT_EQ(json.at("gpu_memory_peak"), 2048.0);
  EXPECT_EQ(json.at("gpu_memory_peak_mib"), 1024.0);
  EXPECT_EQ(json.at("io_read_mib"), 52.5);
}

}  // namespace
}  // namespace tandem::analyse
