#include <fmt/format.h>
#include <unistd.h>

#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/data_folder.h"
#include "cli/detach.h"
#include "cli/observers.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/run_on_slurm.h"
#include "cli/stop_on_signals.h"
#include "cli/study_changes.h"
#include "core/file.h"
#include "execute/session.h"
#include "execute/session_state.h"
#include "execute/study_lock.h"
#include "execute/trainer_command.h"
#include "measure/machine.h"

namespace tandem::cli {
namespace {

/// A study's folder that came from another machine can be read here, but not be gone on with.
void check_machine(const OpenStudy& open) {
  const std::string here = measure::describe_machine().machine_class();
  if (open.machine_class == here) return;
  throw core::UserError(fmt::format(
      "'{}' was run on {}, this machine is {}: runs of different machines are not comparable. "
      "Run the study file here with --results and another folder.",
      open.store.folder().string(), open.machine_class, here));
}

struct RunOptions {
  OpenOptions open;
  std::filesystem::path data;
  bool retry_failed = false;
  bool detach = false;
  std::string executor = "local";
  bool dry_run = false;
};

/// Flags of one executor given to the other.
void check_flags(const RunOptions& options) {
  if (options.executor == "slurm" && options.detach) {
    throw core::UserError("the command line",
                          {{"--detach", "--executor slurm",
                            "one of the two: Slurm's jobs run in the background anyway"}});
  }
  if (options.executor != "slurm" && (options.dry_run || !options.open.slurm_profile.empty())) {
    throw core::UserError("the command line",
                          {{options.dry_run ? "--dry-run" : "--slurm-profile", "no executor",
                            "--executor slurm with it ('tandem plan' shows what a study runs)"}});
  }
}

void report_background(const std::filesystem::path& folder, pid_t process) {
  fmt::print("Running in the background as process {}.\n", process);
  fmt::print("  tandem watch {0}\n  tandem status {0}\n  tandem stop {0}\n", folder.string());
  fmt::print("  output: {}\n", (folder / "session.log").string());
}

core::ExitCode run(const RunOptions& options) {
  check_flags(options);
  const OpenStudy open = open_study(options.open);
  refuse_imported(open, "run");
  const std::filesystem::path data = data_folder(options.data, open.study.data_folder);
  if (options.executor == "slurm") {
    return run_on_slurm(open, {data, options.retry_failed, options.dry_run});
  }
  const std::vector<study::RunSpec> specs = specs_of(open.plan);
  execute::check_prerequisites(specs, open.catalogue, data, open.study.devices);
  check_machine(open);
  for (const std::string& note : execute::synthetic_data_notes(specs, open.catalogue, data)) {
    say("note: " + note + "\n");
  }
  const std::filesystem::path& folder = open.store.folder();
  core::make_folders(folder);
  std::optional<Background> background;
  if (options.detach) {
    background = Background::start([&](pid_t process) { report_background(folder, process); });
  }
  const execute::StudyLock lock(folder);
  check_not_on_slurm(open);
  check_goes_on(open);
  keep_study(open);

  stop_on_signals();
  const auto executors = execute::local_executors(open.study, open.catalogue, data, folder);
  std::vector<execute::SessionDevice> devices;
  for (const auto& executor : executors) {
    const std::string name =
        open.study.devices.empty() ? "" : open.study.devices[devices.size()].name();
    devices.push_back({name, executor.get()});
  }
  if (background) background->begun(folder / "session.log");
  ProgressDisplay progress(::isatty(STDOUT_FILENO) == 1);
  execute::SessionStateWriter state(folder);
  Observers display{&progress, &state};
  const execute::SessionSummary summary =
      execute::run_session(open.plan, open.store, devices,
                           {.retry_failed = options.retry_failed,
                            .cool_down_s = open.study.cool_down_s,
                            .retries = open.study.retries},
                           stop_request(), display);

  say(fmt::format("{} ok, {} failed in this session", summary.ok, summary.failed));
  if (summary.made_again > 0) {
    say(fmt::format(", {} attempts that the machine spoilt were made again", summary.made_again));
  }
  if (summary.unfinished > 0) say(fmt::format(", {} not finished", summary.unfinished));
  if (summary.failed_earlier > 0) {
    say(fmt::format(", {} failed earlier (repeat them with --retry-failed)",
                    summary.failed_earlier));
  }
  say(fmt::format(". Results: {}\n", folder.string()));
  if (summary.interrupted) {
    say("Interrupted; run the study again to go on with what is missing.\n");
    return core::ExitCode::interrupted;
  }
  say(fmt::format("Next: tandem report {}\n", folder.string()));
  return summary.failed + summary.failed_earlier + summary.unfinished > 0
             ? core::ExitCode::runs_failed
             : core::ExitCode::success;
}

}  // namespace

void add_run_command(CLI::App& app, core::ExitCode& exit_code) {
  CLI::App* command = app.add_subcommand("run", "Make the runs of a study that have no result yet");
  command->footer(
      "Example: tandem run studies/pilot.json --data data\n"
      "Can be interrupted at any time; the same command goes on with what is missing.");
  const auto options = std::make_shared<RunOptions>();
  add_study_options(*command, options->open);
  add_device_option(*command, options->open);
  command->add_option("--data", options->data,
                      "Folder of the data sets (default: the study's data_folder, TANDEM_DATA, "
                      "or data/)");
  command->add_flag("--retry-failed", options->retry_failed,
                    "Also repeat runs that failed, each as a new attempt");
  command->add_flag("--detach", options->detach,
                    "Go on in the background; 'tandem watch', 'status' and 'stop' find it");
  command
      ->add_option("--executor", options->executor,
                   "Who makes the runs: local (this machine), or slurm (the nodes of a cluster)")
      ->check(CLI::IsMember({"local", "slurm"}));
  command->add_option("--slurm-profile", options->open.slurm_profile,
                      "JSON file of a site with members of the study file's slurm, for those that "
                      "the study doesn't state");
  command->add_flag("--dry-run", options->dry_run,
                    "With --executor slurm: write the batch scripts and submit nothing");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace tandem::cli
