#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/run_on_slurm.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/text.h"
#include "execute/session_state.h"
#include "execute/slurm/submission.h"
#include "execute/study_lock.h"

namespace tandem::cli {
namespace {

/// sbatch may try for minutes.
constexpr double submission_ends_within_s = 240;

struct StopOptions {
  OpenOptions open;
  bool now = false;
  bool wait = false;
};

core::ExitCode stop(const StopOptions& options) {
  const OpenStudy open = open_study(options.open);
  const std::filesystem::path folder = open.store.folder();
  const auto holder = execute::lock_holder(folder);
  if (!holder && execute::slurm::has_open_submissions(folder)) {
    stop_slurm(open, options.now, options.wait);
    return core::ExitCode::success;
  }
  if (!holder) {
    fmt::print("No session works on {}.\n", folder.string());
    return core::ExitCode::success;
  }
  if (!holder->is_on_this_host() || holder->is_alive()) {
    execute::signal_session(folder, *holder, options.now ? SIGTERM : SIGUSR1);
  }
  const auto state = execute::read_session_state(folder);
  fmt::print("Asked to end {}: {}.\n",
             options.now                       ? "now"
             : state && state->runs.size() > 1 ? "after the runs in flight"
                                               : "after the run in flight",
             holder->describe());
  for (const execute::RunInFlight& run :
       state ? state->runs : std::vector<execute::RunInFlight>{}) {
    if (options.now) break;
    fmt::print("  {} ({}), expected to take {} in all\n", run.run_id, run.activity,
               core::format_duration(run.expected_s));
  }
  std::fflush(stdout);
  while (options.wait && execute::lock_holder(folder)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  if (options.wait) fmt::print("It has ended.\n");
  // It was handing the study to Slurm.
  if (execute::slurm::has_open_submissions(folder)) {
    for (const core::Time begin = core::Clock::now(); execute::lock_holder(folder);) {
      if (core::seconds_between(begin, core::Clock::now()) > submission_ends_within_s) {
        throw core::SystemError("it still submits the study to Slurm: stop it again");
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    stop_slurm(open, options.now, options.wait);
  }
  return core::ExitCode::success;
}

}  // namespace

void add_stop_command(CLI::App& app, core::ExitCode& exit_code) {
  CLI::App* command = app.add_subcommand(
      "stop", "Ask the session, or Slurm's tasks, at work on a study to end, from any shell");
  command->footer(
      "Example: tandem stop results/pilot --wait\n"
      "Nothing is lost: 'tandem run' goes on with what is missing.");
  const auto options = std::make_shared<StopOptions>();
  add_study_options(*command, options->open);
  command->add_flag("--now", options->now,
                    "End the run in flight too, as interrupted (default: let it end)");
  command->add_flag("--wait", options->wait, "Return when the session has ended");
  command->callback([options, &exit_code] { exit_code = stop(*options); });
}

}  // namespace tandem::cli
