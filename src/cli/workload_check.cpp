#include <fmt/format.h>

#include <array>
#include <cmath>
#include <fstream>
#include <memory>

#include "cli/commands.h"
#include "cli/data_folder.h"
#include "cli/options.h"
#include "cli/stop_on_signals.h"
#include "core/file.h"
#include "core/text.h"
#include "execute/config_file.h"
#include "execute/log_reader.h"
#include "execute/run_execution.h"
#include "execute/trainer_command.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;
using core::Json;

struct Options {
  fs::path manifest;
  bool dry_run = false;
  bool once = false;
  int epochs = 2;
  std::string scale = "quick";
  std::string device = "cpu";
  int threads = 1;
  fs::path data;
  double timeout_s = 600;
  bool as_json = false;
};

/// One training alone, short.
study::RunSpec short_run(const study::Workload& workload, const Options& options) {
  study::RunSpec run;
  run.scale = options.scale == "quick" ? study::Scale::quick : study::Scale::full;
  run.device = options.device == "cuda" ? study::Device::cuda : study::Device::cpu;
  run.resources.threads = options.threads;
  study::Hyperparameters hyperparameters = workload.defaults(run.scale);
  const auto epochs = *workload.find_hyperparameter("epochs", run.scale);
  hyperparameters["epochs"] =
      std::min(std::max<double>(options.epochs, std::ceil(epochs.least)), epochs.most);
  run.participants = {{workload.id(), std::move(hyperparameters), 1}};
  return run;
}

/// What the log's lines were to the patterns.
struct Recognition {
  std::vector<std::string> recognised;    ///< `epoch epoch=1 loss=0.5 | the line`, the first few
  std::vector<std::string> unrecognised;  ///< the first few
  size_t lines = 0;
  size_t recognised_lines = 0;
};

constexpr size_t most_lines_shown = 12;

/// Goes through the log in pieces, for it may be as large as a log may get.
Recognition recognise(const study::LogPatterns& patterns, const fs::path& log) {
  Recognition recognition;
  const execute::LogReader reader(patterns);
  const auto take = [&](const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      ++recognition.lines;
      const std::vector<std::string> found = reader.recognised(line);
      recognition.recognised_lines += found.empty() ? 0 : 1;
      auto& shown = found.empty() ? recognition.unrecognised : recognition.recognised;
      if (shown.size() >= most_lines_shown) continue;
      const std::string text = core::printable(line, 60);
      shown.push_back(found.empty() ? text : fmt::format("{} | {}", fmt::join(found, ", "), text));
    }
  };
  execute::LogLines splitter;
  std::ifstream file(log, std::ios::binary);
  std::array<char, 65536> piece;
  do {
    file.read(piece.data(), piece.size());
    take(splitter.feed({piece.data(), static_cast<size_t>(file.gcount())}));
  } while (file);
  take(splitter.rest());
  return recognition;
}

/// What a person should know of a log whose run went well or not.
std::vector<std::string> hints(const study::Workload& workload, const record::RunResult& result) {
  std::vector<std::string> texts;
  for (const core::Caution& caution : result.cautions) {
    if (caution.name == "epochs_at_once") texts.push_back(caution.message);
  }
  if (workload.log && workload.log->epoch.empty()) {
    texts.emplace_back(
        "No pattern tells epochs: the training lasts to the end of its process, and what needs "
        "epochs will be missing.");
  }
  if (workload.log && !workload.log->started) {
    texts.emplace_back(
        "No pattern \"started\": the training begins with its process, and loading counts as part "
        "of it.");
  }
  return texts;
}

std::string figure(const core::Reading& reading) {
  return reading ? fmt::format("{:.4g}", *reading) : "–";
}

void print_training(const study::Workload& workload, const record::RunResult& result,
                    const Recognition& recognition) {
  const record::ParticipantResult& training = result.participants[0];
  fmt::print("\n{}\n",
             result.outcome.ok() ? "One short training: ok" : "One short training failed:");
  if (!result.outcome.ok()) {
    print_wrapped(core::printable(result.outcome.name + ": " + result.outcome.message, 600));
    print_wrapped("What to do: " + result.outcome.advice);
  }
  if (!training.epochs.empty()) {
    report::TextTable table(
        {"epoch", "ends at s", "train_loss", workload.performance_metric},
        {report::Align::right, report::Align::right, report::Align::right, report::Align::right});
    for (const record::EpochRecord& epoch : training.epochs) {
      const auto metric = epoch.metrics.find(workload.performance_metric);
      table.add_row({std::to_string(epoch.epoch), fmt::format("{:.2f}", epoch.end_s),
                     figure(epoch.train_loss),
                     metric == epoch.metrics.end() ? "–" : fmt::format("{:.4g}", metric->second)});
    }
    fmt::print("{}", table.render());
  }
  for (const auto& [name, value] : training.metrics) {
    fmt::print("final {} = {:.6g}\n", core::printable(name, 60), value);
  }
  if (training.duration_seconds) {
    fmt::print("took {}, memory peak {} MiB, barrier {}\n",
               core::format_duration(*training.duration_seconds), figure(training.memory_peak_mib),
               result.barrier);
  }
  if (!workload.log) return;
  fmt::print("\n{} of {} lines of its log were recognised{}\n", recognition.recognised_lines,
             recognition.lines, recognition.recognised.empty() ? "." : ":");
  for (const std::string& line : recognition.recognised) print_wrapped("  + " + line);
  if (!recognition.unrecognised.empty()) fmt::print("Not recognised, for example:\n");
  for (const std::string& line : recognition.unrecognised) print_wrapped("  - " + line);
}

void print_command(const study::Workload& workload, const execute::Command& command,
                   const std::string& config_text) {
  std::string line;
  for (const std::string& argument : command.arguments) {
    const bool plain = argument.find_first_of(" \t\n\"'") == std::string::npos && !argument.empty();
    line += (line.empty() ? "" : " ") +
            (plain ? core::printable(argument, 300) : core::in_quotes(argument));
  }
  print_wrapped("command: " + line);
  if (!workload.working_folder.empty()) {
    print_wrapped("in: " + core::printable(workload.working_folder.string(), 300));
  }
  for (const auto& [name, value] : command.environment) {
    print_wrapped(core::printable("with: " + name + "=" + value, 300));
  }
  if (workload.config_file) {
    fmt::print("{}:\n", core::printable(workload.config_file->name));
    size_t begin = 0;
    for (size_t end = config_text.find('\n'); end != std::string::npos;
         begin = end + 1, end = config_text.find('\n', begin)) {
      fmt::print("  {}\n", core::printable(config_text.substr(begin, end - begin), 76));
    }
  }
}

core::ExitCode check(const Options& options) {
  const study::Workload workload = study::read_workload(options.manifest);
  const auto say = [&](const std::string& text) {
    if (!options.as_json) print_wrapped(text);
  };
  say(fmt::format("{} is a valid manifest of {}.", core::printable(options.manifest.string(), 500),
                  core::printable(workload.id())));
  Json document = {{"manifest", options.manifest.string()}, {"workload", workload.id()}};
  if (!workload.can_train()) {
    say("It has no command: a study can plan with it, not train it.");
    if (options.as_json) print_json(document);
    return core::ExitCode::success;
  }
  const study::RunSpec run = short_run(workload, options);
  const fs::path data = data_folder(options.data, {});
  const core::TemporaryFolder folder("tandem-check");
  const auto& participant = run.participants[0];
  const fs::path config_file = execute::config_file_path(workload, folder.path(), "solo");
  const std::string config_text =
      workload.config_file
          ? execute::config_file_text(run, participant, workload, data, config_file)
          : "";
  if (options.dry_run || options.once) {
    const execute::Command command =
        execute::trainer_command(run, participant, workload, data, config_file);
    if (!options.as_json) print_command(workload, command, config_text);
    document["command"] = command.arguments;
    document["working_folder"] = workload.working_folder.string();
    document["environment"] = command.environment;
    document["config_file"] = config_text;
  }
  if (!options.once) {
    if (options.as_json) print_json(document);
    return core::ExitCode::success;
  }
  const study::Catalogue catalogue({workload});
  execute::check_prerequisites({run}, catalogue, data);
  for (const std::string& note : execute::synthetic_data_notes({run}, catalogue, data)) {
    say("note: " + note);
  }
  stop_on_signals();
  execute::RunSettings settings;
  settings.data_folder = data;
  settings.ready_timeout_s = settings.timeout_s = options.timeout_s;
  execute::RunObserver observer;
  const record::RunResult result = execute::execute_run(run, 1, folder.path(), catalogue, settings,
                                                        stop_request().now, observer);
  const record::ParticipantResult& training = result.participants[0];
  Recognition recognition;
  if (workload.log) {
    recognition = recognise(*workload.log, folder.path() / "solo.log");
  }
  const std::vector<std::string> advice = hints(workload, result);
  if (options.as_json) {
    document["barrier"] = result.barrier;
    document["outcome"] = {{"name", result.outcome.name}, {"message", result.outcome.message}};
    document["epochs"] = Json::array();
    for (const record::EpochRecord& epoch : training.epochs) {
      document["epochs"].push_back({{"epoch", epoch.epoch},
                                    {"end_s", epoch.end_s},
                                    {"train_loss", epoch.train_loss},
                                    {"metrics", epoch.metrics}});
    }
    document["metrics"] = training.metrics;
    document["duration_seconds"] = training.duration_seconds;
    document["memory_peak_mib"] = training.memory_peak_mib;
    document["log_lines"] = recognition.lines;
    document["recognised_lines"] = recognition.recognised_lines;
    document["recognised"] = recognition.recognised;
    document["unrecognised"] = recognition.unrecognised;
    document["hints"] = advice;
    print_json(document);
  } else {
    print_training(workload, result, recognition);
    for (const std::string& hint : advice) print_wrapped("! " + hint);
  }
  if (result.outcome.status == record::Outcome::Status::interrupted) {
    return core::ExitCode::interrupted;
  }
  return result.outcome.ok() ? core::ExitCode::success : core::ExitCode::runs_failed;
}

}  // namespace

void add_workload_check_command(CLI::App& workloads, core::ExitCode& exit_code) {
  CLI::App* command = workloads.add_subcommand(
      "check", "Check a workload's manifest, and try it with one short training");
  command->footer(
      "Example: tandem workloads check my/script.json --once\n"
      "Exits with 0 when all is well, 2 when the manifest has mistakes (all are told), 3 when the "
      "training failed. docs/own-scripts.md leads from a script to its manifest.");
  const auto options = std::make_shared<Options>();
  command->add_option("FILE", options->manifest, "The manifest")->required();
  CLI::Option* dry_run = command->add_flag("--dry-run", options->dry_run,
                                           "Show the command, its environment and its config file");
  command
      ->add_flag("--once", options->once,
                 "Train once, for a few epochs, and show what was recognised in the log")
      ->excludes(dry_run);
  command->add_option("--epochs", options->epochs, "Of that training, if the manifest allows them")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--scale", options->scale, "Whose defaults it takes")
      ->check(CLI::IsMember({"full", "quick"}))
      ->capture_default_str();
  command->add_option("--device", options->device, "Where to train")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "CPU threads of the training")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command->add_option("--data", options->data,
                      "Folder of the data sets (default: TANDEM_DATA, or data/)");
  command->add_option("--timeout-s", options->timeout_s, "End the training after so many seconds")
      ->check(CLI::Range(0.1, 1e6))
      ->capture_default_str();
  add_json_flag(*command, options->as_json);
  command->callback([options, &exit_code] { exit_code = check(*options); });
}

}  // namespace tandem::cli
