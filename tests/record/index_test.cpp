#include "record/index.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "results.h"
#include "temporary_folder.h"

namespace tandem::record {
namespace {

std::string dump_of(const std::filesystem::path& file) {
  SQLite::Database database(file.string());
  std::string text;
  for (const char* table : {"runs", "trainings", "epochs"}) {
    SQLite::Statement rows(database, std::string("SELECT * FROM ") + table + " ORDER BY 1,2,3,4");
    while (rows.executeStep()) {
      for (int column = 0; column < rows.getColumnCount(); ++column) {
        text +=
            rows.getColumn(column).isNull() ? "NULL|" : rows.getColumn(column).getString() + "|";
      }
      text += "\n";
    }
  }
  return text;
}

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
  const std::string grown = dump_of(Index::file_of(store));
  std::vector<std::string> problems;
  EXPECT_EQ(Index::rebuild(store, problems), 3);
  EXPECT_EQ(dump_of(Index::file_of(store)), grown);
  EXPECT_TRUE(problems.empty());
  EXPECT_FALSE(std::filesystem::exists(Index::file_of(store).string() + ".new"));
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
