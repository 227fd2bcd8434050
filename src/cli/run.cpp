#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "cli/commands.h"
#include "cli/data_folder.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/stop_on_signals.h"
#include "core/file.h"
#include "execute/session.h"
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
};

core::ExitCode run(const RunOptions& options) {
  const OpenStudy open = open_study(options.open);
  const std::filesystem::path data = data_folder(options.data, open.study.data_folder);
  std::vector<study::RunSpec> specs;
  for (const study::PlannedRun& planned : open.plan.runs) specs.push_back(planned.spec);
  execute::check_prerequisites(specs, open.catalogue, data);
  check_machine(open);
  core::make_folders(open.store.folder());
  const execute::StudyLock lock(open.store.folder());
  keep_study(open);

  stop_on_signals();
  execute::LocalExecutor executor(open.study, open.catalogue, data);
  ProgressDisplay display(::isatty(STDOUT_FILENO) == 1);
  const execute::SessionSummary summary =
      execute::run_session(open.plan, open.store, executor,
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
  say(fmt::format(". Results: {}\n", open.store.folder().string()));
  if (summary.interrupted) {
    say("Interrupted; run the study again to go on with what is missing.\n");
    return core::ExitCode::interrupted;
  }
  say(fmt::format("Next: tandem report {}\n", open.store.folder().string()));
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
  command->add_option("--data", options->data,
                      "Folder of the data sets (default: the study's data_folder, TANDEM_DATA, "
                      "or data/)");
  command->add_flag("--retry-failed", options->retry_failed,
                    "Also repeat runs that failed, each as a new attempt");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace tandem::cli
