#include "analyse/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "study/studies.h"

namespace tandem::analyse {
namespace {

using core::Reading;
using record::RunResult;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A run of MNIST alone on the CPU: 100 s at 50 W, one of two cores busy for 90 s.
RunResult run_of(const std::string& workload, double factor = 1) {
  RunResult run;
  run.spec.participants.push_back({workload, {{"epochs", 10}}, 1});
  run.spec.scale = study::Scale::quick;
  run.machine.cpu_model = "a CPU";
  run.machine.logical_cpus = 2;
  run.ended_at = "2026-01-01T10:00:00Z";
  record::ParticipantResult& training = run.participants.emplace_back();
  training.spec = run.spec.participants[0];
  training.duration_seconds = 100 * factor;
  training.cpu_time_seconds = 90 * factor;
  training.memory_peak_mib = 400 * factor;
  training.tensor_memory_peak_mib = 120 * factor;
  training.data = "real";
  run.total_energy_joules = {5000 * factor, core::EnergySource::estimated, "a model"};
  run.idle.cpu_w = 20;
  return run;
}

/// The same on a GPU.
RunResult gpu_run() {
  RunResult run = run_of("examples/mnist");
  run.spec.device = study::Device::cuda;
  run.gpu_util_avg_percent = 35;
  run.gpu_memory_peak_mib = 900;
  run.participants[0].gpu_memory_peak_mib = 620;
  run.gpu.emplace();
  run.gpu->at_start.memory_used_mib = 250;
  run.idle.gpu_w = 60;
  return run;
}

WorkloadProfile only(const std::vector<RunResult>& runs) {
  return make_profile(runs, test::catalogue()).workloads.at(0);
}

TEST(Profile, IsTheMeanOfTheRuns) {
  const WorkloadProfile mnist = only({run_of("examples/mnist"), run_of("examples/mnist", 1.2)});
  EXPECT_EQ(mnist.figures.runs, 2);
  EXPECT_DOUBLE_EQ(*mnist.figures.duration_s, 110);
  EXPECT_DOUBLE_EQ(*mnist.figures.memory_mb, 440);
  EXPECT_DOUBLE_EQ(*mnist.figures.energy.joules, 5500);
  EXPECT_DOUBLE_EQ(*mnist.power_w, 50);
  EXPECT_DOUBLE_EQ(*mnist.tensor_memory_peak_mib, 132);
  EXPECT_EQ(mnist.figures.energy.source, core::EnergySource::estimated);
  EXPECT_EQ(mnist.figures.energy.model, "a model");
  EXPECT_EQ(mnist.figures.data, "real");
}

TEST(Profile, CanBeReadBackAsTheMachinesOwnCatalogue) {
  const Profile profile =
      make_profile({run_of("examples/mnist"), run_of("examples/word_lm")}, test::catalogue());
  const study::MeasuredCatalogue read =
      study::parse_measured_catalogue(study::to_document(profile.catalogue), "measured.json");
  EXPECT_THAT(read.measured_on, HasSubstr("a CPU"));
  EXPECT_EQ(read.measured_at, "2026-01-01T10:00:00Z");
  EXPECT_EQ(read.scale, study::Scale::quick);
  EXPECT_EQ(read.device, study::Device::cpu);
  EXPECT_EQ(*read.idle_power_w, 20);
  EXPECT_EQ(read.workloads.size(), 2U);
  const study::Catalogue catalogue = study::with_measured(test::catalogue(), read);
  EXPECT_EQ(catalogue.at("examples/word_lm").catalogue.memory_mb, 400);
  EXPECT_EQ(catalogue.at("examples/word_lm").expected_duration_s.quick, 100);
}

TEST(Profile, CountsAsUtilisationOfTheCpuTheBusyShareOfTheCoresThatTheTrainingWasGiven) {
  RunResult run = run_of("examples/mnist");
  EXPECT_DOUBLE_EQ(*only({run}).figures.cpu_util_percent, 45) << "of the machine's two";
  run.participants[0].described = {{"cores", {0, 1, 2}}};
  EXPECT_DOUBLE_EQ(*only({run}).figures.cpu_util_percent, 30) << "of those that it saw";
  run.spec.resources.cores = {1};
  EXPECT_DOUBLE_EQ(*only({run}).figures.cpu_util_percent, 90) << "of the one it was pinned to";
  run.participants[0].cpu_time_seconds = 101;
  EXPECT_DOUBLE_EQ(*only({run}).figures.cpu_util_percent, 100);
}

TEST(Profile, OnTheCpuHasNoUtilisationOfAGpuAndSaysWhy) {
  const Reading utilisation = only({run_of("examples/mnist")}).figures.gpu_util_percent;
  EXPECT_FALSE(utilisation);
  EXPECT_EQ(utilisation.reason(), "the training ran on the CPU");
}

TEST(Profile, TakesTheFiguresOfAGpuFromItsDriver) {
  const RunResult run = gpu_run();
  const Profile profile = make_profile({run}, test::catalogue());
  EXPECT_EQ(*profile.workloads[0].figures.memory_mb, 620);
  EXPECT_EQ(*profile.workloads[0].figures.gpu_util_percent, 35);
  EXPECT_EQ(*profile.catalogue.idle_power_w, 80);
}

TEST(Profile, TakesTheBoardsMemoryWhereTheDriverTellsNoneOfTheProcesses) {
  RunResult run = gpu_run();
  run.participants[0].gpu_memory_peak_mib = Reading::missing("hidden by the container");
  EXPECT_EQ(*only({run}).figures.memory_mb, 650) << "900 less the 250 before the training";
  run.gpu->at_start.memory_used_mib = Reading::missing("not supported");
  EXPECT_EQ(only({run}).figures.memory_mb.reason(), "not supported");
}

TEST(Profile, LeavesOutWhatARunDidNotMeasureAndSaysWhyWhenNoneDid) {
  RunResult without = run_of("examples/mnist");
  without.participants[0].memory_peak_mib = Reading::missing("too short");
  EXPECT_EQ(*only({without, run_of("examples/mnist", 2)}).figures.memory_mb, 800);
  EXPECT_EQ(only({without}).figures.memory_mb.reason(), "too short");
}

TEST(Profile, CallsEnergyOfDifferentSourcesMixed) {
  RunResult metered = run_of("examples/mnist");
  metered.total_energy_joules.source = core::EnergySource::rapl;
  const core::Energy energy = only({run_of("examples/mnist"), metered}).figures.energy;
  EXPECT_EQ(energy.source, core::EnergySource::mixed);
  EXPECT_EQ(energy.model, "not the same in all runs");
}

TEST(Profile, NamesWhatFailedAndDoesNotPutItIntoTheCatalogue) {
  RunResult failed = run_of("examples/mnist_rnn");
  failed.outcome = {record::Outcome::Status::failed, "exit_code", "ended with exit code 3", ""};
  RunResult interrupted = failed;
  interrupted.outcome.status = record::Outcome::Status::interrupted;
  const Profile profile =
      make_profile({failed, interrupted, run_of("examples/mnist")}, test::catalogue());
  ASSERT_EQ(profile.workloads.size(), 2U);
  EXPECT_EQ(profile.workloads[0].workload, "examples/mnist") << "in the catalogue's order";
  EXPECT_FALSE(profile.workloads[1].is_measured());
  EXPECT_THAT(profile.workloads[1].failures, ElementsAre("exit_code: ended with exit code 3"));
  EXPECT_EQ(profile.catalogue.workloads.size(), 1U);
}

}  // namespace
}  // namespace tandem::analyse
