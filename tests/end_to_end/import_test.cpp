#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "call_tandem.h"
#include "core/json.h"
#include "older_study.h"
#include "record/run_store.h"
#include "temporary_folder.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using core::Json;
using test::Called;
using test::OlderStudy;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// `tandem import` as a person calls it, on a synthetic older study.
class ImportTest : public ::testing::Test {
 protected:
  Called call(const std::vector<std::string>& arguments) const {
    return test::call_program("tandem", arguments, calls_.path());
  }
  std::vector<std::string> arguments(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = {"import",
                                    "--table",
                                    older_.path("runs.csv"),
                                    "--map",
                                    older_.path("map.json"),
                                    "--traces",
                                    older_.path("power"),
                                    "--results",
                                    study()};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Called import(const std::vector<std::string>& more = {}) const { return call(arguments(more)); }
  std::string study() const { return (folder_ / "study").string(); }

  /// Writes a changed copy in the place of one of the older study's files.
  void change(const std::string& file, const std::string& what, const std::string& with) const {
    std::string text = core::read_file(folder_ / file);
    const size_t place = text.find(what);
    ASSERT_NE(place, std::string::npos) << what;
    folder_.write(file, text.replace(place, what.size(), with));
  }
  record::RunResult result(const std::string& name) const {
    for (const record::RunResult& candidate : record::RunStore(study()).read_all()) {
      if (candidate.imported && candidate.imported->name == name) return candidate;
    }
    ADD_FAILURE() << "no run " << name;
    return {};
  }
  /// Of an import that must not succeed: what it says. It leaves nothing behind.
  std::string mistake(const Called& called) const {
    EXPECT_EQ(called.exit_code, 2) << called.err;
    EXPECT_EQ(called.out, "");
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("study"))) << "half-written";
    }
    return called.err;
  }

  test::TemporaryFolder folder_;
  test::TemporaryFolder calls_;
  OlderStudy older_{folder_};
};

TEST_F(ImportTest, IntegratesTheTracesAndKeepsWhatTheSourceSaid) {
  const Called called = import();
  ASSERT_EQ(called.exit_code, 0) << called.err;
  EXPECT_EQ(called.err, "");
  EXPECT_THAT(called.out, AllOf(HasSubstr("5 runs of 5, 0 failed"), HasSubstr("problems    0")));
  const record::RunResult small = result("s");
  EXPECT_DOUBLE_EQ(*small.gpu_energy_total_joules.joules, 6000);
  EXPECT_EQ(small.total_energy_joules.source, core::EnergySource::imported);
  EXPECT_EQ(small.total_energy_joules.model,
            "gpu_power by synthetic trace, integrated from its trace");
  EXPECT_EQ(small.cpu_energy_total_joules.joules.reason(), "no trace of the CPU's power");
  EXPECT_DOUBLE_EQ(*small.imported->stated_energy_joules, 5700);
  EXPECT_NEAR(*small.imported->energy_difference_percent, 100.0 * 300 / 5700, 1e-9);
  EXPECT_DOUBLE_EQ(*small.gpu_power_avg_watts, 100);
  EXPECT_DOUBLE_EQ(*small.gpu_util_avg_percent, 50);
  EXPECT_DOUBLE_EQ(*small.participants[0].duration_seconds, 60);
  EXPECT_EQ(small.participants[0].barrier, "as measured elsewhere");
  EXPECT_EQ(small.started_at, "2023-11-14T22:30:00.000Z");
  ASSERT_THAT(small.cautions, SizeIs(1));
  EXPECT_EQ(small.cautions[0].message,
            "the trace gives 6 kJ, +5.3 % against the 5.7 kJ that the source states");
  EXPECT_DOUBLE_EQ(*result("l").total_energy_joules.joules, 3600);
  const record::RunResult pair = result("c");
  EXPECT_DOUBLE_EQ(*pair.total_energy_joules.joules, 8000);
  EXPECT_DOUBLE_EQ(*pair.makespan_seconds, 80);
  EXPECT_DOUBLE_EQ(*pair.start_skew_seconds, 2);
  EXPECT_DOUBLE_EQ(*pair.overlap_fraction, 68.0 / 78);
  EXPECT_FALSE(pair.participants[0].gpu_energy_share_joules);
}

TEST_F(ImportTest, WritesAStudyThatTheOtherCommandsReadLikeARecordedOne) {
  ASSERT_EQ(import().exit_code, 0);
  const Called analysed = call({"analyse", study()});
  EXPECT_EQ(analysed.exit_code, 0) << analysed.err;
  EXPECT_THAT(analysed.out,
              AllOf(HasSubstr("5 planned, 5 ok"), HasSubstr("imported"),
                    HasSubstr("Imported: 5 of the runs that count were measured elsewhere")));
  const Json document = Json::parse(call({"analyse", study(), "--json"}).out);
  // The pair's 8000 J against 6000 J and 3600 J alone.
  EXPECT_THAT(document.dump(), HasSubstr("0.16666666666666666"));
  const Called reported = call({"report", study()});
  EXPECT_EQ(reported.exit_code, 0) << reported.err;
  EXPECT_TRUE(fs::exists(folder_ / "study/report.html"));
  const Called indexed = call({"index", study()});
  EXPECT_EQ(indexed.exit_code, 0) << indexed.err;
  EXPECT_THAT(indexed.out, HasSubstr("5 attempts"));
  const Called status = call({"status", study()});
  EXPECT_THAT(status.out, AllOf(HasSubstr("5 planned: 5 ok, 0 failed, 0 left (imported"),
                                HasSubstr("(imported)")));
  for (const char* command : {"run", "plan"}) {
    const Called refused = call({command, study()});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_THAT(refused.err, HasSubstr("was imported: its runs were made elsewhere"));
  }
}

TEST_F(ImportTest, OverwritesNothing) {
  ASSERT_EQ(import().exit_code, 0);
  const std::string before = core::read_file(folder_ / "study/study.json");
  const Called again = import();
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, HasSubstr("study\" is there already: nothing is overwritten"));
  EXPECT_EQ(core::read_file(folder_ / "study/study.json"), before);
}

TEST_F(ImportTest, ADryRunWritesNothingAndTellsTheSame) {
  change("power/small.csv", ",100,50\n", ",100 W,50\n");
  const Called dry = import({"--dry-run"});
  EXPECT_EQ(dry.exit_code, 0);
  EXPECT_FALSE(fs::exists(study()));
  EXPECT_THAT(dry.out, HasSubstr("none: a dry run"));
  EXPECT_THAT(dry.err, HasSubstr("small.csv: row 2, column \"watts\": found \"100 W\""));
  Json document = Json::parse(import({"--dry-run", "--json"}).out);
  EXPECT_EQ(document["problem_count"], 1);
  EXPECT_EQ(document["problems"][0]["row"], 2);
  EXPECT_EQ(document["folder"], nullptr);
  Json written = Json::parse(import({"--json"}).out);
  for (Json* each : {&document, &written}) {
    for (const char* member : {"imported_at", "folder", "dry_run"}) each->erase(member);
  }
  EXPECT_EQ(document, written);
}

TEST_F(ImportTest, ListsWhatCanNotBeMeant) {
  // A gap in l's trace, one that runs backwards, a missing one, watts that are milliwatts, a run
  // that failed, a name twice, a cell of text.
  std::string gap = core::read_file(folder_ / "power/large.csv");
  const size_t from = gap.find("1700002010,");
  folder_.write("power/large.csv", gap.erase(from, gap.find("1700002025,") - from));
  change("power/large_lr.csv", "1700003010,", "1700003001,");
  fs::remove(folder_ / "power/pair.csv");
  older_.trace("pair_lr.csv", 5000, 80, [](double) { return 150000.0; });
  folder_.write("power/unused.csv", "timestamp,watts,util\n");
  change("runs.csv", "large,,m,done", "large,,s,crashed");
  change("runs.csv", "0.05,12,0.71", "0.05,twelve,0.71");
  const Called called = import();
  ASSERT_EQ(called.exit_code, 0) << called.err;
  EXPECT_THAT(
      called.err,
      AllOf(
          HasSubstr("large.csv: column \"watts\": found no samples for 16 s of the run's 40 s"),
          HasSubstr("begins 9 s after the start, and at most 5 s are bridged"),
          HasSubstr("large_lr.csv: row 12, column \"timestamp\": found \"1700003001\", 8 s before"),
          HasSubstr("column \"trace\": found \"pair.csv\""), HasSubstr("isn't there"),
          HasSubstr("pair_lr.csv: column \"watts\": found a mean of 1.5e+05 W"),
          HasSubstr("in mW it would be 150 W"),
          HasSubstr("row 4, column \"run\": found \"s\", expected another name"),
          HasSubstr("row 8, column \"kj\": found \"twelve\"")));
  EXPECT_THAT(called.err, HasSubstr("1 traces that no run uses, such as \"unused.csv\""));
  EXPECT_THAT(called.out, HasSubstr("1 failed"));
  const record::RunResult gapped = result("l");
  EXPECT_THAT(gapped.total_energy_joules.joules.reason(), HasSubstr("no samples for 16 s"));
  EXPECT_EQ(gapped.total_energy_joules.source, core::EnergySource::none);
  // 50·9 + 9² before the gap and 50·15 + (40² − 25²) behind it.
  EXPECT_DOUBLE_EQ(*gapped.imported->signals[0].seen_joules, 450 + 81 + 750 + 975);
  EXPECT_EQ(gapped.imported->signals[0].missing_s, 16);
  EXPECT_THAT(result("c").total_energy_joules.joules.reason(), HasSubstr("isn't there"));
  EXPECT_DOUBLE_EQ(*result("d").total_energy_joules.joules, 150000.0 * 80) << "never rescaled";
  const Json report = Json::parse(core::read_file(folder_ / "study/import.json"));
  EXPECT_EQ(report["failed_runs"][0]["source"], "runs.csv, row 4");
}

TEST_F(ImportTest, KeepsTheEnergyThatTheSourceStatesOfEachTraining) {
  change("map.json", "\"of\": \"run\"", "\"of\": \"training\"");
  change("runs.csv", "large,small,c,done,0.01,8", "large,small,c,done,0.01,5");
  ASSERT_EQ(import().exit_code, 0);
  const record::RunResult pair = result("c");
  EXPECT_FALSE(pair.participants[0].gpu_energy_share_joules);
  EXPECT_DOUBLE_EQ(*pair.imported->stated_energy_joules, 13000);
  ASSERT_THAT(pair.imported->stated_training_energy_joules, SizeIs(2));
  EXPECT_DOUBLE_EQ(*pair.imported->stated_training_energy_joules[0], 8000);
  EXPECT_DOUBLE_EQ(*pair.imported->stated_training_energy_joules[1], 5000);
}

TEST_F(ImportTest, ARunThatFailedStaysFailedWhereItsTrainingsNeverOverlapped) {
  change("runs.csv", "large,small,c,done,0.01,8,0.79,pair.csv,1700004002,1700004080",
         "large,small,c,crashed,0.01,8,0.79,pair.csv,1700004072,1700004080");
  change("runs.csv", "large,small,d,done,0.05,12,0.71,pair_lr.csv,1700005000,1700005080",
         "large,small,d,done,0.05,12,0.71,pair_lr.csv,1700005071,1700005080");
  const Called called = import();
  EXPECT_THAT(called.err,
              AllOf(HasSubstr("the two trainings of a run 2 s apart, expected trainings "
                              "at the same time (the run failed anyway)"),
                    HasSubstr("1 s apart, expected trainings at the same time (the run "
                              "is invalid)")));
  EXPECT_EQ(result("c").outcome.name, "failed");
  EXPECT_EQ(result("d").outcome.name, "no_overlap");
}

TEST_F(ImportTest, GivesNoRunTheJoulesOfAnotherInTheSameTrace) {
  // All of l and m in one trace, m's window 10 s into l's; the pairs' windows only touch.
  older_.trace("large.csv", 2000, 100, OlderStudy::constant);
  change("runs.csv", "large_lr.csv,1700003000,1700003040", "./large.csv,1700002030,1700002070");
  older_.trace("pair.csv", 4000, 200, OlderStudy::constant);
  for (int row = 0; row < 2; ++row)
    change("runs.csv", "pair_lr.csv,1700005000", "pair.csv,1700004080");
  for (const char* end : {"1700005070", "1700005080"}) change("runs.csv", end, "1700004160");
  const Called called = import();
  ASSERT_EQ(called.exit_code, 0) << called.err;
  EXPECT_THAT(called.err,
              AllOf(HasSubstr("row 3, column \"trace\": found \"large.csv\" for a time that "
                              "runs.csv, row 4 has too"),
                    HasSubstr("found \"./large.csv\" for a time that runs.csv, row 3 has too"),
                    HasSubstr("(neither run has an energy)")));
  for (const char* run : {"l", "m"}) {
    EXPECT_THAT(result(run).total_energy_joules.joules.reason(),
                HasSubstr("was made at the same time by the same trace"));
  }
  EXPECT_DOUBLE_EQ(*result("c").total_energy_joules.joules, 8000);
  EXPECT_DOUBLE_EQ(*result("d").total_energy_joules.joules, 8000);
}

TEST_F(ImportTest, ATraceThatIsNoCsvCostsItsOwnRunAlone) {
  change("power/small.csv", "timestamp,watts", "timestamp,\"watts");
  folder_.write("power/large.csv", std::string("t\0i\0m\0e\0", 8));
  const Called called = import();
  ASSERT_EQ(called.exit_code, 0) << called.err;
  EXPECT_THAT(called.err, AllOf(HasSubstr("a quote that is never closed"), HasSubstr("a byte 0")));
  EXPECT_THAT(result("s").total_energy_joules.joules.reason(), HasSubstr("it is no CSV"));
  EXPECT_THAT(result("l").total_energy_joules.joules.reason(), HasSubstr("it is no CSV"));
  EXPECT_DOUBLE_EQ(*result("c").total_energy_joules.joules, 8000);
}

TEST_F(ImportTest, TakesNeitherTheTableNorTheNewStudyForTraces) {
  // All in one folder, as many keep it.
  std::string table = core::read_file(folder_ / "runs.csv");
  for (size_t at = 0; (at = table.find(".csv", at)) != std::string::npos; at += 4) {
    const size_t name = table.rfind(',', at) + 1;
    table.insert(name, "power/");
    at += 6;
  }
  folder_.write("runs.csv", table);
  const Called called =
      call({"import", "--table", older_.path("runs.csv"), "--map", older_.path("map.json"),
            "--traces", folder_.path().string(), "--results", study()});
  ASSERT_EQ(called.exit_code, 0) << called.err;
  EXPECT_EQ(called.err, "");
}

TEST_F(ImportTest, MarksARunWhoseDurationIsNotThatOfItsTimes) {
  change("map.json", "\"performance\"",
         "\"duration\": {\"column\": \"s\", \"unit\": \"s\"}, \"performance\"");
  std::string table = core::read_file(folder_ / "runs.csv");
  table.insert(table.find('\n'), ",s");
  for (const auto& [end, length] : {std::pair("1060\n", ",120"), std::pair("2040\n", ",41")}) {
    table.insert(table.find(end) + 4, length);
  }
  for (const char* end : {"3040\n", "4070\n", "4080\n", "5070\n", "5080\n"}) {
    table.insert(table.find(end) + 4, ",");
  }
  folder_.write("runs.csv", table);
  ASSERT_EQ(import().exit_code, 0);
  const record::RunResult small = result("s");
  ASSERT_FALSE(small.cautions.empty());
  EXPECT_EQ(small.cautions[0].name, "imported_duration_differs");
  EXPECT_EQ(
      small.cautions[0].message,
      "the source states a duration of 120 s, +100.0 % against the 60 s of its start and end");
  EXPECT_THAT(result("l").cautions, IsEmpty());
}

TEST_F(ImportTest, MistakesEndWithExitCodeTwoAndLeaveNothing) {
  EXPECT_THAT(mistake(call({"import", "--map", older_.path("map.json"), "--results", study()})),
              HasSubstr("--table FILE or --descriptions DIR, one of them"));
  EXPECT_THAT(mistake(call({"import", "--table", older_.path("runs.csv"), "--map",
                            older_.path("map.json"), "--results", study()})),
              AllOf(HasSubstr("$.traces"), HasSubstr("their folder: --traces DIR")));
  EXPECT_THAT(mistake(call({"import", "--table", older_.path("runs.csv"), "--map",
                            older_.path("map.json"), "--traces", "nowhere"})),
              HasSubstr("\"nowhere\" is no folder of traces"));
  change("power/small.csv", "timestamp,watts", "timestamp,wats");
  EXPECT_THAT(mistake(import()), AllOf(HasSubstr("small.csv"), HasSubstr("no column \"watts\""),
                                       HasSubstr("perhaps wats")));
  change("runs.csv", "trace,from", "tracks,from");
  EXPECT_THAT(mistake(import()), AllOf(HasSubstr("runs.csv"), HasSubstr("no column \"trace\"")));
  change("map.json", "\"longest_gap_s\": 5,", "");
  EXPECT_THAT(mistake(import()), AllOf(HasSubstr("map.json"), HasSubstr("$.traces.longest_gap_s")));
  const Called analysed =
      call({"analyse", "--table", older_.path("runs.csv"), "--map", older_.path("map.json")});
  EXPECT_EQ(analysed.exit_code, 2);
}

TEST_F(ImportTest, HostileNamesReachNothing) {
  folder_.write("outside.csv", core::read_file(folder_ / "power/small.csv"));
  fs::create_symlink(folder_ / "outside.csv", folder_ / "power/link.csv");
  change("runs.csv", "small.csv", "../outside.csv");
  change("runs.csv", "large.csv", "link.csv");
  change("runs.csv", "pair.csv", "\x1b]0;title\x07.csv");
  change("runs.csv", "pair.csv", "\x1b]0;title\x07.csv");
  change("runs.csv", "0.05,12,0.71", "0.05,\x1b[2J,0.71");
  folder_.write("power/\x1b[31m.csv", "timestamp,watts,util\n");
  change("runs.csv", "large_lr.csv", older_.path("outside.csv"));
  for (const std::string file : {"map.json", "runs.csv"}) {
    std::string text = core::read_file(folder_ / file);
    for (size_t at = text.find("small"); at != std::string::npos; at = text.find("small", at)) {
      text.replace(at, 5, "../<script>alert(1)</script>");
    }
    folder_.write(file, text);
  }
  const Called called = import();
  ASSERT_EQ(called.exit_code, 0) << called.err;
  EXPECT_THAT(called.err, HasSubstr("the trace \"\\x1b]0;title"));
  for (const std::string* said : {&called.out, &called.err}) {
    EXPECT_EQ(said->find_first_of("\x1b\x07"), std::string::npos) << *said;
  }
  EXPECT_THAT(called.err, AllOf(HasSubstr("leads out of the folder of traces"),
                                HasSubstr("is no file in the folder of traces")));
  for (const char* run : {"s", "l", "m"}) {
    EXPECT_FALSE(result(run).total_energy_joules.joules) << run;
  }
  for (const auto& entry : fs::directory_iterator(folder_ / "study/runs")) {
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("<")));
  }
  ASSERT_EQ(call({"report", study()}).exit_code, 0);
  EXPECT_THAT(core::read_file(folder_ / "study/report.html"),
              Not(HasSubstr("<script>alert(1)</script>")));
}

TEST_F(ImportTest, ReadsRunDescriptionsInJson) {
  folder_.write("runs/1.json", R"({"trace": "small.csv", "from": "2023-11-14T22:30:00Z",
    "to": "2023-11-14T23:31:00+01:00",
    "trainings": [{"model": "small", "status": "done", "hp": {"lr": 0.1}, "kj": 6, "accuracy": 0.9}]})");
  folder_.write("runs/2.json", R"({"trace": "large.csv", "from": "2023-11-14T22:46:40Z",
    "to": "2023-11-14T22:47:20Z",
    "trainings": [{"model": "large", "status": "done", "hp": {"lr": 0.01}, "kj": 3.6}]})");
  folder_.write("runs/3.json", R"({"trace": "large_lr.csv", "from": "2023-11-14T23:03:20Z",
    "to": "2023-11-14T23:04:00Z",
    "trainings": [{"model": "large", "status": "done", "hp": {"lr": "high"}}]})");
  folder_.write("runs/4.json", R"({"trace": "pair.csv", "from": "2023-11-14T23:20:00Z",
    "to": "2023-11-14T23:21:20Z", "status": "done",
    "trainings": [{"model": "small", "hp": {"lr": 0.1}, "kj": 8, "accuracy": 0.9},
                  {"model": "large", "hp": {"lr": 0.01}, "kj": 8, "accuracy": 0.9}]})");
  change("map.json", "\"lr\"}", "\"hp.lr\"}");
  change("map.json", "\"run\": \"run\",", "");
  change("map.json", "\"columns\"", "\"trainings\": \"trainings\", \"columns\"");
  change("map.json", "\"to\", \"format\": \"unix_s\"", "\"to\", \"format\": \"iso8601\"");
  const Called called =
      call({"import", "--descriptions", older_.path("runs"), "--map", older_.path("map.json"),
            "--traces", older_.path("power"), "--results", study()});
  ASSERT_EQ(called.exit_code, 0) << called.err;
  EXPECT_THAT(called.err, HasSubstr("3.json, $.trainings[0]: column \"hp.lr\": found \"high\""));
  EXPECT_DOUBLE_EQ(*result("1").total_energy_joules.joules, 6000);
  EXPECT_EQ(result("1").imported->source, "1.json, $.trainings[0]");
  EXPECT_NEAR(*result("2").total_energy_joules.joules, 3600, 1e-9);
  EXPECT_NEAR(*result("4").total_energy_joules.joules, 8000, 1e-9);
}

TEST_F(ImportTest, ATableWithoutTracesKeepsItsOwnEnergy) {
  const std::string table = core::shipped_file("docs/any-table/runs.csv").string();
  const std::string map = core::shipped_file("docs/any-table/map.json").string();
  const Called called = call({"import", "--table", table, "--map", map, "--results", study()});
  ASSERT_EQ(called.exit_code, 0) << called.err;
  EXPECT_EQ(called.err, "");
  const Called analysed = call({"analyse", study()});
  EXPECT_THAT(analysed.out, AllOf(HasSubstr("104 planned, 104 ok"),
                                  HasSubstr("Simulated: nobody measured these runs"),
                                  HasSubstr("measured by: nobody: simulated")));
  // The same answers as of the table itself.
  const Json of_study = Json::parse(call({"analyse", study(), "--json"}).out);
  const Json of_table =
      Json::parse(call({"analyse", "--table", table, "--map", map, "--json"}).out);
  EXPECT_EQ(of_study["overall"], of_table["overall"]);
  EXPECT_EQ(of_study["sensitivity_tests"], of_table["sensitivity_tests"]);
}

}  // namespace
}  // namespace tandem
