// Somebody else's training scripts, from their manifests to a study.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>

#include "call_tandem.h"
#include "core/file.h"
#include "core/json.h"
#include "execute/conformance.h"
#include "execute/run_execution.h"
#include "fake_manifest.h"
#include "temporary_folder.h"

namespace tandem {
namespace {

namespace fs = std::filesystem;
using core::Json;
using test::Called;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// Debian's Python, which has PyTorch; another one on the PATH may not see it.
constexpr auto python = "/usr/bin/python3";

class ScriptsTest : public ::testing::Test {
 protected:
  Called tandem(const std::vector<std::string>& arguments) const {
    return test::call_program("tandem", arguments, folder_.path());
  }

  /// A manifest of examples/own-scripts, called with Debian's Python.
  fs::path example(const std::string& name) const {
    const fs::path scripts = core::shipped_file("examples") / "own-scripts";
    Json manifest = core::read_json(scripts / "workloads" / (name + ".json"));
    manifest["command"][0] = python;
    manifest["working_folder"] = scripts.string();
    manifest["environment"]["PYTHONDONTWRITEBYTECODE"] = "1";
    return folder_.write("workloads/" + name + ".json", manifest.dump());
  }

  /// A shell script that prints a log, and its manifest.
  fs::path shell_script(const std::string& model, int position, const std::string& text) const {
    const fs::path script = folder_.write(model + ".sh", text);
    Json manifest = test::fake_manifest(model, position, {"bash", script.string()});
    manifest["hyperparameters"]["epochs"] = {
        {"variable", "EPOCHS"}, {"type", "integer"}, {"default", 4}, {"least", 1}, {"most", 1000}};
    manifest["log"] = {
        {"epoch", R"(^epoch (?P<epoch>\d+): loss (?P<train_loss>\S+) acc (?P<accuracy>\S+))"}};
    return folder_.write("workloads/" + model + ".json", manifest.dump());
  }

  test::TemporaryFolder folder_;
};

constexpr auto descent = R"sh(
for ((epoch = 1; epoch <= EPOCHS; epoch++)); do
  printf 'epoch %d: loss 0.%d acc 0.%d\n' "$epoch" $((9 - epoch)) "$epoch"
done
)sh";

TEST_F(ScriptsTest, AnUnchangedPythonScriptIsReadByPatternsAndOneWithTheModuleSpeaksForItself) {
  const study::Workload by_patterns = study::read_workload(example("train_cnn"));
  const study::Workload by_module = study::read_workload(example("train_mlp"));
  study::RunSpec pair;
  for (const study::Workload* workload : {&by_patterns, &by_module}) {
    pair.participants.push_back({workload->id(), workload->defaults(study::Scale::quick), 1});
  }
  pair.scale = study::Scale::quick;
  // Long enough for the other to begin beside it, also where tandem gets to run late.
  pair.participants[0].hyperparameters["epochs"] = 40;
  execute::RunSettings settings;
  const std::atomic<bool> stop{false};
  execute::RunObserver observer;
  fs::create_directory(folder_ / "run");
  const record::RunResult result =
      execute::execute_run(pair, 1, folder_ / "run", study::Catalogue({by_patterns, by_module}),
                           settings, stop, observer);
  ASSERT_TRUE(result.outcome.ok()) << result.outcome.name << ": " << result.outcome.message;
  EXPECT_EQ(result.barrier, "pattern");
  EXPECT_EQ(result.participants[0].barrier, "pattern");
  EXPECT_EQ(result.participants[1].barrier, "protocol");
  EXPECT_EQ(result.participants[1].data, "synthetic");
  EXPECT_GT(*result.overlap_fraction, 0);
  for (const record::ParticipantResult& training : result.participants) {
    EXPECT_EQ(training.epochs_done, training.spec.hyperparameters.at("epochs"))
        << training.spec.workload;
    EXPECT_TRUE(training.epochs.back().train_loss.has_value()) << training.spec.workload;
  }
  EXPECT_GT(*result.participants[0].performance, 30) << "percent, and guessing gives 10";
  EXPECT_GT(*result.participants[1].performance, 0.3) << "a fraction";
}

TEST_F(ScriptsTest, APythonScriptWithTheModuleConformsToTheProtocol) {
  const fs::path scripts = core::shipped_file("examples") / "own-scripts";
  const fs::path module = core::shipped_file("python");
  const Called called =
      tandem({"protocol", "check", "--", "/usr/bin/env", "PYTHONDONTWRITEBYTECODE=1", "EPOCHS=1",
              "PYTHONPATH=" + module.string(), python, scripts / "train_mlp.py"});
  EXPECT_EQ(called.exit_code, 0) << called.out << called.err;
  EXPECT_THAT(called.out, AllOf(HasSubstr("\"type\": \"ready\""), HasSubstr("\"type\": \"final\""),
                                HasSubstr("speaks the protocol"), HasSubstr("called off")));
}

TEST_F(ScriptsTest, TheConformanceCheckNamesEachViolationWithItsLine) {
  const std::string trainer = core::program_folder() / "fake-trainer";
  const Called good = tandem({"protocol", "check", "--json", "--", trainer, "good"});
  EXPECT_EQ(good.exit_code, 0) << good.out;
  EXPECT_TRUE(Json::parse(good.out).at("conforms"));

  const Called garbage = tandem({"protocol", "check", "--", trainer, "garbage"});
  EXPECT_EQ(garbage.exit_code, 1);
  EXPECT_THAT(garbage.out,
              AllOf(HasSubstr("! line 1: not a JSON object"), HasSubstr("\"type\":\"final\"")));

  const Called order = tandem({"protocol", "check", "--json", "--", trainer, "epoch_before_go"});
  EXPECT_EQ(order.exit_code, 1);
  EXPECT_EQ(Json::parse(order.out).at("lines")[0].at("complaint"), "\"epoch\" out of order");

  const Called end = tandem({"protocol", "check", "--", trainer, "exit_code_after_final"});
  EXPECT_EQ(end.exit_code, 1);
  EXPECT_THAT(end.out,
              AllOf(HasSubstr("ended with exit code 7"), HasSubstr("save the checkpoint")));

  const Called silent = tandem({"protocol", "check", "--", trainer, "silent"});
  EXPECT_EQ(silent.exit_code, 1);
  EXPECT_THAT(silent.out, HasSubstr("never said \"ready\""));

  const Called hangs =
      tandem({"protocol", "check", "--limit-s", "0.5", "--", trainer, "hangs_before_ready"});
  EXPECT_EQ(hangs.exit_code, 1);
  EXPECT_THAT(hangs.out, HasSubstr("had not ended after"));

  EXPECT_EQ(tandem({"protocol", "check", "--", "/no/such/trainer"}).exit_code, 2);
  EXPECT_EQ(tandem({"protocol", "check"}).exit_code, 2);
}

TEST_F(ScriptsTest, TheConformanceCheckSeesATrainerThatStaysWhenItIsCalledOff) {
  execute::Command command;
  command.arguments = {core::program_folder() / "fake-trainer", "stays_without_tandem"};
  command.stdout_file = folder_ / "stdout.log";
  command.stderr_file = folder_ / "stderr.log";
  const std::atomic<bool> stop{false};
  const auto complaint = execute::check_called_off(command, {.time_s = 1}, stop);
  ASSERT_TRUE(complaint.has_value());
  EXPECT_THAT(*complaint, HasSubstr("called off, it had not ended after 1 s"));
}

TEST_F(ScriptsTest, AStudyOfTwoShellScriptsGoesToItsReportAndSaysWhereTheyBegan) {
  // Names that are one when / becomes _, as in the names of files.
  const auto name_it = [](const fs::path& file, const char* repo, const char* model) {
    Json manifest = core::read_json(file);
    manifest["repo"] = repo;
    manifest["model"] = model;
    core::write_file_atomically(file, manifest.dump());
  };
  name_it(shell_script("first", 101, descent), "fake", "a_first");
  name_it(shell_script("second", 102, descent), "fake_a", "first");
  const fs::path study =
      folder_.write("study.json", R"({"experiment_name": "shell", "scale": "quick",
    "idle_s": 0, "mutate": {"epochs": {"min": "default*0.5", "max": "default*1.5"}},
    "model_pairs": [{"model_a": {"repo": "fake", "model": "a_first"},
                     "model_b": {"repo": "fake_a", "model": "first"}}]})");
  const std::string results = folder_ / "results";
  const Called run =
      tandem({"run", study, "--workloads", folder_ / "workloads", "--results", results});
  ASSERT_EQ(run.exit_code, 0) << run.out << run.err;
  const Called report = tandem({"report", results, "--json"});
  ASSERT_EQ(report.exit_code, 0) << report.err;
  const Json quality = Json::parse(report.out).at("quality");
  EXPECT_EQ(quality.at("barriers"), Json::array({"process_start"}));
  EXPECT_THAT(quality.at("cautions").dump(), HasSubstr("began with their process"));
}

TEST_F(ScriptsTest, CheckShowsTheCommandAndWhatWasRecognised) {
  const fs::path manifest = shell_script(
      "talkative", 101,
      std::string("echo 'loading the data'\nprintf 'a title\\033]0;gotcha\\a\\n'\n") + descent);
  const Called valid = tandem({"workloads", "check", manifest});
  EXPECT_EQ(valid.exit_code, 0) << valid.err;
  EXPECT_THAT(valid.out, AllOf(HasSubstr("valid"), HasSubstr("fake/talkative.")));

  const Called dry = tandem({"workloads", "check", manifest, "--dry-run"});
  EXPECT_EQ(dry.exit_code, 0);
  EXPECT_THAT(dry.out,
              AllOf(HasSubstr("talkative.sh"), HasSubstr("EPOCHS=2"), HasSubstr("--learning-rate"),
                    HasSubstr("0.1"), HasSubstr("OMP_NUM_THREADS=1")));

  const Called once = tandem({"workloads", "check", manifest, "--once", "--epochs", "3"});
  EXPECT_EQ(once.exit_code, 0) << once.out << once.err;
  EXPECT_THAT(once.out, AllOf(HasSubstr("short training: ok"), HasSubstr("3 of 5 lines"),
                              HasSubstr("- loading the data"), HasSubstr("final accuracy = 0.3"),
                              HasSubstr("begins with its process"), Not(HasSubstr("\x1b"))));

  const Called as_json = tandem({"workloads", "check", manifest, "--once", "--json"});
  const Json document = Json::parse(as_json.out);
  EXPECT_EQ(document.at("barrier"), "process_start");
  EXPECT_EQ(document.at("epochs").size(), 2U);
  EXPECT_EQ(document.at("recognised_lines"), 2);
  EXPECT_THAT(document.at("unrecognised"), ElementsAre("loading the data", "a title"));
}

TEST_F(ScriptsTest, CheckNeedsNoMemoryForALargeLog) {
  // AddressSanitizer holds freed memory back, which is not what is asked for here.
  const char* options = std::getenv("ASAN_OPTIONS");
  const std::string before = options == nullptr ? "" : std::string(options) + ":";
  ::setenv("ASAN_OPTIONS", (before + "quarantine_size_mb=1").c_str(), 1);
  const auto most_resident_mib = [] {
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
  };
  const fs::path quiet = shell_script("quiet", 101, descent);
  ASSERT_EQ(tandem({"workloads", "check", quiet, "--once"}).exit_code, 0);
  const double small_mib = most_resident_mib();
  const fs::path talkative = shell_script(
      "talkative", 102,
      "head -c 24M /dev/zero | tr '\\0' x | fold -w 1023\necho\n" + std::string(descent));
  const Called called = tandem({"workloads", "check", talkative, "--once", "--json"});
  ASSERT_EQ(called.exit_code, 0) << called.out << called.err;
  EXPECT_LT(most_resident_mib() - small_mib, 16) << "the log has 24 MiB";
  const Json document = Json::parse(called.out);
  EXPECT_EQ(document.at("log_lines"), (24 << 20) / 1023 + 1 + 2);
  EXPECT_EQ(document.at("recognised_lines"), 2);
}

TEST_F(ScriptsTest, NothingInAManifestReachesTheTerminalUnescaped) {
  const std::string title = "\x1b]0;gotcha\a";
  const std::string evil = folder_ / "evil/evil.json";
  const auto expect_clean = [&](const Json& manifest, const std::vector<std::string>& arguments) {
    folder_.write("evil/evil.json", manifest.dump());
    const Called called = tandem(arguments);
    EXPECT_TRUE(called.exit_code != 1 && called.exit_code >= 0) << called.exit_code;
    EXPECT_THAT(called.out + called.err, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\a"))));
  };
  const Json manifest = core::read_json(example("train_cnn"));
  const Json flat = manifest.flatten();
  for (const auto& [place, value] : flat.items()) {
    SCOPED_TRACE(place);
    Json changed = flat;
    changed[place] = (value.is_string() ? value.get<std::string>() : "") + title;
    expect_clean(changed.unflatten(), {"workloads", "check", evil, "--dry-run"});
  }
  for (const char* object : {"", "/hyperparameters", "/environment", "/log"}) {
    SCOPED_TRACE(object);
    Json changed = manifest;
    changed[Json::json_pointer(object)][title] = {{"flag", title}, {"type", "real"}};
    expect_clean(changed, {"workloads", "check", evil, "--dry-run"});
  }
  Json named = manifest;
  named["repo"] = named["model"] = named["title"] = title;
  expect_clean(named, {"workloads", "--workloads", fs::path(evil).parent_path()});
  // A metric's name is the head of a column.
  Json metric =
      test::fake_manifest("metric", 101, {core::program_folder() / "fake-trainer", "good"});
  metric["performance_metric"]["name"] = title;
  expect_clean(metric, {"workloads", "check", evil, "--once"});
}

TEST_F(ScriptsTest, CheckNamesAFailureAndEveryMistake) {
  const fs::path crashing =
      shell_script("crashing", 101, "echo 'KeyError: \x1b[31mlr' >&2; exit 1\n");
  const Called failed = tandem({"workloads", "check", crashing, "--once"});
  EXPECT_EQ(failed.exit_code, 3);
  EXPECT_THAT(failed.out,
              AllOf(HasSubstr("exit_code"), HasSubstr("KeyError"), Not(HasSubstr("\x1b"))));

  Json broken = core::read_json(crashing);
  broken["log"]["epoch"] = R"((?=x)(?P<accuracy>.*))";
  broken["devices"] = {"tpu"};
  const Called refused =
      tandem({"workloads", "check", folder_.write("broken.json", broken.dump())});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("broken.json"), HasSubstr("$.log.epoch"),
                                 HasSubstr("exponential time"), HasSubstr("$.devices[0]")));
  EXPECT_EQ(tandem({"workloads", "check", "/no/such/file.json"}).exit_code, 2);
  EXPECT_EQ(tandem({"workloads", "check", crashing, "--once", "--dry-run"}).exit_code, 2);
}

TEST_F(ScriptsTest, ThePredecessorsConfigurationBecomesManifestsThatTrain) {
  folder_.write("models/descent/train.sh", R"sh(
echo "training $2 for $4 epochs"
echo "Final accuracy: 0.75"
)sh");
  const fs::path configuration = folder_.write("models_config.json", R"json({"models": {"descent": {
    "path": "models/descent", "train_script": "train.sh", "models": ["small", "large"],
    "model_flag": "-n", "required_args": {}, "gpu_needed": true,
    "supported_hyperparams": {
      "epochs": {"flag": "--epochs", "type": "int", "default": 3, "range": [1, 10], "distribution": "log_uniform"},
      "dropout": {"flag": "--dropout", "type": "float", "default": 0.1, "range": [0.0, 0.5], "zero_probability": 0.2},
      "schedule": {"flag": "--schedule", "type": "str", "default": "cosine"}},
    "performance_metrics": {"log_patterns": {
      "accuracy": "[Aa]ccuracy:\\s*([0-9.]+)", "loss": "(?=x)loss ([0-9.]+)"}}}}})json");
  const std::string out = folder_ / "converted";
  const Called called = tandem({"workloads", "import-configuration", configuration, "--out", out});
  ASSERT_EQ(called.exit_code, 0) << called.err;
  EXPECT_THAT(called.out, AllOf(HasSubstr("2 manifests"), HasSubstr("gpu_needed"),
                                HasSubstr("schedule"), HasSubstr("log_patterns.loss"),
                                HasSubstr("exponential"), HasSubstr("To look at")));
  const Json manifest = core::read_json(fs::path(out) / "descent_small.json");
  EXPECT_EQ(manifest.at("hyperparameters").at("dropout").at("zero_probability"), 0.2);
  EXPECT_EQ(manifest.at("hyperparameters").at("epochs").at("distribution"), "log_uniform");
  EXPECT_EQ(manifest.at("log").at("final"),
            Json::array({R"re([Aa]ccuracy:\s*(?P<accuracy>[0-9.]+))re"}));

  const Called once =
      tandem({"workloads", "check", fs::path(out) / "descent_large.json", "--once", "--json"});
  EXPECT_EQ(once.exit_code, 0) << once.out;
  EXPECT_EQ(Json::parse(once.out).at("metrics").at("accuracy"), 0.75);
  EXPECT_THAT(Json::parse(once.out).at("unrecognised"), ElementsAre("training large for 2 epochs"));

  const Called again = tandem({"workloads", "import-configuration", configuration, "--out", out});
  EXPECT_EQ(again.exit_code, 2) << "nothing is overwritten";
  EXPECT_THAT(again.err, HasSubstr("descent_small.json"));
  const Called other = tandem({"workloads", "import-configuration",
                               folder_.write("other.json", "{\"model\": 1}"), "--out", out});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.err, HasSubstr("$.models"));
}

TEST_F(ScriptsTest, EveryCommandHelpsWithAnExample) {
  for (const std::vector<std::string>& command : {std::vector<std::string>{"workloads", "check"},
                                                  {"workloads", "import-configuration"},
                                                  {"protocol"},
                                                  {"protocol", "check"}}) {
    std::vector<std::string> arguments = command;
    std::string name = "Example: tandem";
    for (const std::string& word : command) name += " " + word;
    arguments.emplace_back("--help");
    EXPECT_THAT(tandem(arguments).out, HasSubstr(name));
  }
}

}  // namespace
}  // namespace tandem
