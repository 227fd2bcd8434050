// Trainings that don't speak the protocol: shell scripts that print a log for people.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <sstream>

#include "core/clock.h"
#include "core/file.h"
#include "execute/run_execution.h"
#include "execute/trainer_command.h"
#include "fake_workloads.h"
#include "temporary_folder.h"

namespace tandem::execute {
namespace {

using record::RunResult;
using study::LogPattern;
using study::Workload;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using Status = record::Outcome::Status;

/// Trains for as many epochs as it is told; the metric gets better with each.
constexpr auto good = R"sh(
epoch=1
while [ "$epoch" -le "$2" ]; do
  echo "Epoch $epoch/$2 loss 0.$((9 - epoch))"
  printf '\r 50%%\r\033[32mEpoch %s acc 0.%s\033[0m\n' "$epoch" "$epoch"
  epoch=$((epoch + 1))
done
)sh";

/// Counts the descriptors that tandem has open at the end of each epoch.
class DescriptorCount : public RunObserver {
 public:
  void epoch_done(size_t, int, int) override {
    const auto open = std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
    most_open = std::max(most_open, open);
  }
  std::ptrdiff_t most_open = 0;
};

class ScriptRunTest : public ::testing::Test {
 protected:
  ScriptRunTest() {
    settings_.grace_s = 0.3;
    settings_.sampling_hz = 20;
    settings_.ready_timeout_s = 60;
    settings_.start_skew_at_most_s = 60;  // a busy machine starts the second one late
  }

  /// A workload whose training is the shell script: told its epochs by --epochs, read by its log.
  Workload script(const std::string& model, const std::string& text) const {
    Workload workload = test::fake_workload(model);
    workload.command = {"/bin/sh", folder_.write(model + ".sh", text)};
    workload.hyperparameters.resize(1);
    workload.log.emplace();
    workload.log->epoch = {LogPattern(R"(^Epoch (?P<epoch>\d+)/\d+ loss (?P<train_loss>\S+))"),
                           LogPattern(R"(^Epoch (?P<epoch>\d+) acc (?P<accuracy>\S+))")};
    return workload;
  }

  RunResult run(const std::vector<Workload>& workloads,
                study::Overlap overlap = study::Overlap::once) {
    study::RunSpec spec = test::fake_run(workloads);
    spec.overlap = overlap;
    run_folder_ = folder_ / ("run" + std::to_string(++runs_));
    std::filesystem::create_directory(run_folder_);
    return execute_run(spec, 1, run_folder_, study::Catalogue(workloads), settings_, stop_,
                       observer_);
  }

  /// When the run's last event of the type was, in seconds.
  double time_of_last(const std::string& type) const {
    std::istringstream lines(core::read_file(run_folder_ / "events.jsonl"));
    std::optional<double> time_s;
    for (std::string line; std::getline(lines, line);) {
      const core::Json entry = core::Json::parse(line);
      if (entry.at("event").at("type") == type) time_s = entry.at("t_s").get<double>();
    }
    return time_s.value();
  }

  test::TemporaryFolder folder_;
  std::filesystem::path run_folder_;
  int runs_ = 0;
  RunSettings settings_;
  std::atomic<bool> stop_{false};
  DescriptorCount observer_;
};

TEST_F(ScriptRunTest, IsReadByItsLogFromTheStartOfItsProcess) {
  const RunResult result = run({script("a", good)});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  EXPECT_EQ(result.barrier, "process_start");
  const auto& training = result.participants[0];
  EXPECT_EQ(training.barrier, "process_start");
  EXPECT_EQ(training.epochs_done, 4);
  EXPECT_EQ(*training.epochs[2].train_loss, 0.6);
  EXPECT_EQ(training.epochs[3].metrics.at("accuracy"), 0.4);
  EXPECT_EQ(*training.performance, 0.4);
  EXPECT_GT(*training.start_s, 0) << "the program begins behind the signal";
  EXPECT_GT(*training.duration_seconds, *training.start_s);
  EXPECT_EQ(*result.makespan_seconds, *training.duration_seconds);
  EXPECT_THAT(
      core::read_file(run_folder_ / "events.jsonl"),
      AllOf(HasSubstr(R"("read_from":"log","line":"Epoch 2 acc 0.2")"), Not(HasSubstr("50%"))));
}

TEST_F(ScriptRunTest, BeginsAtTheLineThatSaysSo) {
  Workload workload = script("a", "sleep 1\necho Begin\n" + std::string(good));
  workload.log->started = LogPattern("^Begin");
  const core::Time before = core::Clock::now();
  const RunResult result = run({workload});
  const double whole_s = core::seconds_between(before, core::Clock::now());
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  EXPECT_EQ(result.barrier, "pattern");
  EXPECT_EQ(*result.participants[0].start_s, 0);
  EXPECT_LT(*result.participants[0].duration_seconds, whole_s - 0.9) << "without loading";
}

TEST_F(ScriptRunTest, IsReadInTheOrderOfItsLinesOnWhicheverStreamTheyCome) {
  // Losses and the beginning on one stream, what ends an epoch on the other, all at once.
  Workload workload = script("a", R"sh(
echo Begin >&2
epoch=1
while [ "$epoch" -le "$2" ]; do
  echo "Epoch $epoch/$2 loss 0.$epoch" >&2
  echo "Epoch $epoch acc 0.$epoch"
  epoch=$((epoch + 1))
done
)sh");
  workload.log->started = LogPattern("^Begin");
  const RunResult result = run({workload});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  const auto& epochs = result.participants[0].epochs;
  ASSERT_EQ(epochs.size(), 4U);
  for (size_t i = 0; i < epochs.size(); ++i) {
    EXPECT_EQ(*epochs[i].train_loss, epochs[i].metrics.at("accuracy")) << "of epoch " << i + 1;
  }
}

TEST_F(ScriptRunTest, HearsAllOfABurstWhileTheProgramIsSilent) {
  // Nothing follows it for a long time. One line, for its speed: of that the most is dropped.
  Workload workload = script("a", R"sh(
{ echo 'Epoch 1 acc 0.1'; head -c 16M /dev/zero | tr '\000' x; echo; echo 'Epoch 2 acc 0.2'; } > text
cat text
sleep 6
)sh");
  workload.working_folder = folder_.path();
  workload.hyperparameters[0].default_value = {2, 2};
  const RunResult result = run({workload});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  EXPECT_LT(time_of_last("epoch"), time_of_last("end") - 1) << "before the program's end";
}

TEST_F(ScriptRunTest, CountsWhatItReadsBehindTheEndAsSaidBefore) {
  Workload workload = script("a", R"sh(
{ head -c 16M /dev/zero | tr '\000' x; echo; echo 'Epoch 1 acc 0.1'; } > text
cat text
)sh");
  workload.working_folder = folder_.path();
  workload.hyperparameters[0].default_value = {1, 1};
  const RunResult result = run({workload});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  EXPECT_LE(time_of_last("epoch"), time_of_last("end"));
}

TEST_F(ScriptRunTest, NeedsNoEpochsInTheLog) {
  Workload workload = script("a", "sleep 0.3\necho 'Final accuracy: 0.875'\nsleep 0.3\n");
  workload.log->epoch.clear();
  workload.log->final = {LogPattern("Final accuracy: (?P<accuracy>\\S+)")};
  const RunResult result = run({workload});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  EXPECT_EQ(*result.participants[0].performance, 0.875);
  EXPECT_EQ(result.participants[0].epochs_done, 0);
  EXPECT_GE(*result.participants[0].duration_seconds, 0.6) << "to the end of the process";
}

TEST_F(ScriptRunTest, IsNotTakenToHangWhenItsLogTellsNoEpochs) {
  settings_.no_progress_s = 0.2;
  Workload workload = script("a", "sleep 1\necho 'Final accuracy: 0.875'\nsleep 1\n");
  workload.log->epoch.clear();
  workload.log->final = {LogPattern("Final accuracy: (?P<accuracy>\\S+)")};
  const RunResult result = run({workload});
  EXPECT_TRUE(result.outcome.ok()) << result.outcome.name << ": " << result.outcome.message;
}

TEST_F(ScriptRunTest, StartsAPairOfProcessesOnOneSignal) {
  // Each waits for the other's file, and so ends only if both run at once.
  const auto meets = [&](const std::string& mine, const std::string& other) {
    return ": > " + (folder_ / mine).string() + "\nwhile [ ! -e " + (folder_ / other).string() +
           " ]; do sleep 0.05; done\n" + good;
  };
  const RunResult result = run({script("a", meets("a", "b")), script("b", meets("b", "a"))});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  EXPECT_EQ(result.barrier, "process_start");
  EXPECT_GT(*result.start_skew_seconds, 0) << "measured, for no two programs begin at once";
  EXPECT_GT(*result.overlap_fraction, 0);
}

TEST_F(ScriptRunTest, StartsWithAPartnerThatSpeaksTheProtocolOnceThatHasLoaded) {
  const RunResult result = run({test::fake_workload("a", "loads", 0.3), script("b", good)});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  EXPECT_EQ(result.barrier, "process_start");
  EXPECT_EQ(result.participants[0].barrier, "protocol");
  EXPECT_GT(*result.overlap_fraction, 0);
  const std::string events = core::read_file(run_folder_ / "events.jsonl");
  EXPECT_LT(events.find(R"("protocol":1)"), events.find("Epoch 1/")) << events;
}

TEST_F(ScriptRunTest, GivesThePartnerItsSignalWhenTheLogSaysThatTheTrainingBegins) {
  // It trains on until its partner has got the signal.
  const std::string events = folder_ / "run1/events.jsonl";
  Workload late =
      script("b", "sleep 0.5\necho Begin\nuntil grep -q '\"type\":\"go\",\"who\":\"A\"' " + events +
                      "; do sleep 0.05; done\n" + good);
  late.log->started = LogPattern("^Begin");
  const RunResult result = run({test::fake_workload("a", "good", 0.5), late});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  EXPECT_EQ(result.barrier, "pattern");
  EXPECT_GT(*result.overlap_fraction, 0);
  EXPECT_EQ(*result.participants[1].start_s, 0);
}

TEST_F(ScriptRunTest, SaysHowFarApartTwoBeganThatCannotBeHeld) {
  const std::string events = folder_ / "run1/events.jsonl";
  const auto wait_for_heard = [&](const std::string& beginnings) {
    return "until [ \"$(grep -c '\"type\":\"started\"' " + events + ")\" -ge " + beginnings +
           " ]; do sleep 0.05; done\n";
  };
  Workload soon = script("a", "echo Begin\n" + wait_for_heard("2") + good);
  Workload late =
      script("b", wait_for_heard("1") + "sleep 0.5\necho Begin\n" + wait_for_heard("2") + good);
  settings_.start_skew_at_most_s = 0.11;
  soon.log->started = late.log->started = LogPattern("^Begin");
  const RunResult result = run({soon, late});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  EXPECT_GT(*result.start_skew_seconds, settings_.start_skew_at_most_s);
  EXPECT_TRUE(std::ranges::any_of(
      result.cautions, [](const auto& caution) { return caution.name == "no_common_start"; }));
  constexpr double rounding_s = 1e-6;
  EXPECT_GE(*result.makespan_seconds + rounding_s,
            *result.start_skew_seconds + *result.participants[1].duration_seconds);
}

TEST_F(ScriptRunTest, IsNoPairWhenOneBeginsAfterTheOtherHasTrained) {
  const std::string events = folder_ / "run1/events.jsonl";
  Workload soon = script("a", "echo Begin\n" + std::string(good));
  Workload late = script("b", "until grep -q '\"type\":\"end\",\"who\":\"A\"' " + events +
                                  "; do sleep 0.05; done\necho Begin\n" + good);
  soon.log->started = late.log->started = LogPattern("^Begin");
  const RunResult result = run({soon, late});
  EXPECT_EQ(result.outcome.status, Status::invalid);
  EXPECT_EQ(result.outcome.name, "no_overlap");
  EXPECT_THAT(result.outcome.message, HasSubstr("A trained from 0.00 s to"));
  EXPECT_EQ(*result.overlap_fraction, 0);
}

TEST_F(ScriptRunTest, IsMarkedWhenItTellsAllEpochsInOneMoment) {
  const auto is_marked = [](const RunResult& result) {
    return std::ranges::find(result.cautions, "epochs_at_once", &core::Caution::name) !=
           result.cautions.end();
  };
  // As a program does that keeps its output back: one write at its end.
  const std::string block = "text=$({\n" + std::string(good) + "\n})\necho \"$text\"\n";
  const RunResult kept_back = run({script("a", block)});
  ASSERT_TRUE(kept_back.outcome.ok()) << kept_back.outcome.message;
  EXPECT_TRUE(is_marked(kept_back));
  // It goes on when its first epoch has been heard.
  const std::string events = folder_ / "run2/events.jsonl";
  const RunResult told = run({script(
      "a", "echo 'Epoch 1 acc 0.1'\nuntil grep -q 'Epoch 1 acc' " + events +
               "; do sleep 0.05; done\nfor i in 2 3 4; do echo \"Epoch $i acc 0.5\"; done\n")});
  ASSERT_TRUE(told.outcome.ok()) << told.outcome.message;
  EXPECT_FALSE(is_marked(told));
}

TEST_F(ScriptRunTest, IsStartedAgainBesideALongerPartner) {
  // The longer one goes on until the other has begun for the third time.
  const std::string begun = folder_.write("begun", "");
  const std::string longer =
      "while [ \"$(wc -l < " + begun + ")\" -lt 3 ]; do sleep 0.05; done\n" + good;
  const RunResult result =
      run({script("a", "echo again >> " + begun + "\n" + good), script("b", longer)},
          study::Overlap::sustained);
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  EXPECT_GE(result.participants[0].rounds, 2);
  EXPECT_EQ(result.participants[0].epochs_done, 4) << "of its first round";
}

TEST_F(ScriptRunTest, MayFillItsLogAnewInEachRound) {
  settings_.log_limit_mib = 1;
  const std::string begun = folder_.write("begun", "");
  const std::string longer =
      "while [ \"$(wc -l < " + begun + ")\" -lt 4 ]; do sleep 0.05; done\n" + good;
  const RunResult result =
      run({script("a", "echo again >> " + begun + "\nyes 'a line' | head -c 600K\necho\n" + good),
           script("b", longer)},
          study::Overlap::sustained);
  EXPECT_TRUE(result.outcome.ok()) << result.outcome.name << ": " << result.outcome.message;
  EXPECT_GT(std::filesystem::file_size(run_folder_ / "A.log"), 1U << 20);
}

TEST_F(ScriptRunTest, IsNotListenedToAnyLongerThanItsOutcomeNeeds) {
  const RunResult result = run({script("a", "seq 1 20000 | sed 's/.*/Epoch & acc 0.5/'\n")});
  EXPECT_EQ(result.outcome.name, "missing_epochs") << result.outcome.message;
  EXPECT_THAT(result.outcome.message, HasSubstr("4"));
  const std::string events = core::read_file(run_folder_ / "events.jsonl");
  EXPECT_THAT(events, AllOf(HasSubstr("Epoch 5 acc"), Not(HasSubstr("Epoch 6 acc"))));
}

TEST_F(ScriptRunTest, KeepsNothingOpenOfTheRoundsThatHaveEnded) {
  const auto most_open_with = [&](int rounds) {
    const std::string begun = folder_.write("begun" + std::to_string(rounds), "");
    const std::string longer = "while [ \"$(wc -l < " + begun + ")\" -lt " +
                               std::to_string(rounds) + " ]; do sleep 0.05; done\n" + good;
    observer_.most_open = 0;
    const RunResult result =
        run({script("a", "echo again >> " + begun + "\n" + good), script("b", longer)},
            study::Overlap::sustained);
    EXPECT_TRUE(result.outcome.ok()) << result.outcome.message;
    return observer_.most_open;
  };
  constexpr int few = 2;
  constexpr int many = 12;
  EXPECT_LT(most_open_with(many) - most_open_with(few), many - few) << "not one for each round";
}

TEST_F(ScriptRunTest, GetsItsHyperparametersByFlagVariableAndConfigFile) {
  Workload workload = script("a", R"sh(
echo "joined $3, variable $RATE, seed $SEED, folder $PWD, unbuffered $PYTHONUNBUFFERED, socket ${TANDEM_EVENTS-none}"
cat "$CONFIG"
echo "Epoch 1/1 loss 0.5"; echo "Epoch 1 acc 0.5"
)sh");
  workload.working_folder = folder_.path();
  workload.environment = {{"SEED", "{seed}"}, {"CONFIG", "{config}"}};
  workload.config_file = {
      "settings.json", study::ConfigFile::Format::json,
      core::Json::parse(R"({"seed": "{seed}", "net": {"name": "{scale}-net"}})")};
  workload.hyperparameters[0].default_value = {1, 1};
  workload.hyperparameters.push_back({"momentum", "momentum=", false, {0.9, 0.9}, 0, 1});
  workload.hyperparameters.push_back({"learning_rate", "", false, {0.002, 0.002}, 0, 1, "RATE"});
  workload.hyperparameters.push_back({"width", "", true, {64, 64}, 1, 512, "", "net.width"});
  const RunResult result = run({workload});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  const std::string log = core::read_file(run_folder_ / "solo.log");
  EXPECT_THAT(log, HasSubstr("joined momentum=0.9, variable 0.002, seed 1, folder " +
                             folder_.path().string() + ", unbuffered 1, socket none"));
  EXPECT_THAT(log, HasSubstr(core::read_file(run_folder_ / "solo.settings.json")));
  EXPECT_EQ(core::read_json(run_folder_ / "solo.settings.json"),
            core::Json::parse(R"({"seed": 1, "net": {"name": "quick-net", "width": 64}})"));

  workload.hyperparameters.push_back({"dropout", "", false, {1, 1}, 0, 1, "", "dropout"});
  workload.config_file = {"settings.conf", study::ConfigFile::Format::key_value,
                          core::Json::parse(R"({"device": "{device}", "amp": false})")};
  ASSERT_TRUE(run({workload}).outcome.ok());
  EXPECT_EQ(core::read_file(run_folder_ / "solo.settings.conf"),
            "device=cpu\namp=false\nnet.width=64\ndropout=1\n")
      << "as a flag has it, too";
}

TEST_F(ScriptRunTest, NeverReachesAShell) {
  // Were any of it read by one, the file would be there.
  const std::string evil = "; touch " + (folder_ / "touched").string() + " #";
  Workload workload = script("a", "echo \"$1\" \"$EVIL\"\n" + std::string(good));
  workload.command.push_back("--epochs");
  workload.command.push_back("2");
  workload.command.push_back(evil + " $(touch x) {data}");
  workload.environment = {{"EVIL", evil + "`touch y`"}};
  workload.hyperparameters[0].default_value = {2, 2};
  const RunResult result = run({workload});
  EXPECT_TRUE(result.outcome.ok()) << result.outcome.message;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "touched"));
}

struct BadScript {
  std::string name;
  std::string text;
  std::string outcome;
  std::string message;
};
void PrintTo(const BadScript& it, std::ostream* out) {
  *out << it.name;
}
class MisbehavingScript : public ScriptRunTest, public ::testing::WithParamInterface<BadScript> {};

TEST_P(MisbehavingScript, IsAFailureWithTheRightName) {
  Workload workload = script("a", GetParam().text);
  workload.hyperparameters[0].default_value = {2, 2};
  settings_.log_limit_mib = 4;
  settings_.timeout_s = GetParam().name == "IgnoresTerm" ? 1 : 60;
  workload.log->success.must_not_appear = LogPattern("^WARNING: giving up");
  const RunResult result = run({workload});
  EXPECT_EQ(result.outcome.status, Status::failed);
  EXPECT_EQ(result.outcome.name, GetParam().outcome) << result.outcome.message;
  EXPECT_THAT(result.outcome.message, HasSubstr(GetParam().message));
  EXPECT_FALSE(result.participants[0].training_success);
  EXPECT_FALSE(result.total_energy_joules.joules.has_value());
}

INSTANTIATE_TEST_SUITE_P(
    Each, MisbehavingScript,
    ::testing::Values(
        BadScript{"Crashes", "echo 'KeyError: 5' >&2\nexit 1\n", "exit_code", "KeyError: 5"},
        BadScript{"RunsOutOfMemory", "echo 'CUDA out of memory'; seq 1 20; exit 1\n",
                  "out_of_memory", "CUDA out of memory"},
        BadScript{"GotOverAWantOfMemory",
                  "echo 'CUDA out of memory, retrying'; seq 1 60; echo 'KeyError: 5'; exit 1\n",
                  "exit_code", "KeyError: 5"},
        BadScript{"IsKilled", "kill -9 $$\n", "signal", "signal 9"},
        BadScript{"TrainsTooLittle", "echo 'Epoch 1/2 loss 1'; echo 'Epoch 1 acc 0.5'\n",
                  "missing_epochs", "1 epochs reported"},
        BadScript{"TrainsForEver",
                  "i=1; while :; do echo \"Epoch $i acc 0.5\"; i=$((i + 1)); done\n",
                  "missing_epochs", "and no end"},
        BadScript{
            "Diverges",
            "for i in 1 2; do echo \"Epoch $i/2 loss nan\"; echo \"Epoch $i acc 0.1\"; done\n",
            "non_finite_loss", "epoch 1"},
        BadScript{"SkipsAnEpoch", "echo 'Epoch 2 acc 0.5'\nsleep 60\n", "log_mismatch",
                  "epoch 2 where 1"},
        BadScript{"HasNoMetric", "for i in 1 2; do echo \"Epoch $i acc nan\"; done\n",
                  "missing_metric", "no finite \"accuracy\""},
        BadScript{"GivesUp",
                  "for i in 1 2; do echo \"Epoch $i acc 1\"; done; echo WARNING: giving up\n",
                  "success_rule", "must not appear: WARNING: giving up"},
        BadScript{"FloodsItsLog", "yes 'some progress of the training' >&2\n", "log_flood",
                  "the limit is 4"},
        BadScript{"IgnoresTerm", "trap '' TERM\nwhile :; do sleep 1; done\n", "timeout", "1.0 s"},
        BadScript{"Daemonises", "(setsid sleep 300 &) \nexit 0\n", "missing_epochs", "0 epochs"}),
    [](const auto& it) { return it.param.name; });

TEST_F(ScriptRunTest, LeavesNoChildBehindThatSurvivesItsParent) {
  const std::string pid_file = folder_ / "pid";
  // It daemonises itself, ignores TERM and goes on.
  const RunResult result = run(
      {script("a", "setsid sh -c 'trap \"\" TERM; echo $$ > " + pid_file + ".new; mv " + pid_file +
                       ".new " + pid_file + "; while :; do sleep 1; done' &\nwhile [ ! -e " +
                       pid_file + " ]; do sleep 0.05; done\n" + good)});
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.message;
  const pid_t child = std::stoi(core::read_file(pid_file));
  EXPECT_NE(::kill(child, 0), 0) << "it is still there";
}

TEST_F(ScriptRunTest, IsReadyTimeoutWhenTheLogNeverSaysThatItBegins) {
  settings_.ready_timeout_s = 1;
  Workload workload = script("a", "sleep 60\n");
  workload.log->started = LogPattern("^Begin");
  EXPECT_EQ(run({workload}).outcome.name, "ready_timeout");
}

TEST_F(ScriptRunTest, IsNotStartedWhenItsWorkingFolderIsGone) {
  Workload workload = script("a", good);
  workload.working_folder = folder_ / "gone";
  const RunResult result = run({workload});
  EXPECT_EQ(result.outcome.name, "not_started");
  EXPECT_THAT(result.outcome.message, HasSubstr("No such file"));
  try {
    check_prerequisites({test::fake_run({workload})}, study::Catalogue({workload}), folder_.path());
    FAIL() << "is content";
  } catch (const core::UserError& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("fake/a"), HasSubstr("gone"), HasSubstr("working folder")));
  }
}

TEST_F(ScriptRunTest, IsRefusedOnADeviceThatItDoesNotTrainOn) {
  Workload workload = script("a", good);
  workload.devices = {"cuda"};
  try {
    check_prerequisites({test::fake_run({workload})}, study::Catalogue({workload}), folder_.path());
    FAIL() << "is content";
  } catch (const core::UserError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("a study on cpu"), HasSubstr("trains on: cuda")));
  }
}

}  // namespace
}  // namespace tandem::execute
