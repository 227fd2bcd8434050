#include "execute/run_execution.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "core/clock.h"
#include "core/file.h"
#include "execute/outcomes.h"
#include "fake_workloads.h"
#include "temporary_folder.h"

namespace tandem::execute {
namespace {

using record::Outcome;
using record::RunResult;
using study::Workload;
using test::fake_workload;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using Status = Outcome::Status;

class RunExecutionTest : public ::testing::Test {
 protected:
  RunExecutionTest() {
    settings_.grace_s = 0.3;
    settings_.sampling_hz = 50;
  }

  RunResult run(const std::vector<Workload>& workloads,
                study::Overlap overlap = study::Overlap::once) {
    study::RunSpec spec = test::fake_run(workloads);
    spec.overlap = overlap;
    return execute_run(spec, 1, folder_.path(), study::Catalogue(workloads), settings_, stop_,
                       observer_);
  }

  /// The same in a folder of its own, for several runs in a test.
  RunResult run_anew(const std::vector<Workload>& workloads) {
    const test::TemporaryFolder folder;
    return execute_run(test::fake_run(workloads), 1, folder.path(), study::Catalogue(workloads),
                       settings_, stop_, observer_);
  }

  /// The events of a kind that tandem itself noted.
  int count_in_events(const std::string& text) const {
    std::ifstream file(folder_ / "events.jsonl");
    int count = 0;
    for (std::string line; std::getline(file, line);) {
      count += line.find(text) != std::string::npos ? 1 : 0;
    }
    return count;
  }

  test::TemporaryFolder folder_;
  RunSettings settings_;
  std::atomic<bool> stop_{false};
  RunObserver observer_;
};

TEST_F(RunExecutionTest, SoloRecordsWhatTheTrainingSaidAndUsed) {
  constexpr double cpu_s = 0.4;  // of its four epochs
  const RunResult result = run({fake_workload("a", "burns_cpu", cpu_s / 4)});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  ASSERT_EQ(result.participants.size(), 1U);
  const auto& training = result.participants[0];
  EXPECT_TRUE(training.training_success);
  EXPECT_EQ(training.epochs_done, 4);
  EXPECT_GE(*training.duration_seconds, cpu_s);
  EXPECT_LT(*training.duration_seconds, 60);
  EXPECT_GT(*training.performance, 0.5);
  EXPECT_EQ(training.data, "synthetic");
  EXPECT_EQ(training.epochs.size(), 4U);
  EXPECT_LT(training.epochs[0].end_s, training.epochs[3].end_s);
  EXPECT_EQ(*result.makespan_seconds, *training.duration_seconds);
  EXPECT_EQ(result.overlap_fraction.reason(), "a solo run");
  // The kernel's counter ticks every 10 ms.
  EXPECT_GT(*training.cpu_time_seconds, cpu_s / 2);
  EXPECT_LT(*training.cpu_time_seconds, *training.duration_seconds + 0.05);
  EXPECT_GT(*training.memory_peak_mib, 0.5);
}

TEST_F(RunExecutionTest, CallsAnEstimatedEnergyOne) {
  settings_.power_model = {"office PC", 10, 20};
  const RunResult result = run({fake_workload("a")});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  const core::Energy& cpu = result.cpu_energy_total_joules;
  if (cpu.source == core::EnergySource::rapl) return;  // a machine that has a meter
  EXPECT_EQ(cpu.source, core::EnergySource::estimated);
  EXPECT_EQ(cpu.model, "office PC");
  EXPECT_NEAR(*cpu.joules,
              10 * *result.makespan_seconds + 20 * *result.participants[0].cpu_time_seconds, 1e-6);
  EXPECT_EQ(*result.total_energy_joules.joules, *cpu.joules);
  EXPECT_EQ(*result.participants[0].cpu_energy_share_joules, *cpu.joules);
}

TEST_F(RunExecutionTest, WritesAFolderThatAPersonCanRead) {
  run({fake_workload("a")});
  const core::Json asked = core::Json::parse(core::read_file(folder_ / "run.json"));
  EXPECT_EQ(asked.at("spec").at("participants")[0].at("workload"), "fake/a");
  EXPECT_EQ(count_in_events("\"type\":\"go\""), 1);
  EXPECT_EQ(count_in_events("\"type\":\"epoch\""), 4);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "solo.stdout.log"));
  EXPECT_THAT(core::read_file(folder_ / "samples.csv"), HasSubstr("t_s,"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "result.json")) << "the session writes it last";
}

TEST_F(RunExecutionTest, StartsAPairTogetherAndMeasuresItsOverlap) {
  const RunResult result = run({fake_workload("a", "good", 0.05), fake_workload("b", "good", 0.1)});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  EXPECT_LT(*result.start_skew_seconds, 0.1);
  const double a_s = *result.participants[0].duration_seconds;
  const double b_s = *result.participants[1].duration_seconds;
  EXPECT_EQ(*result.makespan_seconds, std::max(a_s, b_s));
  EXPECT_NEAR(*result.overlap_fraction, std::min(a_s, b_s) / b_s, 1e-9);
  EXPECT_EQ(result.barrier, "protocol");
  EXPECT_DOUBLE_EQ(*result.participants[0].cpu_energy_share_joules +
                       *result.participants[1].cpu_energy_share_joules,
                   *result.cpu_energy_total_joules.joules);
  EXPECT_EQ(result.participants[0].energy_share_model, "cpu_time");
}

TEST_F(RunExecutionTest, SustainedStartsThePartnerAgainUntilBEnds) {
  const RunResult result = run({fake_workload("a", "good", 0.02), fake_workload("b", "good", 0.25)},
                               study::Overlap::sustained);
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  EXPECT_GE(result.participants[0].rounds, 2);
  EXPECT_EQ(result.participants[1].rounds, 1);
  EXPECT_EQ(result.participants[0].epochs_done, 4) << "of its first round";
  EXPECT_GT(*result.overlap_fraction, 0.5);
  EXPECT_LE(*result.overlap_fraction, 1.0);
}

TEST_F(RunExecutionTest, SustainedLetsALongPartnerFinishItsFirstRound) {
  const RunResult result = run({fake_workload("a", "good", 0.1), fake_workload("b", "good", 0.01)},
                               study::Overlap::sustained);
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  EXPECT_EQ(result.participants[0].rounds, 1);
  EXPECT_TRUE(result.participants[0].training_success);
  EXPECT_DOUBLE_EQ(*result.overlap_fraction, 1.0);
}

/// A misbehaviour and what it must be called.
struct Misbehaviour {
  std::string behaviour;
  std::string outcome;
  std::string message;
};
void PrintTo(const Misbehaviour& it, std::ostream* out) {
  *out << it.behaviour;
}

class MisbehavingTrainer : public RunExecutionTest,
                           public ::testing::WithParamInterface<Misbehaviour> {};

TEST_P(MisbehavingTrainer, IsAFailureWithTheRightName) {
  settings_.ready_timeout_s = 1;
  settings_.timeout_s = 1;
  const RunResult result = run({fake_workload("a", GetParam().behaviour, 0.01)});
  EXPECT_EQ(result.outcome.status, Status::failed);
  EXPECT_EQ(result.outcome.name, GetParam().outcome);
  EXPECT_THAT(result.outcome.message, HasSubstr(GetParam().message));
  EXPECT_FALSE(result.outcome.advice.empty());
  EXPECT_FALSE(result.participants[0].training_success);
  EXPECT_FALSE(result.participants[0].performance.has_value());
  EXPECT_FALSE(result.total_energy_joules.joules.has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Each, MisbehavingTrainer,
    ::testing::Values(
        Misbehaviour{"exits_before_ready", "exit_code", "no data in /nowhere"},
        Misbehaviour{"hangs_before_ready", "ready_timeout", "not ready"},
        Misbehaviour{"hangs", "timeout", "1.0 s"}, Misbehaviour{"ignores_term", "timeout", "1.0 s"},
        Misbehaviour{"fails", "non_finite_loss", "nan in epoch 2"},
        Misbehaviour{"null_loss", "non_finite_loss", "epoch 1"},
        Misbehaviour{"aborts", "signal", "signal 6"},
        Misbehaviour{"kills_itself", "signal", "signal 9"},
        Misbehaviour{"exits_early", "missing_final", "without a \"final\""},
        Misbehaviour{"skips_an_epoch", "protocol_violation", "number"},
        Misbehaviour{"other_metric", "missing_metric", "accuracy"},
        Misbehaviour{"exit_code_after_final", "exit_code", "could not save the checkpoint"},
        Misbehaviour{"garbage", "protocol_violation", "Epoch 1: loss 0.3"},
        Misbehaviour{"nests_deeply", "protocol_violation", "more than 32 levels"},
        Misbehaviour{"endless_line", "protocol_violation", "longer than"},
        Misbehaviour{"epoch_before_go", "protocol_violation", "\"epoch\" out of order"},
        Misbehaviour{"starts_for_ever", "protocol_violation", "\"started\" out of order"},
        Misbehaviour{"other_protocol", "protocol_violation", "speaks 1"}),
    [](const auto& it) { return it.param.behaviour; });

TEST_F(RunExecutionTest, NamesAProgramThatIsNotThere) {
  Workload workload = fake_workload("a");
  workload.command = {"/no/such/trainer"};
  const RunResult result = run({workload});
  EXPECT_EQ(result.outcome.name, "not_started");
  EXPECT_THAT(result.outcome.message, HasSubstr("No such file"));
}

TEST_F(RunExecutionTest, IsInvalidWhenThePartnerDiesAndKeepsBothReasons) {
  const RunResult result = run({fake_workload("a", "fails", 0.05), fake_workload("b", "good", 5)});
  EXPECT_EQ(result.outcome.status, Status::invalid);
  EXPECT_EQ(result.outcome.name, "partner_ended");
  EXPECT_THAT(result.outcome.message, HasSubstr("partner A (fake/a) ended"));
  EXPECT_EQ(result.participants[0].outcome.name, "non_finite_loss");
  EXPECT_EQ(result.participants[1].outcome.name, "partner_ended");
  EXPECT_FALSE(result.participants[1].training_success);
  EXPECT_FALSE(result.overlap_fraction.has_value());
}

TEST_F(RunExecutionTest, CallsThePartnersFailureBeforeTheStartByItsOwnName) {
  const RunResult result =
      run({fake_workload("a", "good", 5), fake_workload("b", "exits_before_ready")});
  EXPECT_EQ(result.outcome.status, Status::failed);
  EXPECT_EQ(result.outcome.name, "exit_code");
  EXPECT_THAT(result.participants[0].outcome.message, HasSubstr("before the start"));
}

TEST_F(RunExecutionTest, TimesOutAPairAsATimeoutNotAsAPartnersEnd) {
  settings_.timeout_s = 0.5;
  const RunResult result = run({fake_workload("a", "good", 0.01), fake_workload("b", "hangs")});
  EXPECT_EQ(result.outcome.name, "timeout");
  EXPECT_TRUE(result.participants[0].training_success);
}

TEST_F(RunExecutionTest, IsInterruptedWhenAskedToStop) {
  std::thread asker([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    stop_.store(true);
  });
  const core::Time begin = core::Clock::now();
  const RunResult result = run({fake_workload("a", "good", 10)});
  asker.join();
  EXPECT_EQ(result.outcome.status, Status::interrupted);
  EXPECT_LT(core::seconds_between(begin, core::Clock::now()), 10);
}

TEST_F(RunExecutionTest, StartsNoFurtherRoundOnceAskedToStop) {
  settings_.grace_s = 1;
  std::thread asker([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    stop_.store(true);
  });
  run({fake_workload("a", "good", 0.01), fake_workload("b", "ignores_term", 10)},
      study::Overlap::sustained);
  asker.join();
  EXPECT_LT(count_in_events("\"type\":\"start\""), 60) << "no round while B holds out";
}

TEST_F(RunExecutionTest, GivesTheSameResultsToTheSameSeedSoloAndConcurrent) {
  const double solo = *run({fake_workload("b")}).participants[0].performance;
  const test::TemporaryFolder other;
  const std::vector<Workload> pair = {fake_workload("a"), fake_workload("b")};
  const RunResult concurrent = execute_run(test::fake_run(pair), 1, other.path(),
                                           study::Catalogue(pair), settings_, stop_, observer_);
  EXPECT_EQ(*concurrent.participants[1].performance, solo);
}

TEST_F(RunExecutionTest, TellsThatMemoryOrDiskRanOutFromTheTrainingsWords) {
  for (const char* behaviour : {"cuda_out_of_memory", "says_out_of_memory"}) {
    const RunResult result = run_anew({fake_workload("a", behaviour)});
    EXPECT_EQ(result.outcome.status, Status::failed);
    EXPECT_EQ(result.outcome.name, "out_of_memory") << result.outcome.message;
    EXPECT_FALSE(is_retried(result));
  }
  const RunResult full = run_anew({fake_workload("a", "disk_full")});
  EXPECT_EQ(full.outcome.name, "disk_full");
  EXPECT_THAT(full.outcome.message, HasSubstr("No space left on device: 'model.pt'"));
}

TEST_F(RunExecutionTest, EndsATrainingThatHoldsMoreMemoryThanStated) {
  settings_.memory_limit_mib = 200;
  const RunResult result = run({fake_workload("a", "holds_memory", 0.01)});
  EXPECT_EQ(result.outcome.name, "out_of_memory") << result.outcome.message;
  // By the kernel where the cgroup may say so, else by tandem.
  EXPECT_THAT(result.outcome.message,
              AnyOf(HasSubstr("memory_limit_mib is 200"), HasSubstr("the kernel counted a kill")));
}

TEST_F(RunExecutionTest, GivesNoStartSignalBesideATrainingThatBrokeTheProtocol) {
  run({fake_workload("a", "good"), fake_workload("b", "ready_twice")});
  EXPECT_EQ(count_in_events("\"type\":\"go\""), 0);
}

TEST_F(RunExecutionTest, EndsATrainingThatFloodsItsLog) {
  settings_.log_limit_mib = 2;
  const RunResult result = run({fake_workload("a", "floods_its_log")});
  EXPECT_EQ(result.outcome.name, "log_flood") << result.outcome.message;
  EXPECT_THAT(result.outcome.message, HasSubstr("the limit is 2"));
}

TEST_F(RunExecutionTest, EndsATrainingThatMakesNoProgressAndItsPartner) {
  settings_.no_progress_s = 0.5;
  const RunResult result = run({fake_workload("a", "good", 0.4), fake_workload("b", "hangs")});
  EXPECT_EQ(result.outcome.status, Status::invalid);
  EXPECT_EQ(result.outcome.name, "partner_ended");
  EXPECT_EQ(result.participants[1].outcome.name, "no_progress");
  EXPECT_THAT(result.participants[1].outcome.message, HasSubstr("since its last epoch"));
}

TEST_F(RunExecutionTest, WaitsNoLongerThanProgressIsStatedForTheEndOfAProcess) {
  settings_.no_progress_s = 0.5;
  const RunResult result = run({fake_workload("a", "ignores_term")});
  EXPECT_EQ(result.outcome.name, "no_progress");
  EXPECT_THAT(result.outcome.message, HasSubstr("since its final line"));
}

TEST_F(RunExecutionTest, IsNoPairWhenTheTrainingsStartedTooFarApart) {
  settings_.start_skew_at_most_s = 0.2;
  const RunResult result = run({fake_workload("a"), fake_workload("b", "starts_late")});
  EXPECT_EQ(result.outcome.status, Status::invalid);
  EXPECT_EQ(result.outcome.name, "start_skew");
  EXPECT_TRUE(is_retried(result));
  EXPECT_TRUE(result.participants[1].outcome.ok());
  EXPECT_GT(*result.start_skew_seconds, 0.3) << "what was measured stays";
}

/// Clocks of a machine that sleeps, or whose wall clock is set, between any two looks at them.
template <int slept_s, int moved_s>
core::Clocks strange_clocks() {
  static int looks = 0;
  core::Clocks clocks = core::Clocks::now();
  clocks.boottime_s += looks * slept_s;
  clocks.wall_s += looks * (slept_s + moved_s);
  ++looks;
  return clocks;
}

TEST_F(RunExecutionTest, IsInvalidWhenTheMachineSlept) {
  settings_.clocks = strange_clocks<3600, 0>;
  const RunResult result = run({fake_workload("a")});
  EXPECT_EQ(result.outcome.name, "suspended");
  EXPECT_THAT(result.outcome.message, HasSubstr("slept for 1"));
  EXPECT_TRUE(is_retried(result));
}

TEST_F(RunExecutionTest, KeepsItsDurationsWhenTheWallClockIsMoved) {
  settings_.clocks = strange_clocks<0, -7200>;
  const RunResult result = run({fake_workload("a")});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  // A busy machine adds cautions of its own.
  const auto caution = std::ranges::find(result.cautions, "wall_clock_moved", &core::Caution::name);
  ASSERT_NE(caution, result.cautions.end());
  EXPECT_THAT(caution->message, HasSubstr("-7200"));
  EXPECT_LT(*result.makespan_seconds, 60);
}

}  // namespace
}  // namespace tandem::execute
