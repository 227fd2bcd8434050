#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "call_tandem.h"
#include "core/json.h"
#include "temporary_folder.h"

namespace tandem {
namespace {

using core::Json;
using test::Called;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// `tandem analyse --table` as a person calls it, on the example of docs/any-table.md.
class AnyTableTest : public ::testing::Test {
 protected:
  static std::string shipped(const std::string& file) {
    return core::shipped_file("docs/any-table/" + file).string();
  }
  /// A changed copy of the example's file.
  std::string changed(const std::string& file, const std::string& what, const std::string& with) {
    std::string text = core::read_file(shipped(file));
    const size_t place = text.find(what);
    EXPECT_NE(place, std::string::npos) << what;
    core::write_file_atomically(folder_.path() / file, text.replace(place, what.size(), with));
    return (folder_.path() / file).string();
  }
  Called analyse(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "analyse");
    return test::call_program("tandem", arguments, folder_.path());
  }

  test::TemporaryFolder folder_;
};

TEST_F(AnyTableTest, AnalysesTheExampleAndSaysThatItIsSimulated) {
  const Called called = analyse({"--table", shipped("runs.csv"), "--map", shipped("map.json")});
  EXPECT_EQ(called.exit_code, 0) << called.err;
  EXPECT_EQ(called.err, "");
  EXPECT_THAT(called.out, AllOf(HasSubstr("104 planned, 104 ok"),
                                HasSubstr("Simulated: nobody measured these runs"),
                                HasSubstr("1 model_01 + model_02")));
}

TEST_F(AnyTableTest, TheDocumentShowsTheExamplesMapping) {
  const std::string page = core::read_file(core::shipped_file("docs/any-table.md"));
  EXPECT_THAT(page, HasSubstr("```json\n" + core::read_file(shipped("map.json")) + "```"));
}

TEST_F(AnyTableTest, ReportsCellsWithRowAndColumnAndGoesOn) {
  const std::string table = changed("runs.csv", ",3.83355,", ",3.8 kJ,");
  const std::vector<std::string> arguments = {"--table", table, "--map", shipped("map.json")};
  const Called called = analyse(arguments);
  EXPECT_EQ(called.exit_code, 0);
  EXPECT_THAT(
      called.err,
      HasSubstr("runs.csv: row 2, column \"energy_kj\": found \"3.8 kJ\", expected a number "
                "without its unit"));
  std::vector<std::string> as_json = arguments;
  as_json.emplace_back("--json");
  const Json document = Json::parse(analyse(as_json).out);
  EXPECT_EQ(document["table"]["problem_count"], 1);
  EXPECT_EQ(document["table"]["problems"][0]["row"], 2);
  EXPECT_EQ(document["table"]["rows_left_out"], 0);
  EXPECT_THAT(document["pairs"], SizeIs(3));
}

TEST_F(AnyTableTest, WritesTidyTablesToo) {
  const std::string tables = (folder_.path() / "tables").string();
  const Called called =
      analyse({"--table", shipped("runs.csv"), "--map", shipped("map.json"), "--csv", tables});
  EXPECT_EQ(called.exit_code, 0) << called.err;
  EXPECT_THAT(core::read_file(folder_.path() / "tables" / "trainings.csv"),
              HasSubstr("table/model_02"));
}

TEST_F(AnyTableTest, MistakesEndWithExitCodeTwo) {
  const auto mistake = [&](const std::vector<std::string>& arguments) {
    const Called called = analyse(arguments);
    EXPECT_EQ(called.exit_code, 2) << called.err;
    EXPECT_EQ(called.out, "");
    return called.err;
  };
  EXPECT_THAT(mistake({"--table", shipped("runs.csv")}),
              HasSubstr("--table and --map go together"));
  EXPECT_THAT(mistake({}), HasSubstr("what to analyse: STUDY, or --table FILE --map FILE"));
  EXPECT_THAT(mistake({"study.json", "--table", "x", "--map", "y"}),
              HasSubstr("either STUDY or --table, not both"));
  EXPECT_THAT(mistake({"--table", "nowhere.csv", "--map", shipped("map.json")}),
              HasSubstr("can't open \"nowhere.csv\": No such file or directory"));
  const std::string map = changed("map.json", "\"kJ\"", "\"kw\"");
  EXPECT_THAT(mistake({"--table", shipped("runs.csv"), "--map", map}),
              AllOf(HasSubstr("$.columns.energy.unit"), HasSubstr("a unit: J, kJ")));
  const std::string table = changed("runs.csv", "duration_s", "duration");
  EXPECT_THAT(mistake({"--table", table, "--map", shipped("map.json")}),
              AllOf(HasSubstr("no column \"duration_s\""), HasSubstr("perhaps duration")));
}

}  // namespace
}  // namespace tandem
