#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <map>
#include <sstream>
#include <thread>

#include "call_tandem.h"
#include "core/file.h"
#include "core/json.h"
#include "fake_manifest.h"
#include "report/unpacked.h"
#include "temporary_folder.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using core::Json;
using test::Called;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// A study of fake trainers in a folder of its own, and tandem to call on it.
class CommandLineTest : public ::testing::Test {
 protected:
  CommandLineTest() {
    write_workload("steady", 101, "good");
    write_workload("other", 102, "good");
    write_workload("diverging", 103, "fails");
  }

  void write_workload(const std::string& model, int position, const std::string& behaviour) {
    const Json manifest = test::fake_manifest(model, position,
                                              {(core::program_folder() / "fake-trainer").string(),
                                               behaviour, "0.05", "--seed", "{seed}"});
    folder_.write("workloads/" + model + ".json", manifest.dump());
  }

  fs::path write_study(const std::string& a, const std::string& b, Json further = Json::object()) {
    further["experiment_name"] = "made_up";
    further["scale"] = "quick";
    further["model_pairs"] = Json::array({{{"model_a", {{"repo", "fake"}, {"model", a}}},
                                           {"model_b", {{"repo", "fake"}, {"model", b}}}}});
    return folder_.write("study.json", further.dump());
  }

  pid_t start(const std::vector<std::string>& arguments) const {
    return test::start_program("tandem", arguments, folder_.path());
  }
  Called finish(pid_t pid) const { return test::finish_program(pid, folder_.path()); }
  Called tandem(const std::vector<std::string>& arguments) const {
    return finish(start(arguments));
  }

  Json json_of(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const Called called = tandem(arguments);
    EXPECT_EQ(called.exit_code, 0) << called.err;
    return Json::parse(called.out);
  }

  std::vector<std::string> with_folders(std::vector<std::string> arguments) const {
    for (const char* argument : {"--workloads", "--results"}) arguments.emplace_back(argument);
    arguments.insert(arguments.end() - 1, (folder_ / "workloads").string());
    arguments.push_back(results().string());
    return arguments;
  }
  Called run(const fs::path& study, std::vector<std::string> further = {}) const {
    std::vector<std::string> arguments = with_folders({"run", study});
    arguments.insert(arguments.end(), further.begin(), further.end());
    return tandem(arguments);
  }

  fs::path results() const { return folder_ / "results"; }
  size_t folders_in(const fs::path& parent) const {
    size_t count = 0;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(parent, code)) count += entry.is_directory();
    return count;
  }

  /// The launchers of all trainings so far, from the run folders.
  std::vector<pid_t> started_processes() const {
    std::vector<pid_t> pids;
    for (const auto& entry : fs::recursive_directory_iterator(results() / "runs")) {
      if (entry.path().filename() != "events.jsonl") continue;
      std::istringstream lines(core::read_file(entry.path()));
      for (std::string line; std::getline(lines, line);) {
        const Json event = Json::parse(line).at("event");
        if (event.value("type", "") == "start") pids.push_back(event.at("pid"));
      }
    }
    EXPECT_FALSE(pids.empty());
    return pids;
  }

  static bool is_gone(pid_t pid) {
    for (int i = 0; i < 1000; ++i) {
      if (::kill(pid, 0) != 0) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  test::TemporaryFolder folder_;
};

TEST_F(CommandLineTest, GoesFromAStudyFileToAReportAndDoesNothingTwice) {
  const fs::path study = write_study("steady", "other", {{"repetitions", 2}});
  const Called planned = tandem(with_folders({"plan", study}));
  EXPECT_EQ(planned.exit_code, 0) << planned.err;
  EXPECT_THAT(planned.out, AllOf(HasSubstr("steady ∥ other"), HasSubstr("22 distinct runs")));

  const Called first = run(study);
  ASSERT_EQ(first.exit_code, 0) << first.out << first.err;
  EXPECT_THAT(first.out, AllOf(HasSubstr("[22/22]"), HasSubstr("22 ok, 0 failed")));
  EXPECT_EQ(folders_in(results() / "runs"), 22U);

  const Called second = run(study);
  EXPECT_EQ(second.exit_code, 0);
  EXPECT_THAT(second.out, HasSubstr("22 already done, 0 to do"));

  const Called status = tandem({"status", results()});
  EXPECT_THAT(status.out,
              AllOf(HasSubstr("22 ok"), HasSubstr("0 left"), HasSubstr("none running")));

  const Called report = tandem({"report", results()});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  const std::string html = core::read_file(results() / "report.html");
  EXPECT_THAT(html, AllOf(HasSubstr("<!doctype html>"), HasSubstr("made_up")));
  const core::Json document =
      core::Json::parse(test::unpacked(test::packed_element(html, "analysis")));
  const core::Json& traces = document.at("traces");
  ASSERT_FALSE(traces.empty());
  size_t recorded = 0;
  for (const core::Json& traced : traces) {
    for (const core::Json& series : traced.at("series")) {
      EXPECT_EQ(series.at("recorded"), series.at("kept")) << "short traces are whole";
      if (series.at("quantity") == "cpu_cores") recorded += series.at("recorded").get<size_t>();
    }
  }
  EXPECT_GT(recorded, 0U);
  EXPECT_FALSE(test::unpacked(test::packed_element(html, "samples")).empty());
  EXPECT_THAT(report.out, HasSubstr("synthetic"));

  const fs::path paper = folder_ / "it's a \"paper\"";
  const Json written = json_of({"report", results(), "--figures", paper});
  EXPECT_THAT(written.at("files"), ::testing::Contains("comparison-2col.pdf"));
  for (const Json& name : written.at("files")) {
    EXPECT_GT(fs::file_size(paper / name.get<std::string>()), 0U) << name;
  }
  const Called text = tandem({"report", results(), "--text"});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, AllOf(HasSubstr("Time for both"), ::testing::Not(HasSubstr("\x1b"))));

  const fs::path page = folder_ / "report.zh.html";
  const Called chinese = tandem({"report", results(), "--lang", "zh", "--output", page});
  EXPECT_EQ(chinese.exit_code, 0) << chinese.err;
  EXPECT_THAT(chinese.out, AllOf(HasSubstr("研究发现"), HasSubstr("报告：")));
  EXPECT_THAT(core::read_file(page), HasSubstr("<html lang=\"zh-CN\">"));
  EXPECT_THAT(tandem({"report", results(), "--lang", "zh", "--text"}).out,
              HasSubstr("默认配置下两者的总时长"));
  const Json in_chinese = json_of({"report", results(), "--lang", "zh"});
  EXPECT_EQ(in_chinese.at("language"), "zh");
  EXPECT_THAT(in_chinese.at("findings").at(0).at("text").get<std::string>(),
              HasSubstr("两个模型并发训练"));
  EXPECT_EQ(json_of({"report", results()}).at("language"), "en");
  const Called unknown = tandem({"report", results(), "--lang", "fr"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, AllOf(HasSubstr("fr"), HasSubstr("zh")));
  EXPECT_EQ(tandem({"report", results(), "--lang", "zh", "--figures", paper}).exit_code, 2);

  const fs::path tables = folder_ / "tables";
  const Called analyse = tandem({"analyse", results(), "--csv", tables});
  EXPECT_EQ(analyse.exit_code, 0) << analyse.err;
  EXPECT_THAT(analyse.out, HasSubstr("synthetic"));
  EXPECT_THAT(core::read_file(tables / "trainings.csv"), HasSubstr("fake/steady"));
  EXPECT_THAT(core::read_file(tables / "dictionary.csv"),
              HasSubstr("trainings,duration_seconds,s,"));

  const Called advised = tandem({"analyse", results(), "--weights", "energy=1,duration=0.5",
                                 "--jobs", "fake/steady=4,fake/other=2,mnist=1"});
  EXPECT_EQ(advised.exit_code, 0) << advised.err;
  EXPECT_THAT(advised.out, HasSubstr("weighted_cost"));
  EXPECT_THAT(advised.out, HasSubstr("To save time with these jobs"));
  EXPECT_THAT(advised.out, HasSubstr("never measured examples/mnist"));
}

TEST_F(CommandLineTest, NamesEveryMistakeInWeightsAndJobs) {
  const fs::path study = write_study("steady", "other");
  const auto error_of = [&](const std::string& flag, const std::string& value) {
    const Called called =
        tandem({"analyse", study, "--workloads", folder_ / "workloads", flag, value});
    EXPECT_EQ(called.exit_code, 2) << called.out;
    return called.err;
  };
  EXPECT_THAT(error_of("--weights", "energy=1,speed=2,duration=-1"),
              AllOf(HasSubstr("\"speed=2\""), HasSubstr("\"duration=-1\""),
                    HasSubstr("energy, duration or performance")));
  EXPECT_THAT(error_of("--weights", "energy=1,energy=2"), HasSubstr("each weight once"));
  EXPECT_THAT(error_of("--weights", "energy=0"), HasSubstr("at least one"));
  EXPECT_THAT(error_of("--jobs", "mnst=3,steady=0,steady"),
              AllOf(HasSubstr("mnist"), HasSubstr("\"steady=0\""),
                    HasSubstr("a whole number from 1 to 1000000")));
  EXPECT_THAT(error_of("--jobs", "steady=1,fake/steady=2"), HasSubstr("each workload once"));
}

TEST_F(CommandLineTest, PrintsJsonForMachines) {
  const fs::path study = write_study("steady", "other");
  ASSERT_EQ(run(study).exit_code, 0);
  EXPECT_EQ(json_of({"plan", results()}).at("distinct_runs"), 11);
  EXPECT_EQ(json_of({"status", results()}).at("ok"), 11);
  EXPECT_TRUE(json_of({"report", results()}).is_object());
  EXPECT_TRUE(json_of({"analyse", results()}).is_object());
  EXPECT_EQ(json_of({"index", results()}).at("attempts"), 11);
  EXPECT_EQ(json_of({"workloads"}).size(), 16U);
  const Json pairs = json_of({"pairs"});
  EXPECT_EQ(pairs.at("feasible"), 120);
  const Json order_free = {{"low+low", 55},
                           {"low+medium", 44},
                           {"low+high", 11},
                           {"medium+medium", 6},
                           {"medium+high", 4}};
  for (const auto& [type, count] : order_free.items()) {
    EXPECT_EQ(pairs.at("by_type_order_free").at(type), count) << type;
  }
  const Json capabilities = json_of({"doctor"}).at("capabilities");
  EXPECT_FALSE(capabilities.empty());
  for (const Json& capability : capabilities) EXPECT_TRUE(capability.at("enable_with").is_array());
}

TEST_F(CommandLineTest, ReportsAFailedRunByNameAndEndsWith3) {
  const fs::path study = write_study("steady", "diverging");
  const Called called = run(study);
  EXPECT_EQ(called.exit_code, 3) << called.err;
  EXPECT_THAT(called.out, HasSubstr("non_finite_loss"));
  const Called status = tandem({"status", results()});
  EXPECT_THAT(status.out, AllOf(HasSubstr("1 ok, 10 failed"), HasSubstr("last failure")));
  const Called report = tandem({"report", results()});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  const std::string html = core::read_file(results() / "report.html");
  EXPECT_THAT(test::unpacked(test::packed_element(html, "analysis")), HasSubstr("non_finite_loss"));

  const Called again = run(study);
  EXPECT_EQ(again.exit_code, 3);
  EXPECT_THAT(again.out, HasSubstr("10 failed earlier"));
  EXPECT_EQ(run(study, {"--retry-failed"}).exit_code, 3);
  size_t second_attempts = 0;
  for (const auto& entry : fs::directory_iterator(results() / "runs")) {
    second_attempts += fs::exists(entry.path() / "2" / "result.json");
  }
  EXPECT_EQ(second_attempts, 10U);
}

TEST_F(CommandLineTest, RefusesABrokenStudyWithCode2BeforeAnythingRuns) {
  const fs::path study = folder_.write("study.json", R"({"experiment_name": "x",
    "model_pairs": [{"model_a": {"repo": "fake", "model": "steadi"},
                     "model_b": {"repo": "fake", "model": "other"}}], "scale": 7})");
  const Called called = run(study);
  EXPECT_EQ(called.exit_code, 2);
  EXPECT_THAT(called.err, AllOf(HasSubstr("study.json"), HasSubstr("$.scale"),
                                HasSubstr("$.model_pairs[0].model_a"), HasSubstr("fake/steady")));
  EXPECT_FALSE(fs::exists(results()));
}

TEST_F(CommandLineTest, EndsWith2ForOtherMistakesOfThePerson) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"run", "/no/such/study.json"},
                                             {"status", folder_.path()},
                                             {"report", folder_.path()},
                                             {"analyse", folder_.path()},
                                             {"index", folder_ / "missing"},
                                             {"nonsense"},
                                             {},
                                             {"plan"},
                                             {"pairs", "--memory-limit-mb", "-3"},
                                             {"workloads", "--workloads", "/no/such/folder"}}) {
    const Called called = tandem(arguments);
    EXPECT_EQ(called.exit_code, 2) << called.out << called.err;
    EXPECT_FALSE(called.err.empty());
    EXPECT_THAT(called.err, ::testing::Not(HasSubstr("terminate")));
  }
}

/// The environment's PATH while it lives.
class OtherPath {
 public:
  explicit OtherPath(const std::string& path) { ::setenv("PATH", path.c_str(), 1); }
  ~OtherPath() { ::setenv("PATH", before_.c_str(), 1); }

 private:
  std::string before_ = ::getenv("PATH");
};

TEST_F(CommandLineTest, SaysThatFiguresNeedGnuplotAndWritesNone) {
  const fs::path study = write_study("steady", "other");
  ASSERT_EQ(run(study).exit_code, 0);
  const OtherPath none("/no/such/folder");
  const Called called = tandem({"report", results(), "--figures", folder_ / "paper"});
  EXPECT_EQ(called.exit_code, 2);
  EXPECT_THAT(called.err,
              AllOf(HasSubstr("no program gnuplot"), HasSubstr("sudo apt install gnuplot-nox")));
  EXPECT_FALSE(fs::exists(folder_ / "paper"));
}

TEST_F(CommandLineTest, WritesNoFiguresWhenGnuplotFailsAndTellsWhatItSaid) {
  const fs::path study = write_study("steady", "other");
  ASSERT_EQ(run(study).exit_code, 0);
  const fs::path gnuplot =
      folder_.write("bin/gnuplot", "#!/bin/sh\necho no such terminal >&2\nexit 3\n");
  fs::permissions(gnuplot, fs::perms::owner_all);
  const OtherPath with_it((folder_ / "bin").string());
  const Called called = tandem({"report", results(), "--figures", folder_ / "paper"});
  EXPECT_EQ(called.exit_code, 1);
  EXPECT_THAT(called.err, AllOf(HasSubstr("exit code 3"), HasSubstr("no such terminal")));
  EXPECT_FALSE(fs::exists(folder_ / "paper"));
}

TEST_F(CommandLineTest, RefusesAWorkloadWithoutTrainerBeforeAnythingRuns) {
  const fs::path manifest = folder_ / "workloads/other.json";
  Json known_only = core::read_json(manifest);
  known_only.erase("command");
  folder_.write("workloads/other.json", known_only.dump());
  const Called called = run(write_study("steady", "other"));
  EXPECT_EQ(called.exit_code, 2);
  EXPECT_THAT(called.err, AllOf(HasSubstr("fake/other"), HasSubstr("no trainer")));
  EXPECT_FALSE(fs::exists(results()));
}

TEST_F(CommandLineTest, HelpsWithAnExampleOnEveryCommand) {
  for (const char* command : {"plan", "run", "status", "watch", "stop", "serve", "report", "index",
                              "workloads", "pairs", "doctor"}) {
    const Called called = tandem({command, "--help"});
    EXPECT_EQ(called.exit_code, 0);
    EXPECT_THAT(called.out, HasSubstr("Example: tandem " + std::string(command)));
  }
  EXPECT_THAT(tandem({"workloads", "profile", "--help"}).out,
              HasSubstr("Example: tandem workloads profile"));
  EXPECT_THAT(tandem({"--help"}).out, HasSubstr("Exit codes"));
}

TEST_F(CommandLineTest, KeepsItsTablesWithin80Columns) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"workloads"}, {"pairs"}, {"doctor"}}) {
    const std::string out = tandem(arguments).out;
    size_t begin = 0;
    for (size_t end = out.find('\n'); end != std::string::npos; end = out.find('\n', begin)) {
      const std::string line = out.substr(begin, end - begin);
      const auto columns =
          std::count_if(line.begin(), line.end(), [](char byte) { return (byte & 0xC0) != 0x80; });
      EXPECT_LE(columns, 80) << line;
      begin = end + 1;
    }
  }
}

TEST_F(CommandLineTest, MeasuresTheMachinesOwnCatalogue) {
  const auto profile = [&](std::vector<std::string> further) {
    std::vector<std::string> arguments{
        "workloads", "profile", "--scale",           "quick",
        "--idle-s",  "0",       "--workloads",       folder_ / "workloads",
        "--results", results(), "--cpu-power-model", "name=test,idle_w=10,busy_core_w=5"};
    arguments.insert(arguments.end(), further.begin(), further.end());
    return tandem(arguments);
  };
  const Called first = profile({"steady", "fake/other", "--repetitions", "2"});
  ASSERT_EQ(first.exit_code, 0) << first.out << first.err;
  EXPECT_THAT(first.out, AllOf(HasSubstr("4 to do"), HasSubstr("[4/4]"), HasSubstr("CPU %"),
                               HasSubstr("quick scale"), HasSubstr("tandem pairs")));
  const Json catalogue = core::read_json(results() / "cpu-quick.json");
  for (const char* id : {"fake/steady", "fake/other"}) {
    const Json& figures = catalogue.at("workloads").at(id);
    EXPECT_EQ(figures.at("runs"), 2);
    EXPECT_GT(figures.at("duration_s"), 0.1) << "four epochs of 0.05 s";
    EXPECT_TRUE(figures.at("memory_mb").is_number() || figures.at("memory_mb").contains("missing"));
    EXPECT_EQ(figures.at("gpu_util_percent").at("missing"), "the training ran on the CPU");
  }

  // What is there is not measured again, and stays in the catalogue beside what is new.
  const Called second = profile({"steady", "diverging", "--repetitions", "2", "--json"});
  EXPECT_EQ(second.exit_code, 3) << second.err;
  EXPECT_THAT(second.err, HasSubstr("2 already done, 2 to do"));
  const Json document = Json::parse(second.out);
  EXPECT_EQ(document.at("workloads").size(), 2U);
  EXPECT_EQ(document.at("failures").at("fake/diverging").size(), 2U);
  EXPECT_EQ(document.at("workloads").at("fake/other"), [&] {
    Json expected = catalogue.at("workloads").at("fake/other");
    for (const char* name : {"power_w", "tensor_memory_peak_mib"}) {
      expected[name] = document.at("workloads").at("fake/other").at(name);
    }
    return expected;
  }());
  EXPECT_EQ(core::read_json(results() / "cpu-quick.json"), catalogue);
}

TEST_F(CommandLineTest, NamesTheNearestWorkloadsToOneThatCannotBeMeasured) {
  const Called unknown = tandem({"workloads", "profile", "mnits", "--results", results()});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, AllOf(HasSubstr("NAME"), HasSubstr("\"mnits\""), HasSubstr("mnist")));
  const Called ambiguous = tandem({"workloads", "profile", "default", "--results", results()});
  EXPECT_EQ(ambiguous.exit_code, 2);
  EXPECT_THAT(ambiguous.err, AllOf(HasSubstr("MRT-OAST/default"), HasSubstr("bug-localization")));
  EXPECT_EQ(tandem({"workloads", "profile", "--scale", "tiny"}).exit_code, 2);
  EXPECT_EQ(tandem({"workloads", "profile", "mnist", "--repetitions", "0"}).exit_code, 2);
  EXPECT_FALSE(fs::exists(results()));
}

TEST_F(CommandLineTest, CanBeInterruptedAndGoesOnWithWhatIsMissing) {
  const fs::path study = write_study("steady", "other");
  const pid_t session = start(with_folders({"run", study}));
  while (folders_in(results() / "runs") < 3) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ::kill(session, SIGINT);
  const Called interrupted = finish(session);
  EXPECT_EQ(interrupted.exit_code, 130) << interrupted.out << interrupted.err;
  EXPECT_THAT(interrupted.out, HasSubstr("Interrupted"));
  const Called resumed = run(study);
  EXPECT_EQ(resumed.exit_code, 0) << resumed.out;
  EXPECT_EQ(Json::parse(tandem({"status", results(), "--json"}).out).at("ok"), 11);
}

TEST_F(CommandLineTest, GoesOnInTheBackgroundAndIsFollowedAndStoppedFromOtherShells) {
  const fs::path study = write_study("steady", "other", {{"repetitions", 2}});
  EXPECT_THAT(tandem(with_folders({"stop", study})).out, HasSubstr("No session works on"));
  const Called begun = run(study, {"--detach"});
  ASSERT_EQ(begun.exit_code, 0) << begun.err;
  EXPECT_THAT(begun.out, HasSubstr("Running in the background as process"));
  const Called busy = run(study, {"--detach"});
  EXPECT_EQ(busy.exit_code, 4) << "a mistake is told in the shell where it was made";
  EXPECT_THAT(busy.err, HasSubstr("another session works on"));

  const test::TemporaryFolder other_shell;
  const pid_t watching =
      test::start_program("tandem", {"watch", results().string()}, other_shell.path());
  while (folders_in(results() / "runs") < 3) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const Json running = json_of({"status", results()});
  EXPECT_THAT(running.at("session").get<std::string>(), HasSubstr("process "));
  EXPECT_EQ(running.at("session_state").at("planned"), 22);
  EXPECT_FALSE(
      running.at("session_state").at("runs").at(0).at("run_id").get<std::string>().empty());

  const Called stopped = tandem({"stop", results(), "--wait"});
  EXPECT_EQ(stopped.exit_code, 0) << stopped.err;
  EXPECT_THAT(stopped.out, AllOf(HasSubstr("after the run in flight"), HasSubstr("has ended")));
  const Called watched = test::finish_program(watching, other_shell.path());
  EXPECT_EQ(watched.exit_code, 0);
  EXPECT_THAT(watched.out, AllOf(HasSubstr("/22] "), HasSubstr("The session has ended")));

  const Json after = json_of({"status", results()});
  EXPECT_EQ(after.at("session"), nullptr);
  EXPECT_LT(after.at("ok"), 22);
  EXPECT_EQ(after.at("ok"), folders_in(results() / "runs")) << "the run in flight was made";
  EXPECT_THAT(core::read_file(results() / "session.log"),
              AllOf(HasSubstr("[ 1/22]"), HasSubstr("Interrupted; run the study again")));
}

TEST_F(CommandLineTest, GoesOnWithAStudyThatWasExtendedAndRefusesOneThatIsAnother) {
  ASSERT_EQ(run(write_study("steady", "other")).exit_code, 0);
  const Called extended = run(write_study("steady", "other", {{"repetitions", 2}}));
  EXPECT_EQ(extended.exit_code, 0) << extended.err;
  EXPECT_THAT(extended.out, HasSubstr("22 runs planned, 11 already done, 11 to do"));
  const std::string kept = core::read_file(results() / "study.json");
  const Called changed = run(write_study("steady", "other", {{"repetitions", 2}, {"seed", 7}}));
  EXPECT_EQ(changed.exit_code, 2);
  EXPECT_THAT(changed.err, AllOf(HasSubstr("asks for other runs"), HasSubstr("--results"),
                                 HasSubstr("$.participants[0].seed of fake/")));
  EXPECT_EQ(core::read_file(results() / "study.json"), kept);
  EXPECT_EQ(folders_in(results() / "runs"), 22U);
}

TEST_F(CommandLineTest, StopsAtOnceWhenAskedTo) {
  const fs::path study = write_study("steady", "other");
  ASSERT_EQ(run(study, {"--detach"}).exit_code, 0);
  while (folders_in(results() / "runs") < 2) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_THAT(tandem({"stop", results(), "--now", "--wait"}).out, HasSubstr("Asked to end now"));
  for (const pid_t pid : started_processes()) EXPECT_TRUE(is_gone(pid)) << pid;
  const Json after = json_of({"status", results()});
  EXPECT_EQ(after.at("unfinished_attempts"), 0) << "the run in flight says that it was interrupted";
  EXPECT_LT(after.at("ok"), 11);
  EXPECT_EQ(run(study).exit_code, 0);
}

TEST_F(CommandLineTest, LosesNothingAndLeavesNoProcessWhenKilled) {
  const fs::path study = write_study("steady", "other");
  const pid_t session = start(with_folders({"run", study}));
  while (folders_in(results() / "runs") < 4) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const Called busy = run(study);
  EXPECT_EQ(busy.exit_code, 4);
  EXPECT_THAT(busy.err, HasSubstr("process " + std::to_string(session)));
  ::kill(session, SIGKILL);
  EXPECT_EQ(finish(session).exit_code, -SIGKILL);
  for (const pid_t pid : started_processes()) EXPECT_TRUE(is_gone(pid)) << pid;
  const Json before = Json::parse(tandem({"status", results(), "--json"}).out);
  EXPECT_GE(before.at("ok"), 1);
  const Called resumed = run(study);
  EXPECT_EQ(resumed.exit_code, 0) << resumed.out << resumed.err;
  EXPECT_THAT(resumed.out, HasSubstr(std::to_string(before.at("ok").get<int>()) + " already done"));
}

}  // namespace
}  // namespace tandem
