#include "record/index.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "core/error.h"
#include "index_rows.h"
#include "results.h"
#include "temporary_folder.h"

namespace tandem::record {
namespace {

TEST(Index, HoldsTheMetricsAndNullForWhatIsMissing) {
  const test::TemporaryFolder folder;
  Index index(folder / "index.sqlite");
  index.add(test::concurrent_result());
  SQLite::Database database((folder / "index.sqlite").string());
  SQLite::Statement row(database,
                        "SELECT gpu_energy_total_joules, cpu_energy_total_joules, "
                        "cpu_energy_source, mode FROM runs");
  ASSERT_TRUE(row.executeStep());
  EXPECT_TRUE(row.getColumn(0).isNull());
  EXPECT_EQ(row.getColumn(1).getDouble(), 40.5);
  EXPECT_EQ(row.getColumn(2).getString(), "estimated");
  EXPECT_EQ(row.getColumn(3).getString(), "concurrent");
  EXPECT_EQ(database.execAndGet("SELECT count(*) FROM trainings").getInt(), 2);
  EXPECT_EQ(database
                .execAndGet("SELECT role FROM trainings WHERE workload = "
                            "'examples/mnist_rnn'")
                .getString(),
            "B");
}

TEST(Index, RebuiltFromTheFoldersEqualsTheOneThatGrewWithThem) {
  const test::TemporaryFolder folder;
  const RunStore store(folder.path());
  {
    Index index(Index::file_of(store));
    for (const char* run : {"one", "two", "three"}) {
      const RunResult result = test::solo_result(run, store.begin_attempt(run));
      store.finish_attempt(result);
      index.add(result);
      index.add(result);  // a session that is killed after this may add it again
    }
  }
  const std::string grown = test::index_rows(Index::file_of(store));
  std::vector<std::string> problems;
  EXPECT_EQ(Index::rebuild(store, problems), 3);
  EXPECT_EQ(test::index_rows(Index::file_of(store)), grown);
  EXPECT_TRUE(problems.empty());
  EXPECT_FALSE(std::filesystem::exists(Index::file_of(store).string() + ".new"));
}

TEST(Index, AddsOnlyTheAttemptsThatItLacks) {
  const test::TemporaryFolder folder;
  const RunStore store(folder.path());
  Index index(Index::file_of(store));
  for (const char* run : {"one", "two", "three"}) {
    const RunResult result = test::solo_result(run, store.begin_attempt(run));
    store.finish_attempt(result);
    if (result.run_id != "two") index.add(result);
  }
  store.begin_attempt("two");  // and was cut off
  index.add_missing(store);
  index.add_missing(store);
  EXPECT_EQ(index.size(), 3);
  const std::string completed = test::index_rows(Index::file_of(store));
  std::vector<std::string> problems;
  Index::rebuild(store, problems);
  EXPECT_EQ(test::index_rows(Index::file_of(store)), completed);
}

// The journal of a session that was killed within a transaction belongs to the database that the
// new one takes the place of; applied to that it would undo pages it never had.
TEST(Index, BuiltAnewIsNotRolledBackByTheJournalOfAKilledSession) {
  const test::TemporaryFolder folder;
  const RunStore store(folder.path());
  const std::filesystem::path file = Index::file_of(store);
  const std::filesystem::path journal = file.string() + "-journal";
  Index(file).add(test::solo_result("zero", 1));
  {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
    database.exec("PRAGMA synchronous = OFF");
    SQLite::Transaction transaction(database);
    database.exec("DELETE FROM trainings");
    database.exec("DELETE FROM runs");
    ASSERT_EQ(::sqlite3_db_cacheflush(database.getHandle()), SQLITE_OK);
    std::filesystem::copy(file, folder / "file");
    std::filesystem::copy(journal, folder / "journal");
  }
  std::filesystem::rename(folder / "file", file);
  std::filesystem::rename(folder / "journal", journal);
  for (int run = 0; run < 40; ++run) {
    const std::string name = "run" + std::to_string(run);
    store.finish_attempt(test::solo_result(name, store.begin_attempt(name)));
  }
  std::vector<std::string> problems;
  EXPECT_EQ(Index::rebuild(store, problems), 40);
  EXPECT_FALSE(std::filesystem::exists(journal));
  EXPECT_EQ(Index(file).size(), 40);
}

TEST(Index, OfAnotherVersionIsFilledAnewFromTheFolders) {
  const test::TemporaryFolder folder;
  const RunStore store(folder.path());
  RunResult result = test::solo_result("one", store.begin_attempt("one"));
  result.device = "cores 0,1";
  store.finish_attempt(result);
  {
    SQLite::Database older(Index::file_of(store).string(),
                           SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    older.exec(
        "CREATE TABLE runs (run_id TEXT, attempt INTEGER); INSERT INTO runs VALUES ('one', 1)");
  }
  Index index(Index::file_of(store));
  index.add_missing(store);
  SQLite::Database database(Index::file_of(store).string());
  EXPECT_EQ(database.execAndGet("SELECT study_device FROM runs").getString(), "cores 0,1");
}

TEST(Index, NamesAFileThatIsNoDatabase) {
  const test::TemporaryFolder folder;
  const auto file = folder.write("index.sqlite", std::string(4096, 'x'));
  try {
    Index index(file);
    FAIL() << "no error";
  } catch (const core::SystemError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr(file.string()));
  }
}

}  // namespace
}  // namespace tandem::record
