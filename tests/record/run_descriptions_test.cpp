#include "record/run_descriptions.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "temporary_folder.h"

namespace tandem::record {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TableMap mapping(bool with_list = true) {
  TableMap map;
  map.model = "model";
  map.partner = "partner";
  map.performance = "result.accuracy";
  if (with_list) map.trainings = "trainings";
  return map;
}

DescribedRuns described(const std::vector<std::pair<std::string, std::string>>& documents,
                        const TableMap& map = mapping()) {
  std::vector<std::pair<std::string, core::Json>> parsed;
  for (const auto& [file, text] : documents)
    parsed.emplace_back(file, core::parse_json(text, file));
  return table_of_descriptions(parsed, map);
}

std::string mistake_in(const std::string& text) {
  try {
    described({{"r1.json", text}});
  } catch (const core::UserError& error) {
    return error.what();
  }
  return "";
}

TEST(RunDescriptions, BecomeRowsWithTheRunsMembersInEachTraining) {
  const DescribedRuns runs = described(
      {{"r1.json", R"({"seed": 1, "trainings": [{"model": "A", "result": {"accuracy": 0.5}},
                                              {"model": "B", "result": {"accuracy": 0.25}}]})"},
       {"r2.json", R"({"seed": 2, "trainings": [{"model": "A", "result": {"accuracy": null}}]})"}});
  EXPECT_EQ(runs.table,
            "model,partner,(file),result.accuracy,seed\n"
            "A,B,r1,0.5,\n"
            "B,A,r1,0.25,\n"
            "A,,r2,,\n");
  EXPECT_THAT(runs.places, ElementsAre("r1.json, $.trainings[0]", "r1.json, $.trainings[1]",
                                       "r2.json, $.trainings[0]"));
  EXPECT_EQ(runs.map.run, "(file)");
}

TEST(RunDescriptions, WithoutAListAreOneTrainingEach) {
  TableMap map = mapping(false);
  map.run = "id";
  const DescribedRuns runs =
      described({{"x.json", R"({"id": 7, "model": "A", "partner": "B"})"},
                 {"y.json", R"({"model": "B", "partner": "A", "ok": true})"}},
                map);
  EXPECT_EQ(runs.table, "model,partner,id,ok\nA,B,7,\nB,A,y,\n");
}

TEST(RunDescriptions, OfOneTrainingEachAreNotNamedByTheirFiles) {
  // Else the two of a pair could never be one run.
  const DescribedRuns runs = described({{"x.json", R"({"model": "A", "partner": "B"})"},
                                        {"y.json", R"({"model": "B", "partner": "A"})"}},
                                       mapping(false));
  EXPECT_EQ(runs.table, "model,partner\nA,B\nB,A\n");
  EXPECT_EQ(runs.map.run, "");
}

TEST(RunDescriptions, LeaveOutWhatMembersHoldThatTheMappingDoesNotName) {
  const core::Json document = {{"model", "A"},
                               {"partner", ""},
                               {"stdout", std::string(2 << 20, 'x')},
                               {std::string(300, 'n'), 1},
                               {"log", std::string("a\0b", 3)}};
  EXPECT_EQ(table_of_descriptions({{"r.json", document}}, mapping(false)).table,
            "model,partner,log,stdout\nA,,,\n");
}

TEST(RunDescriptions, QuoteWhatACsvNeedsQuoted) {
  const DescribedRuns runs =
      described({{"r.json", R"({"model": "a,\"b\"\nc", "partner": ""})"}}, mapping(false));
  EXPECT_THAT(runs.table, HasSubstr("\"a,\"\"b\"\"\nc\""));
}

TEST(RunDescriptions, NameWhatCanBeNoRow) {
  EXPECT_THAT(mistake_in("[]"), AllOf(HasSubstr("r1.json"), HasSubstr("a run description")));
  EXPECT_THAT(mistake_in("{}"), AllOf(HasSubstr("$.trainings"), HasSubstr("nothing")));
  EXPECT_THAT(mistake_in(R"({"trainings": []})"), HasSubstr("one training, or the two of a pair"));
  EXPECT_THAT(mistake_in(R"({"trainings": [{}, {}, {}]})"), HasSubstr("$.trainings"));
  EXPECT_THAT(mistake_in(R"({"trainings": [1]})"), HasSubstr("$.trainings[0]"));
  EXPECT_THAT(mistake_in(R"({"trainings": [{"model": "A\u0000"}]})"), HasSubstr("no byte 0"));
}

TEST(RunDescriptions, AreReadFromAFolderInTheOrderOfTheirNames) {
  const test::TemporaryFolder folder;
  folder.write("b.json", R"({"model": "B", "partner": ""})");
  folder.write("a.json", R"({"model": "A", "partner": ""})");
  folder.write("notes.txt", "not a run");
  EXPECT_THAT(read_run_descriptions(folder.path(), mapping(false)).places,
              ElementsAre("a.json", "b.json"));
  const auto mistake = [](const std::filesystem::path& path) -> std::string {
    try {
      read_run_descriptions(path, mapping(false));
    } catch (const core::UserError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(mistake(folder / "nowhere"), HasSubstr("No such file or directory"));
  std::filesystem::create_directory(folder / "empty");
  EXPECT_THAT(mistake(folder / "empty"), HasSubstr("a description of each run"));
  folder.write("c.json", "{\"model\": ");
  EXPECT_THAT(mistake(folder.path()), HasSubstr("c.json"));
}

}  // namespace
}  // namespace tandem::record
