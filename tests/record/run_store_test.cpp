#include "record/run_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "results.h"
#include "temporary_folder.h"

namespace tandem::record {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Outcome failed = {Outcome::Status::failed, "exit_code", "exit code 1", ""};

TEST(RunStore, NumbersAttemptsAndNeverUsesOneAgain) {
  const test::TemporaryFolder folder;
  const RunStore store(folder.path());
  EXPECT_EQ(store.begin_attempt("run"), 1);
  EXPECT_EQ(store.begin_attempt("run"), 2);
  std::filesystem::create_directories(store.attempt_folder("run", 10));
  EXPECT_EQ(store.begin_attempt("run"), 11);
}

TEST(RunStore, CountsAnAttemptOnlyOnceItsResultIsThere) {
  const test::TemporaryFolder folder;
  const RunStore store(folder.path());
  store.begin_attempt("run");
  EXPECT_FALSE(store.read_deciding("run").has_value());
  EXPECT_THAT(store.unfinished_attempts(), ElementsAre(store.attempt_folder("run", 1)));
  store.finish_attempt(test::solo_result("run", 1));
  EXPECT_TRUE(store.read_deciding("run").has_value());
  EXPECT_TRUE(store.unfinished_attempts().empty());
}

TEST(RunStore, DecidesForTheFirstAttemptThatIsOkElseForTheLast) {
  const test::TemporaryFolder folder;
  const RunStore store(folder.path());
  for (int attempt = 1; attempt <= 2; ++attempt) {
    store.begin_attempt("run");
    store.finish_attempt(test::solo_result("run", attempt, failed));
  }
  EXPECT_EQ(store.read_deciding("run")->attempt, 2);
  for (int attempt = 3; attempt <= 4; ++attempt) {
    store.begin_attempt("run");
    store.finish_attempt(test::solo_result("run", attempt));
  }
  EXPECT_EQ(store.read_deciding("run")->attempt, 3);
  EXPECT_EQ(store.read_all().size(), 4U);
}

TEST(RunStore, DoesNotForgetAFailureForAnInterruptedAttempt) {
  const test::TemporaryFolder folder;
  const RunStore store(folder.path());
  const Outcome interrupted = {Outcome::Status::interrupted, "interrupted", "", ""};
  int attempt = 0;
  for (const Outcome& outcome : {interrupted, failed, interrupted}) {
    store.begin_attempt("run");
    store.finish_attempt(test::solo_result("run", ++attempt, outcome));
  }
  EXPECT_EQ(store.read_deciding("run")->attempt, 2);
}

TEST(RunStore, ListsAResultThatCanNotBeReadAndReadsTheOthers) {
  const test::TemporaryFolder folder;
  const RunStore store(folder.path());
  store.begin_attempt("good");
  store.finish_attempt(test::solo_result("good", 1));
  folder.write("runs/bad/1/result.json", "{\"result_ver");
  folder.write("runs/notes.txt", "a file of somebody's");
  std::vector<std::string> problems;
  EXPECT_EQ(store.read_all(&problems).size(), 1U);
  EXPECT_THAT(problems, ElementsAre(HasSubstr("runs/bad/1/result.json")));
}

TEST(RunStore, GivesAnAttemptToTheFirstThatClaimsIt) {
  const test::TemporaryFolder folder;
  const RunStore store(folder.path());
  EXPECT_EQ(store.next_attempt("run"), 1);
  EXPECT_TRUE(store.claim_attempt("run", 3));
  EXPECT_FALSE(store.claim_attempt("run", 3));
  EXPECT_EQ(store.next_attempt("run"), 4);
  EXPECT_THAT(store.attempts("run"), ElementsAre(3));
}

TEST(RunStore, KeepsTheResultThatWasThereFirst) {
  const test::TemporaryFolder folder;
  const RunStore store(folder.path());
  store.claim_attempt("run", 1);
  EXPECT_TRUE(store.finish_if_unfinished(test::solo_result("run", 1)));
  record::Outcome lost;
  lost.status = Outcome::Status::interrupted;
  lost.name = "node_lost";
  EXPECT_FALSE(store.finish_if_unfinished(test::solo_result("run", 1, lost)));
  EXPECT_TRUE(store.read_attempt("run", 1).outcome.ok());
}

TEST(RunStore, TellsVeryManyResultsInOrder) {
  const test::TemporaryFolder folder;
  const RunStore store(folder.path());
  constexpr int runs = 300;  // of which some sixty are read at a time
  std::vector<std::string> written;
  for (int i = 0; i < runs; ++i) {
    written.push_back("run" + std::to_string(1000 + i));
    store.claim_attempt(written.back(), 1);
    store.finish_attempt(test::solo_result(written.back(), 1));
  }
  std::vector<std::string> told;
  store.for_each_result([&](const RunResult& result) { told.push_back(result.run_id); });
  EXPECT_EQ(told, written);
}

TEST(RunStore, OfAFolderThatIsNotThereIsEmpty) {
  const RunStore store("/proc/no/such/folder");
  EXPECT_TRUE(store.read_all().empty());
  EXPECT_FALSE(store.read_deciding("run").has_value());
  EXPECT_THROW(store.begin_attempt("run"), core::SystemError);
}

}  // namespace
}  // namespace tandem::record
