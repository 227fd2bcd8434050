#include "record/imported_study.h"

#include <gmock/gmock.h>

#include <set>
#include <sstream>

#include "core/error.h"
#include "temporary_folder.h"

namespace tandem::record {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

constexpr auto mapping = R"({
  "name": "../older <b>study</b>",
  "columns": {"model": "model", "partner": "beside", "run": "run", "repetition": "rep",
              "hyperparameters": {"learning_rate": "lr"},
              "duration": {"column": "s", "unit": "s"}},
  "models": {"../../etc/passwd": {"defaults": {"learning_rate": 0.1}, "memory_mb": 10},
             "large": {"defaults": {"learning_rate": 0.03}}},
  "traces": {"file": "trace", "window": {"start": "from", "end": "to", "format": "unix_s"},
             "time": {"column": "t", "format": "unix_s"},
             "signals": {"gpu_power": {"column": "w", "unit": "W"}},
             "longest_gap_s": 5, "measured_by": "meter"}
})";
constexpr auto rows =
    "model,beside,run,rep,lr,s,trace,from,to\n"
    "../../etc/passwd,,s,1,0.1,10,s.csv,100,110\n"
    "large,,l,1,0.03,20,l.csv,200,220\n"
    "large,,m,1,0.01,21,m.csv,300,later\n"
    "../../etc/passwd,large,c,1,0.1,12,c.csv,400,412\n"
    "large,../../etc/passwd,c,1,0.03,25,c.csv,400,425\n";

struct Made {
  RunTable table;
  std::map<std::uint32_t, RowTrace> traces;
  ImportProblems problems;
  TableStudy study;
};

Made made_of(const std::string& text) {
  std::istringstream in(text);
  RunTable table = read_run_table(
      in, "runs.csv", parse_table_map(core::parse_json(mapping, "map.json"), "map.json"));
  std::istringstream again(text);
  ImportProblems problems;
  std::map<std::uint32_t, RowTrace> traces = read_row_traces(again, "runs.csv", table, problems);
  TableStudy study = study_of(table);
  return {std::move(table), std::move(traces), std::move(problems), std::move(study)};
}

TEST(ImportedStudy, ReadsTheTracesAndTimesOfEachRow) {
  const Made made = made_of(rows);
  ASSERT_EQ(made.traces.size(), 5U);
  EXPECT_EQ(made.traces.at(2).file, "s.csv");
  EXPECT_EQ(made.traces.at(2).run, "s");
  EXPECT_EQ(made.traces.at(6).end_s, 425);
  EXPECT_EQ(made.traces.at(4).end_s, std::nullopt);
  ASSERT_EQ(made.problems.list().size(), 1U);
  EXPECT_EQ(
      made.problems.list()[0].text(),
      "runs.csv: row 4, column \"to\": found \"later\", expected seconds since 1970 (the time "
      "is missing)");
  EXPECT_THAT(made.table.unmapped_columns, IsEmpty());
}

TEST(ImportedStudy, ListsNamesThatStandForMoreThanOneRun) {
  std::string text = rows;
  text.replace(text.find(",m,1"), 4, ",l,1");
  const Made made = made_of(text);
  EXPECT_THAT(made.problems.list().back().text(),
              HasSubstr("row 4, column \"run\": found \"l\", expected another name: row 3 has it, "
                        "which is another run (both rows stay)"));
}

TEST(ImportedStudy, FindsTheRowsOfEachRun) {
  std::set<std::vector<std::uint32_t>> found;
  for (const RunResult& result : made_of(rows).study.results) found.insert(rows_of(result));
  EXPECT_THAT(found, testing::UnorderedElementsAre(ElementsAre(2), ElementsAre(3), ElementsAre(4),
                                                   ElementsAre(5, 6)));
}

TEST(ImportedStudy, NamesRunsSafelyWhateverTheirModelsAreCalled) {
  Made made = made_of(rows);
  name_like_recorded(made.study);
  std::set<std::string> ids;
  for (const study::PlannedRun& run : made.study.plan.runs) {
    EXPECT_THAT(run.id, MatchesRegex("[-A-Za-z0-9_.+]+"));
    EXPECT_EQ(run.id, run.spec.id());
    EXPECT_TRUE(ids.insert(run.id).second) << run.id;
  }
  for (const RunResult& result : made.study.results) {
    EXPECT_TRUE(ids.contains(result.run_id)) << result.run_id;
    EXPECT_THAT(result.spec.instance, HasSubstr("row"));
    EXPECT_EQ(result.machine.machine_class(), "imported: not stated");
  }
}

TEST(ImportedStudy, ComesBackFromItsFolderAsItWas) {
  Made made = made_of(rows);
  name_like_recorded(made.study);
  const test::TemporaryFolder folder;
  const core::Json document = study_document(made.study);
  EXPECT_TRUE(is_imported_study(document));
  folder.write("study.json", document.dump());
  folder.write("plan.json", plan_document(made.study.plan).dump());
  const TableStudy copy = read_imported_study(folder.path());
  EXPECT_EQ(study_document(copy), document);
  EXPECT_EQ(plan_document(copy.plan), plan_document(made.study.plan));
  EXPECT_TRUE(std::isnan(copy.catalogue.at("table/large").catalogue.memory_mb));
  for (const study::StudyPair& pair : copy.study.pairs) {
    const auto settings = study::settings_of(copy.study, pair, copy.catalogue);
    const auto expected = study::settings_of(made.study.study, pair, made.study.catalogue);
    ASSERT_EQ(settings.size(), expected.size());
    for (size_t i = 0; i < settings.size(); ++i) EXPECT_EQ(settings[i].value, expected[i].value);
  }
}

TEST(ImportedStudy, ThatSomebodyChangedIsRefusedWithItsFile) {
  Made made = made_of(rows);
  name_like_recorded(made.study);
  const test::TemporaryFolder folder;
  const auto refusal = [&](core::Json study, core::Json plan) -> std::string {
    folder.write("study.json", study.dump());
    folder.write("plan.json", plan.dump());
    try {
      read_imported_study(folder.path());
    } catch (const core::SystemError& error) {
      return error.what();
    }
    return "";
  };
  const core::Json study = study_document(made.study);
  const core::Json plan = plan_document(made.study.plan);
  core::Json changed = study;
  changed["imported_study"] = 9;
  EXPECT_THAT(refusal(changed, plan), HasSubstr("imported_study is 9, this tandem reads 1"));
  changed = study;
  changed["models"].erase(0);
  EXPECT_THAT(refusal(changed, plan), HasSubstr("../../etc/passwd"));
  changed = plan;
  changed["cells"][0]["run"] = 99;
  EXPECT_THAT(refusal(study, changed), HasSubstr("plan.json"));
  changed = plan;
  changed.erase("cells");
  EXPECT_THAT(refusal(study, changed), HasSubstr("not what tandem import wrote"));
}

}  // namespace
}  // namespace tandem::record
