#include "record/study_progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temporary_folder.h"

namespace tandem::record {
namespace {

using ::testing::HasSubstr;
using Status = Outcome::Status;

/// A plan of three runs of 10 s, and a store to put results into.
class StudyProgressTest : public ::testing::Test {
 protected:
  StudyProgressTest() {
    for (const char* id : {"one", "two", "three"}) {
      study::PlannedRun run;
      run.id = id;
      run.expected_s = 10;
      plan_.runs.push_back(run);
    }
  }

  void finish(const std::string& run_id, Status status, const std::string& name,
              const std::string& ended_at = "2026-01-01T00:00:00.000Z") {
    RunResult result;
    result.run_id = run_id;
    result.attempt = store_.begin_attempt(run_id);
    result.outcome = {status, name, "what was seen", "what to do"};
    result.ended_at = ended_at;
    result.makespan_seconds = 5;
    result.total_energy_joules = {100, core::EnergySource::rapl, ""};
    store_.finish_attempt(result);
  }

  test::TemporaryFolder folder_;
  RunStore store_{folder_.path()};
  study::Plan plan_;
};

TEST_F(StudyProgressTest, CountsWhatIsNewEachTimeItIsAsked) {
  StudyProgress progress(plan_, 1, store_);
  EXPECT_FALSE(progress.refresh());
  EXPECT_EQ(progress.left(), 3U);
  EXPECT_DOUBLE_EQ(progress.left_s(), 30);

  finish("two", Status::ok, "ok");
  EXPECT_TRUE(progress.refresh());
  EXPECT_FALSE(progress.refresh());
  EXPECT_EQ(progress.ok(), 1U);
  EXPECT_EQ(progress.left(), 2U);
  EXPECT_DOUBLE_EQ(progress.left_s(), 10) << "the run took half of what was expected";
  EXPECT_DOUBLE_EQ(progress.energy_j().at("rapl"), 100);
  EXPECT_EQ(progress.latest().back().run_id, "two");
}

TEST_F(StudyProgressTest, LetsTheAttemptCountThatDecidesAndKeepsTheFailuresBeforeIt) {
  StudyProgress progress(plan_, 1, store_);
  finish("one", Status::failed, "out_of_memory", "2026-01-01T00:00:01.000Z");
  progress.refresh();
  EXPECT_EQ(progress.failed(), 1U);
  ASSERT_TRUE(progress.last_failure());
  EXPECT_EQ(progress.last_failure()->outcome.name, "out_of_memory");

  finish("one", Status::interrupted, "cut_off", "2026-01-01T00:00:02.000Z");
  progress.refresh();
  EXPECT_EQ(progress.failed(), 1U) << "an interrupted attempt tells less than a failed one";

  finish("one", Status::ok, "ok", "2026-01-01T00:00:03.000Z");
  progress.refresh();
  EXPECT_EQ(progress.failed(), 0U);
  EXPECT_EQ(progress.ok(), 1U);
  EXPECT_FALSE(progress.last_failure());
  EXPECT_EQ(progress.failed_attempts().at("out_of_memory"), 1U);
  EXPECT_EQ(progress.failures().size(), 1U);
}

TEST_F(StudyProgressTest, KeepsTheLatestFailuresOnlyAndCutsTheirTexts) {
  StudyProgress progress(plan_, 1, store_);
  for (size_t i = 0; i < StudyProgress::most_kept + 5; ++i) {
    RunResult result;
    result.run_id = "three";
    result.attempt = store_.begin_attempt("three");
    result.outcome = {Status::failed, "exit_code", std::string(100'000, 'x'), ""};
    result.ended_at = "2026-01-01T00:00:" + std::to_string(10 + i) + ".000Z";
    store_.finish_attempt(result);
  }
  progress.refresh();
  EXPECT_EQ(progress.failures().size(), StudyProgress::most_kept);
  EXPECT_EQ(progress.failures().front().attempt, 6);
  EXPECT_LE(progress.failures().front().outcome.message.size(),
            StudyProgress::longest_text_bytes + 3);
  EXPECT_EQ(progress.failed_attempts().at("exit_code"), StudyProgress::most_kept + 5);
}

TEST_F(StudyProgressTest, TellsOfAResultThatCantBeReadAndCountsItsRunAsLeft) {
  folder_.write("runs/one/1/result.json", "{\"run_id\":");
  StudyProgress progress(plan_, 1, store_);
  progress.refresh();
  EXPECT_EQ(progress.left(), 3U);
  ASSERT_EQ(progress.problems().size(), 1U);
  EXPECT_THAT(progress.problems().front(), HasSubstr("runs/one/1/result.json"));
  EXPECT_THAT(progress.problems().front(), HasSubstr("move the file away"));
}

}  // namespace
}  // namespace tandem::record
