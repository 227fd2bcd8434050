// Whole runs beside a stand-in for NVIDIA's driver: trainings are real processes, joules are not.
#include <gmock/gmock.h>
#include <unistd.h>

#include <memory>

#include "execute/outcomes.h"
#include "execute/run_execution.h"
#include "fake_workloads.h"
#include "measure/fake_driver.h"
#include "temporary_folder.h"

namespace tandem::execute {
namespace {

using core::EnergySource;
using measure::FakeDriver;
using measure::Json;
using record::RunResult;
using testing::Contains;
using testing::HasSubstr;
using testing::IsSubsetOf;

class GpuRunTest : public testing::Test {
 protected:
  static Json device(Json more = Json::object()) {
    Json device = {
        {"uuid", "GPU-1"}, {"power_w", 200}, {"counter_step_ms", 20}, {"temperature_c", 55}};
    device.update(more);
    Json script = FakeDriver::one_device(device);
    script["time"] = "real";
    return script;
  }
  /// The launcher of each training of this test, and of no other that runs meanwhile: it is there
  /// from the beginning to the end, and no leak checker's helper besides it.
  static Json trainings() {
    return {{"child_of", ::getpid()}, {"memory_mib", 250}, {"sm_util_percent", 20}};
  }
  RunResult run(const FakeDriver& driver, const std::vector<study::Workload>& workloads) {
    const test::TemporaryFolder folder;
    RunSettings settings;
    measure::Instruments::Options options;
    options.nvml_library = driver.path();
    settings.instruments = std::make_shared<const measure::Instruments>(options);
    settings.cuda_visible_devices = "GPU-1";
    settings.power_model = {"ten and five", 10, 5};
    settings.idle.gpu_w = 50;
    settings.accept_contaminated = accept_contaminated_;
    study::RunSpec spec = test::fake_run(workloads);
    spec.device = study::Device::cuda;
    spec.sharing.mode = sharing_;
    const std::atomic<bool> stop{false};
    RunObserver observer;
    return execute_run(spec, 1, folder.path(), study::Catalogue(workloads), settings, stop,
                       observer);
  }
  static std::vector<std::string> names(const std::vector<core::Caution>& cautions) {
    std::vector<std::string> names;
    for (const core::Caution& caution : cautions) names.push_back(caution.name);
    return names;
  }

  /// Joules by which the counter's energy of a window may differ from the script's: it is told in
  /// steps, and a window's edge lies between two samples, which come late on a busy machine.
  static constexpr double counter_tolerance_j = 200 * 0.1;

  bool accept_contaminated_ = false;
  study::Sharing::Mode sharing_ = study::Sharing::Mode::time_slicing;
};

TEST_F(GpuRunTest, HasTheBoardsEnergyAndItsStateAndSharesThatAddUp) {
  const FakeDriver driver(device({{"processes", {trainings()}}}));
  // Who is on the GPU, and how busily, is told once a second: the trainings load until it has been
  // told of both, and train for several of these seconds.
  const RunResult result =
      run(driver, {test::fake_workload("a", "loads", 0.7), test::fake_workload("b", "loads", 0.8)});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  const double makespan_s = *result.makespan_seconds;
  EXPECT_EQ(result.gpu_energy_total_joules.source, EnergySource::nvml_counter);
  EXPECT_NEAR(*result.gpu_energy_total_joules.joules, 200 * makespan_s, counter_tolerance_j);
  EXPECT_EQ(result.gpu_energy_cross_check_joules.source, EnergySource::nvml_power);
  EXPECT_NEAR(*result.gpu_energy_cross_check_joules.joules, 200 * makespan_s, 1e-6);
  EXPECT_NEAR(*result.gpu_energy_above_idle_joules, 150 * makespan_s, counter_tolerance_j);
  EXPECT_EQ(result.total_energy_joules.source, EnergySource::mixed);
  EXPECT_EQ(result.total_energy_joules.model, "gpu nvml_counter + cpu estimated (ten and five)");
  ASSERT_TRUE(result.gpu);
  EXPECT_EQ(result.gpu->device.uuid, "GPU-1");
  // A machine that is busy sees steps late, and two of them as one, but never more of them.
  EXPECT_GE(*result.gpu->device.energy_counter_period_s, 0.015);
  EXPECT_EQ(*result.gpu->at_start.temperature_c, 55);
  EXPECT_EQ(*result.gpu->at_end.temperature_c, 55);
  EXPECT_THAT(names(result.cautions), IsSubsetOf({"missed_deadlines", "sampling_gap"}))
      << "which a busy machine earns; of the GPU there is nothing to say";
  const record::ParticipantResult& a = result.participants[0];
  const record::ParticipantResult& b = result.participants[1];
  ASSERT_TRUE(a.gpu_memory_peak_mib) << a.gpu_memory_peak_mib.reason();
  EXPECT_EQ(*a.gpu_memory_peak_mib, 250);
  EXPECT_EQ(a.energy_share_model, "gpu sm_utilisation + cpu cpu_time");
  ASSERT_TRUE(a.gpu_energy_share_joules) << a.gpu_energy_share_joules.reason();
  EXPECT_DOUBLE_EQ(*a.gpu_energy_share_joules + *b.gpu_energy_share_joules,
                   *result.gpu_energy_total_joules.joules);
  EXPECT_EQ(a.described.at("cuda_visible_devices"), "GPU-1");
}

/// As an H100's driver has it: clients of MPS are listed with their memory, without utilisation.
TEST_F(GpuRunTest, SaysWhyNoTrainingHasAShareUnderMpsAndKeepsTheBoardsEnergy) {
  sharing_ = study::Sharing::Mode::mps;
  Json clients = trainings();
  clients["kind"] = "mps";
  clients["sm_util_percent"] = -1;
  const FakeDriver driver(device({{"processes", {clients}}}));
  const RunResult result =
      run(driver, {test::fake_workload("a", "loads", 0.2), test::fake_workload("b", "loads", 0.2)});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  EXPECT_TRUE(result.gpu_energy_total_joules.joules);
  for (const record::ParticipantResult& training : result.participants) {
    ASSERT_TRUE(training.gpu_memory_peak_mib) << training.gpu_memory_peak_mib.reason();
    EXPECT_EQ(*training.gpu_memory_peak_mib, 250);
    for (const core::Reading& of_clients :
         {training.gpu_sm_util_avg_percent, training.gpu_energy_share_joules}) {
      EXPECT_FALSE(of_clients);
      EXPECT_THAT(of_clients.reason(), HasSubstr("no utilisation by single clients of MPS"));
    }
    EXPECT_TRUE(training.cpu_energy_share_joules);
  }
}

TEST_F(GpuRunTest, IsDividedIntoPhasesThatCoverItsMakespan) {
  const FakeDriver driver(device({{"processes", {trainings()}}}));
  const RunResult result =
      run(driver, {test::fake_workload("a", "good", 0.1), test::fake_workload("b", "good", 0.5)});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  double end_s = 0;
  for (const record::PhaseRecord& phase : result.phases) {
    EXPECT_EQ(phase.begin_s, end_s) << phase.name;
    end_s = phase.end_s;
  }
  EXPECT_NEAR(end_s, *result.makespan_seconds, 1e-9);
  const record::PhaseRecord& tail = result.phases.back();
  EXPECT_EQ(tail.name, "tail");
  EXPECT_NEAR(tail.end_s - tail.begin_s,
              *result.participants[1].duration_seconds - *result.participants[0].duration_seconds,
              1e-9);
  EXPECT_NEAR(*tail.gpu_energy_joules.joules, 200 * (tail.end_s - tail.begin_s),
              counter_tolerance_j);
}

TEST_F(GpuRunTest, IsContaminatedWhenAnotherProgramIsOnTheGpu) {
  const FakeDriver driver(device({{"processes", {trainings(), {{"pid", 1}}}}}));
  const RunResult result = run(driver, {test::fake_workload("a", "good", 0.1)});
  EXPECT_EQ(result.outcome.status, record::Outcome::Status::invalid);
  EXPECT_EQ(result.outcome.name, "contaminated");
  EXPECT_TRUE(is_retried(result));
  EXPECT_TRUE(result.participants[0].outcome.ok()) << "the training itself succeeded";
  EXPECT_THAT(names(result.cautions), Contains("contaminated"));
}

TEST_F(GpuRunTest, CountsBesideADisplayAndBesideWhatThePersonAccepts) {
  const FakeDriver display(
      device({{"processes", {trainings(), {{"pid", 1}, {"kind", "graphics"}}}}}));
  const RunResult beside = run(display, {test::fake_workload("a", "good", 0.1)});
  EXPECT_TRUE(beside.outcome.ok()) << beside.outcome.message;
  EXPECT_THAT(names(beside.cautions), Contains("contaminated"));
  const FakeDriver other(device({{"processes", {trainings(), {{"pid", 1}}}}}));
  accept_contaminated_ = true;
  EXPECT_TRUE(run(other, {test::fake_workload("a", "good", 0.1)}).outcome.ok());
}

TEST_F(GpuRunTest, KeepsItsCpuFiguresWhenTheGpuIsLost) {
  // A busy machine takes its time to get to the first sample.
  const FakeDriver driver(device({{"lost_after_s", 1.5}}));
  const RunResult result = run(driver, {test::fake_workload("a", "good", 0.8)});
  EXPECT_EQ(result.outcome.name, "sensor_lost") << result.outcome.message;
  EXPECT_TRUE(is_retried(result));
  EXPECT_THAT(result.gpu_energy_total_joules.joules.reason(), HasSubstr("gpu_0_energy_j"));
  EXPECT_FALSE(result.total_energy_joules.joules) << "a part is missing";
  EXPECT_TRUE(result.cpu_energy_total_joules.joules);
}

TEST_F(GpuRunTest, LeavesTheBoardsEnergyToTheBoardInMigMode) {
  const FakeDriver driver(device({{"mig", true}, {"slices", {"MIG-a", "MIG-b"}}}));
  const RunResult result = run(driver, {test::fake_workload("a", "good", 0.1)});
  ASSERT_TRUE(result.gpu);
  EXPECT_EQ(result.gpu->device.sharing, "mig");
  EXPECT_THAT(names(result.cautions), Contains("whole_board"));
}

}  // namespace
}  // namespace tandem::execute
