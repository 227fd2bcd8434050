#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/run_on_slurm.h"
#include "core/text.h"
#include "execute/session_state.h"
#include "execute/slurm/submission.h"
#include "execute/study_lock.h"

namespace tandem::cli {
namespace {

/// One line of at most 79 columns, so that it can be written over.
std::string line_of(const execute::SessionState& state) {
  constexpr size_t columns = 79;
  std::string line = fmt::format("{} ok, {} failed, {} to do", state.ok, state.failed,
                                 state.to_do - std::min(state.to_do, state.ok + state.failed));
  if (!state.runs.empty()) line.clear();
  for (const execute::RunInFlight& run : state.runs) {
    const std::string epochs = execute::epochs_label(run);
    line += fmt::format("{}[{}/{}] {}, {}", line.empty() ? "" : "  ", run.place, state.to_do,
                        epochs.empty() ? run.activity : epochs, run.run_id);
  }
  const std::string left = ", " + core::format_duration(state.left_s) + " left";
  return line.substr(0, columns - left.size()) + left;
}

void watch(const StudyOptions& options) {
  const OpenStudy open = open_study(options.open);
  const std::filesystem::path folder = open.store.folder();
  if (!execute::lock_holder(folder) && execute::slurm::has_open_submissions(folder)) {
    return watch_slurm(open, options.as_json);
  }
  const bool on_terminal = ::isatty(STDOUT_FILENO) == 1;
  std::string shown;
  size_t runs_shown = 0;
  for (bool first = true;; first = false) {
    // Asked first: what is read then is not older than the answer.
    const bool is_running = execute::lock_holder(folder).has_value();
    const auto state = execute::read_session_state(folder);
    if (first && !is_running) say(fmt::format("No session works on {}.\n", folder.string()));
    if (state && is_running && options.as_json) {
      const std::string line = to_document(*state).dump();
      if (line != shown) say(line + "\n");
      shown = line;
    } else if (state && is_running) {
      const size_t ended = state->ok + state->failed;
      if (ended > runs_shown && !first) {
        say(fmt::format("{}{}\n", on_terminal ? "\r\033[K" : "", state->last_run));
      }
      runs_shown = ended;
      const std::string line = line_of(*state);
      if (on_terminal) {
        say("\r\033[K" + line);
      } else if (line != shown) {
        say(line + "\n");
      }
      shown = line;
    }
    if (is_running) {
      constexpr auto once_in = std::chrono::milliseconds(500);
      std::this_thread::sleep_for(once_in);
      continue;
    }
    if (first || options.as_json) return;
    say(fmt::format("{}The session has ended. See: tandem status {}\n",
                    on_terminal ? "\r\033[K" : "", folder.string()));
    return;
  }
}

}  // namespace

void add_watch_command(CLI::App& app, core::ExitCode&) {
  CLI::App* command = app.add_subcommand(
      "watch", "Follow the session, or Slurm's tasks, at work on a study, from any shell");
  command->footer(
      "Example: tandem watch results/pilot\n"
      "Ctrl-C ends the watching, not the session.");
  const auto options = add_study_and_json(*command);
  command->callback([options] { watch(*options); });
}

}  // namespace tandem::cli
