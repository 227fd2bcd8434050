#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "call_tandem.h"
#include "core/json.h"
#include "older_study.h"
#include "record/run_store.h"
#include "report/mlflow_store.h"
#include "temporary_folder.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using core::Json;
using test::Called;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// `tandem export` as a person calls it.
class ExportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const Called imported =
        call({"import", "--table", older_.path("runs.csv"), "--map", older_.path("map.json"),
              "--traces", older_.path("power"), "--results", study()});
    ASSERT_EQ(imported.exit_code, 0) << imported.err;
  }
  Called call(const std::vector<std::string>& arguments) const {
    return test::call_program("tandem", arguments, calls_.path());
  }
  Called export_as(const std::string& format, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"export", study(), "--format",
                                          format,   "--out", (folder_ / "out").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return call(arguments);
  }
  std::string study() const { return (folder_ / "study").string(); }

  /// What the independent reader finds in a store; it checks the layout's rules.
  static Json read_store(const fs::path& mlruns, const fs::path& calls) {
    const std::string command = fmt::format(
        "/usr/bin/python3 '{}/mlflow_layout_check.py' '{}' >'{}/store.json' 2>'{}/problem'",
        TANDEM_MLFLOW_FOLDER, mlruns.string(), calls.string(), calls.string());
    EXPECT_EQ(std::system(command.c_str()), 0) << core::read_file(calls / "problem");
    return Json::parse(core::read_file(calls / "store.json"));
  }

  test::TemporaryFolder folder_;
  test::TemporaryFolder calls_;
  test::OlderStudy older_{folder_};
};

TEST_F(ExportTest, WritesTheSameTablesAsTheAnalysis) {
  ASSERT_EQ(export_as("csv").exit_code, 0);
  const std::string tables = (folder_ / "tables").string();
  ASSERT_EQ(call({"analyse", study(), "--csv", tables}).exit_code, 0);
  size_t files = 0;
  for (const auto& entry : fs::directory_iterator(tables)) {
    ++files;
    EXPECT_EQ(core::read_file(folder_ / "out" / entry.path().filename()),
              core::read_file(entry.path()));
  }
  EXPECT_GT(files, 10U);
  EXPECT_THAT(core::read_file(folder_ / "out/runs.csv"),
              AllOf(HasSubstr("imported_from"), HasSubstr("\"runs.csv, row 2\",5700,")));
}

TEST_F(ExportTest, WritesEveryResultAsJson) {
  const Called called = export_as("json", {"--json"});
  ASSERT_EQ(called.exit_code, 0) << called.err;
  EXPECT_EQ(Json::parse(called.out)["files"], 3);
  const Json results = Json::parse(core::read_file(folder_ / "out/results.json"));
  ASSERT_THAT(results, SizeIs(5));
  for (const char* member : {"scale", "device"}) {
    EXPECT_EQ(results[0]["spec"][member], "not stated");
  }
  EXPECT_EQ(results[0]["spec"]["participants"][0]["seed"], "not stated");
  EXPECT_EQ(Json::parse(core::read_file(folder_ / "out/analysis.json"))["study"]["device"],
            "not stated");
  EXPECT_EQ(results[0]["total_energy_joules"]["energy_source"], "imported");
  EXPECT_THAT(Json::parse(core::read_file(folder_ / "out/analysis.json"))["pairs"], SizeIs(1));
}

TEST_F(ExportTest, WritesAStoreThatKeepsMlflowsRules) {
  const Called called = export_as("mlflow");
  ASSERT_EQ(called.exit_code, 0) << called.err;
  EXPECT_THAT(called.out, HasSubstr("mlflow ui --backend-store-uri"));
  const Json store = read_store(folder_ / "out/mlruns", calls_.path());
  ASSERT_TRUE(store.contains("older"));
  // Three trainings alone, and two pairs of a run with one below it for each training.
  EXPECT_THAT(store["older"], SizeIs(3 + 2 * 3));
  size_t children = 0;
  for (const auto& [id, run] : store["older"].items()) {
    EXPECT_EQ(run["status"], "FINISHED");
    children += run["tags"].contains("mlflow.parentRunId") ? 1 : 0;
    if (run["tags"]["tandem.imported_from"] != "runs.csv, row 2") continue;
    EXPECT_EQ(run["metrics"]["total_energy_joules"], Json::parse("[[1700001060000, 6000.0, 0]]"));
    EXPECT_EQ(run["start_time"], 1700001000000);
    EXPECT_EQ(run["params"]["learning_rate"], "0.1");
    EXPECT_FALSE(run["params"].contains("seed")) << "nobody stated one";
    EXPECT_EQ(run["tags"]["tandem.energy_source"], "imported");
    EXPECT_EQ(run["tags"]["tandem.missing.cpu_energy_total_joules"], "no trace of the CPU's power");
  }
  EXPECT_EQ(children, 4U);
}

TEST_F(ExportTest, MistakesEndWithExitCodeTwo) {
  const Called unknown = export_as("xml");
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("xml"));
  folder_.write("out/file", "kept");
  const Called taken = export_as("csv");
  EXPECT_EQ(taken.exit_code, 2);
  EXPECT_THAT(taken.err, HasSubstr("out\" is there already: nothing is overwritten"));
  EXPECT_EQ(core::read_file(folder_ / "out/file"), "kept");
}

/// Runs whose texts and names are as bad as can be.
TEST_F(ExportTest, AStoreOfHostileNamesKeepsTheRulesToo) {
  const auto runs = record::RunStore(study()).read_all();
  record::RunResult run = runs.front();
  const std::string hostile = "../\xff\x1b[31m\"'\\\n: {yaml: [\u2028\ufeff\u0085\U0001F600é";
  run.run_id = hostile;
  run.outcome = {record::Outcome::Status::failed, hostile, hostile, hostile};
  run.started_at = hostile;
  run.cautions = {{hostile, std::string(20000, 'x')}};
  record::ParticipantResult& training = run.participants[0];
  training.spec.workload = hostile;
  training.spec.hyperparameters = {{"../../x", 1}, {"__/__/x", 2},     {"", 3},
                                   {"..", 4},      {"/etc/passwd", 5}, {std::string(400, 'n'), 6},
                                   {"lr%", 7},     {"lr$", 8},         {"naïve", 9}};
  training.epochs = {{1, 2.5, 0.75, {{"loss/é", 0.5}, {"total_energy_joules", 0.25}}, 1, 1},
                     {2, 5.0, 0.5, {{"loss/é", 0.125}, {"total_energy_joules", NAN}}, 1, 1}};
  const fs::path mlruns = folder_ / "a b%#/mlruns";
  for (const report::StoredFile& file : report::mlflow_store(hostile, {run}, mlruns)) {
    folder_.write("a b%#/mlruns" / file.path, file.content);
  }
  const Json store = read_store(mlruns, calls_.path());
  ASSERT_THAT(store, SizeIs(1));
  const std::string name = store.begin().key();
  EXPECT_THAT(name, AllOf(HasSubstr("\u2028\ufeff\u0085\U0001F600é"), HasSubstr("[31m\"'\\\n: {")));
  const Json& stored = store.begin().value().begin().value();
  EXPECT_EQ(stored["name"], name);
  EXPECT_EQ(stored["status"], "FAILED");
  EXPECT_EQ(stored["start_time"], 0);
  EXPECT_THAT(stored["tags"]["tandem.start_time"].get<std::string>(), HasSubstr("not known"));
  // Each parameter is there, with the name that it had.
  EXPECT_THAT(stored["params"], SizeIs(9));
  EXPECT_EQ(stored["params"]["lr_"], "8");
  EXPECT_EQ(stored["tags"]["tandem.name.params.lr_"], "lr$");
  EXPECT_EQ(stored["params"]["lr__2"], "7");
  EXPECT_EQ(stored["tags"]["tandem.name.params.lr__2"], "lr%");
  EXPECT_EQ(stored["params"]["na_ve"], "9");
  EXPECT_EQ(stored["metrics"]["loss__"], Json::parse("[[2500, 0.5, 1], [5000, 0.125, 2]]"));
  EXPECT_EQ(stored["metrics"]["train_loss"], Json::parse("[[2500, 0.75, 1], [5000, 0.5, 2]]"));
  EXPECT_EQ(stored["metrics"]["total_energy_joules_2"], Json::parse("[[2500, 0.25, 1]]"));
}

}  // namespace
}  // namespace tandem
