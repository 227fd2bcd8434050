#include "execute/session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "core/error.h"
#include "fake_workloads.h"
#include "record/index.h"
#include "temporary_folder.h"

namespace tandem::execute {
namespace {

using record::Outcome;
using record::RunResult;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Status = Outcome::Status;

/// Makes runs without processes: each ends as `outcomes` says, ok where it says nothing.
class FakeExecutor : public RunExecutor {
 public:
  RunResult execute(const study::PlannedRun& run, int attempt, const std::filesystem::path& folder,
                    const std::atomic<bool>&, RunObserver&) override {
    EXPECT_TRUE(std::filesystem::is_directory(folder));
    executed.push_back(run.id + "/" + std::to_string(attempt));
    if (on_execute) on_execute(run.id);
    RunResult result;
    result.run_id = run.id;
    result.attempt = attempt;
    result.spec = run.spec;
    if (const auto outcome = outcomes.find(run.id); outcome != outcomes.end()) {
      result.outcome = {outcome->second, outcome_name, "", ""};
    }
    return result;
  }

  std::map<std::string, Status> outcomes;
  std::string outcome_name = "made_up";
  std::vector<std::string> executed;
  std::function<void(const std::string&)> on_execute;
};

class SessionTest : public ::testing::Test {
 protected:
  SessionTest() {
    for (const char* id : {"one", "two", "three"}) plan_.runs.push_back({{}, id, 1.0});
  }
  SessionSummary run(const SessionOptions& options = {}) {
    executor_.executed.clear();
    return run_session(plan_, store_, {{"", &executor_}}, options, stop_, observer_);
  }

  test::TemporaryFolder folder_;
  record::RunStore store_{folder_.path()};
  study::Plan plan_;
  FakeExecutor executor_;
  StopRequest stop_;
  SessionObserver observer_;
};

TEST_F(SessionTest, MakesTheRunsInTheOrderOfThePlanAndThenNoneAgain) {
  EXPECT_EQ(run().ok, 3U);
  EXPECT_THAT(executor_.executed, ElementsAre("one/1", "two/1", "three/1"));
  const SessionSummary again = run();
  EXPECT_EQ(again.already_done, 3U);
  EXPECT_THAT(executor_.executed, IsEmpty());
}

TEST_F(SessionTest, MakesOnlyWhatIsNewInAnExtendedPlan) {
  run();
  plan_.runs.insert(plan_.runs.begin(), {{}, "zero", 1.0});
  run();
  EXPECT_THAT(executor_.executed, ElementsAre("zero/1"));
}

TEST_F(SessionTest, RepeatsFailedRunsOnlyWhenAskedEachAsANewAttempt) {
  executor_.outcomes["two"] = Status::failed;
  EXPECT_EQ(run().failed, 1U);
  EXPECT_EQ(run().failed_earlier, 1U);
  EXPECT_THAT(executor_.executed, IsEmpty());
  executor_.outcomes.clear();
  EXPECT_EQ(run({.retry_failed = true}).ok, 1U);
  EXPECT_THAT(executor_.executed, ElementsAre("two/2"));
  EXPECT_EQ(store_.read_all().size(), 4U) << "the first attempt stays";
}

TEST_F(SessionTest, GoesOnAfterARunThatFailed) {
  executor_.outcomes["one"] = Status::invalid;
  const SessionSummary summary = run();
  EXPECT_EQ(summary.failed, 1U);
  EXPECT_EQ(summary.ok, 2U);
}

TEST_F(SessionTest, RepeatsAnAttemptThatWasCutOff) {
  store_.begin_attempt("one");
  run();
  EXPECT_THAT(executor_.executed, ElementsAre("one/2", "two/1", "three/1"));
}

TEST_F(SessionTest, StopsAfterAnInterruptedRunAndRepeatsItNextTime) {
  executor_.outcomes["two"] = Status::interrupted;
  executor_.on_execute = [this](const std::string& id) { stop_.now = id == "two"; };
  const SessionSummary summary = run();
  EXPECT_TRUE(summary.interrupted);
  EXPECT_EQ(summary.ok, 1U);
  EXPECT_EQ(summary.failed, 0U);
  stop_.now = false;
  executor_.outcomes.clear();
  executor_.on_execute = nullptr;
  run();
  EXPECT_THAT(executor_.executed, ElementsAre("two/2", "three/1"));
}

TEST_F(SessionTest, KeepsTheIndexInStepWithTheFolders) {
  executor_.outcomes["two"] = Status::failed;
  run();
  EXPECT_EQ(record::Index(record::Index::file_of(store_)).size(), 3);
}

TEST_F(SessionTest, AddsTheRowThatAKilledSessionDidNotComeToWrite) {
  run();
  std::filesystem::remove(record::Index::file_of(store_));
  RunResult result;
  result.run_id = "four";
  result.attempt = store_.begin_attempt("four");
  store_.finish_attempt(result);
  run();
  EXPECT_THAT(executor_.executed, IsEmpty());
  EXPECT_EQ(record::Index(record::Index::file_of(store_)).size(), 4);
}

TEST_F(SessionTest, GoesOnWithAWarningWhenTheIndexCanNotBeWritten) {
  folder_.write("index.sqlite", "this is no database, and long enough to be taken for one");
  class Listener : public SessionObserver {
   public:
    void warning(const std::string& text) override { warnings.push_back(text); }
    std::vector<std::string> warnings;
  } listener;
  const SessionSummary summary =
      run_session(plan_, store_, {{"", &executor_}}, {}, stop_, listener);
  EXPECT_EQ(summary.ok, 3U);
  EXPECT_EQ(listener.warnings.size(), 3U);
}

TEST_F(SessionTest, StopsAtAResultThatItCanNotReadInsteadOfRepeatingTheRun) {
  run();
  folder_.write("runs/two/1/result.json", "{\"result_version\": 99}");
  EXPECT_THROW(run(), core::SystemError);
  EXPECT_THAT(executor_.executed, IsEmpty());
}

TEST_F(SessionTest, StartsNoTrainingAfterItWasAskedToStop) {
  const std::vector<study::Workload> workloads = {test::fake_workload("a")};
  const study::Catalogue catalogue(workloads);
  const study::Study study;
  LocalExecutor executor(study, catalogue, folder_.path());
  const study::RunSpec spec = test::fake_run(workloads);
  stop_.now = true;
  RunObserver nobody;
  test::TemporaryFolder attempt;
  const RunResult result =
      executor.execute({spec, spec.id(), 1.0}, 1, attempt.path(), stop_.now, nobody);
  EXPECT_EQ(result.outcome.status, Status::interrupted);
  EXPECT_EQ(result.participants.size(), 1U);
  EXPECT_FALSE(std::filesystem::exists(attempt / "solo.stdout.log"));
  EXPECT_NO_THROW(record::from_document(to_document(result)));
}

TEST_F(SessionTest, SaysInTheAttemptWhyTheMachineCanNotGoOn) {
  for (const auto& [error, name] :
       {std::pair(ENOSPC, "disk_full"), std::pair(EMFILE, "system_failure")}) {
    executor_.on_execute = [error = error](const std::string& id) {
      if (id == "two") throw core::SystemError("can't write", error);
    };
    EXPECT_THROW(run(), core::SystemError);
    const std::vector<RunResult> attempts = store_.read_run("two");
    EXPECT_EQ(attempts.back().outcome.name, name);
    EXPECT_EQ(attempts.back().outcome.status, Status::interrupted);
    EXPECT_THAT(store_.unfinished_attempts(), IsEmpty());
    EXPECT_FALSE(std::filesystem::exists(folder_ / "session.reserve"));
  }
  executor_.on_execute = nullptr;
  EXPECT_EQ(run().ok, 2U);
}

TEST_F(SessionTest, CallsAnAttemptWithoutAResultCutOffAndMakesTheRunAgain) {
  store_.begin_attempt("two");
  folder_.write("runs/two/1/run.json", R"({"started_at":"2026-01-02T03:04:05.000Z"})");
  store_.begin_attempt("taken_out");  // of the study, before it had begun
  EXPECT_EQ(run().ok, 3U);
  const std::vector<RunResult> attempts = store_.read_run("two");
  ASSERT_EQ(attempts.size(), 2U);
  EXPECT_EQ(attempts[0].outcome.status, Status::interrupted);
  EXPECT_EQ(attempts[0].outcome.name, "cut_off");
  EXPECT_EQ(attempts[0].started_at, "2026-01-02T03:04:05.000Z");
  EXPECT_TRUE(attempts[1].outcome.ok());
  EXPECT_EQ(record::Index(record::Index::file_of(store_)).size(), 4);
}

TEST_F(SessionTest, EndsAfterTheRunInFlightWhenAskedTo) {
  executor_.on_execute = [this](const std::string& id) { stop_.after_run = id == "two"; };
  const SessionSummary summary = run();
  EXPECT_TRUE(summary.interrupted);
  EXPECT_EQ(summary.ok, 2U);
  EXPECT_THAT(executor_.executed, ElementsAre("one/1", "two/1"));
}

TEST_F(SessionTest, MakesARunAgainThatTheMachineSpoiltAfterAllOthersAndNotForEver) {
  executor_.outcomes["one"] = Status::invalid;
  executor_.outcome_name = "suspended";
  const SessionSummary summary = run({.retries = 2});
  EXPECT_THAT(executor_.executed, ElementsAre("one/1", "two/1", "three/1", "one/2", "one/3"));
  EXPECT_EQ(summary.made_again, 2U);
  EXPECT_EQ(summary.failed, 1U);
  EXPECT_EQ(run({.retries = 2}).failed_earlier, 1U) << "the limit holds over sessions";
  EXPECT_EQ(run({.retries = 3}).made_again, 0U);
  EXPECT_THAT(executor_.executed, ElementsAre("one/4"));
}

TEST_F(SessionTest, NeverMakesARunAgainThatTheTrainingSpoilt) {
  executor_.outcomes["one"] = Status::failed;
  executor_.outcome_name = "non_finite_loss";
  EXPECT_EQ(run({.retries = 2}).failed, 1U);
  EXPECT_THAT(executor_.executed, ElementsAre("one/1", "two/1", "three/1"));
}

}  // namespace
}  // namespace tandem::execute
