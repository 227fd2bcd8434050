#include "report/csv_tables.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "core/file.h"
#include "made_up_study.h"

namespace tandem::report {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CsvTablesTest : public testing::Test {
 protected:
  std::string table(const std::string& file) const {
    const analyse::StudyAnalysis analysis = analyse::analyse_study(study, plan, catalogue, results);
    for (const CsvTable& candidate : csv_tables(analysis)) {
      if (candidate.file == file) return candidate.content;
    }
    ADD_FAILURE() << "no " << file;
    return "";
  }
  static size_t lines(const std::string& content) {
    return static_cast<size_t>(std::count(content.begin(), content.end(), '\n'));
  }

  study::Catalogue catalogue = study::Catalogue::shipped();
  study::Study study = test::made_up_study(3, 1);
  study::Plan plan = study::make_plan(study, catalogue, "made-up");
  std::vector<record::RunResult> results = test::made_up_results(plan, catalogue, {.noise = 0.02});
};

TEST_F(CsvTablesTest, HaveARowForEachRunTrainingEffectAndTest) {
  EXPECT_THAT(table("runs.csv"), StartsWith("run_id,what,mode,repetition,"));
  EXPECT_EQ(lines(table("runs.csv")), 1 + plan.runs.size());
  EXPECT_EQ(lines(table("effects.csv")), 1u + 3 * 5 * analyse::effect_columns().size());
  EXPECT_EQ(lines(table("sensitivities.csv")), 1u + 3 * 2 * 4 * 3);
  EXPECT_THAT(table("tests.csv"), HasSubstr("H0 (Holm),sensitivity of energy to learning_rate"));
}

TEST_F(CsvTablesTest, NameTheDeviceThatMadeARun) {
  results[0].device = "GPU-7841fde4";
  EXPECT_THAT(table("runs.csv"), HasSubstr(",1,GPU-7841fde4,1,ok,ok,"));
}

TEST_F(CsvTablesTest, LeaveMissingNumbersEmptyAndListTheirReasons) {
  test::make_fail(results[0], "timeout", "no progress, for 300 s");
  const std::string effects = table("effects.csv");
  EXPECT_THAT(effects, Not(HasSubstr("nan")));
  EXPECT_THAT(table("missing.csv"), HasSubstr("effects,"));
  EXPECT_THAT(table("missing.csv"), HasSubstr("failed (timeout)"));
}

TEST_F(CsvTablesTest, DescribeEachColumnOfEachTableOnce) {
  const std::string dictionary = table("dictionary.csv");
  for (const char* name :
       {"runs", "trainings", "effects", "sensitivities", "partner_responses", "pairs", "trade_off",
        "best_settings", "tests", "noise_floors", "findings", "missing"}) {
    const std::string content = table(std::string(name) + ".csv");
    std::string header = content.substr(0, content.find('\n')) + ',';
    while (!header.empty()) {
      const std::string column = header.substr(0, header.find(','));
      header.erase(0, column.size() + 1);
      const std::string row = std::string("\n") + name + ',' + column + ',';
      const size_t place = dictionary.find(row);
      EXPECT_NE(place, std::string::npos) << name << ' ' << column;
      EXPECT_EQ(dictionary.find(row, place + 1), std::string::npos) << name << ' ' << column;
    }
  }
}

TEST_F(CsvTablesTest, AreDescribedInTheDocumentation) {
  const std::filesystem::path page =
      std::filesystem::path(TANDEM_TEST_FOLDER) / "../../docs/data-dictionary.md";
  EXPECT_EQ(core::read_file(page), data_dictionary_markdown())
      << "write it anew: build/dev/bin/make_data_dictionary >docs/data-dictionary.md";
}

TEST_F(CsvTablesTest, HaveAsManyCellsInEachRowAsInTheHeader) {
  test::make_fail(results[0], "timeout", "a \"quoted\", reason\nin lines");
  const analyse::StudyAnalysis analysis = analyse::analyse_study(study, plan, catalogue, results);
  for (const CsvTable& candidate : csv_tables(analysis)) {
    SCOPED_TRACE(candidate.file);
    size_t cells = 1, header_cells = 0, rows = 0;
    bool quoted = false;
    for (const char character : candidate.content) {
      if (character == '"') quoted = !quoted;
      if (quoted) continue;
      cells += character == ',';
      if (character != '\n') continue;
      if (rows == 0) header_cells = cells;
      EXPECT_EQ(cells, header_cells) << "row " << rows;
      ++rows;
      cells = 1;
    }
    EXPECT_FALSE(quoted);
    EXPECT_GT(rows, 1u);
  }
}

TEST_F(CsvTablesTest, HoldThePairsWithAndWithoutTheirMarkedRunsAndTheAdvice) {
  for (record::RunResult& run : results) {
    if (run.participants.size() == 2) run.cautions = {{"contaminated", "another process"}};
  }
  EXPECT_THAT(table("pairs.csv"), HasSubstr(",energy_saving,5,"));
  EXPECT_THAT(table("pairs.csv"), HasSubstr(",together,1\n"));
  EXPECT_THAT(table("missing.csv"), HasSubstr("percent_without_marked"));
  EXPECT_THAT(table("tests.csv"), HasSubstr("overall effects (Holm),energy_saving,true,%,"));
}

TEST_F(CsvTablesTest, QuoteWhatWouldBreakARowAndDisarmFormulas) {
  for (record::RunResult& run : results) {
    for (record::ParticipantResult& training : run.participants) {
      training.performance_metric = "=cmd(\"a\",\nb)";
    }
  }
  EXPECT_THAT(table("trainings.csv"), HasSubstr(",\"'=cmd(\"\"a\"\",\nb)\","));
}

}  // namespace
}  // namespace tandem::report
