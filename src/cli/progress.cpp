#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace tandem::cli {

void say(const std::string& text) {
  // Nobody may be reading any more; that ends the display, not the study.
  if (std::fputs(text.c_str(), stdout) >= 0) std::fflush(stdout);
}

void ProgressDisplay::session_begins(size_t planned, size_t already_done,
                                     const std::vector<const study::PlannedRun*>& to_do) {
  to_do_ = to_do.size();
  double expected_s = 0;
  for (const study::PlannedRun* run : to_do) expected_s += run->expected_s;
  time_left_ = TimeLeft(expected_s);
  say(fmt::format("{} runs planned, {} already done, {} to do", planned, already_done, to_do_));
  if (to_do_ > 0) say(fmt::format(", about {}", core::format_duration(time_left_.seconds())));
  say(".\n");
}

void ProgressDisplay::run_begins(const study::PlannedRun& run, size_t place, int attempt) {
  place_ = place;
  expected_s_ = run.expected_s;
  run_name_ = run.id;
  if (attempt > 1) run_name_ += fmt::format(" (attempt {})", attempt);
  epochs_[0].clear();
  epochs_[1].clear();
}

void ProgressDisplay::run_ends(const record::RunResult& result, double took_s, bool again) {
  if (again) {
    ++to_do_;
  } else {
    time_left_.run_done(expected_s_, took_s);
  }
  if (terminal_) say("\r\033[K");
  std::string how = "ok";
  if (!result.outcome.ok()) {
    how = fmt::format("{}: {}: {}", record::name_of(result.outcome.status), result.outcome.name,
                      core::printable(result.outcome.message));
  }
  say(fmt::format("[{:>{}}/{}] {}  {:.1f} s  {}", place_, std::to_string(to_do_).size(), to_do_,
                  run_name_, took_s, how));
  if (again) say("  (will be made again)");
  if (place_ < to_do_) say(fmt::format("  {} left", core::format_duration(time_left_.seconds())));
  say("\n");
}

void ProgressDisplay::warning(const std::string& text) {
  if (terminal_) say("\r\033[K");
  say(fmt::format("warning: {}\n", core::printable(text, 500)));
}

void ProgressDisplay::waiting(const std::string& what) {
  if (terminal_) return show("waiting: " + what);
  say(fmt::format("waiting: {}\n", what));
}
void ProgressDisplay::loading() {
  show("loading");
}
void ProgressDisplay::started() {
  show("training");
}

void ProgressDisplay::epoch_done(size_t index, int epoch, int epochs) {
  epochs_[index] = fmt::format("{}/{}", epoch, epochs);
  show(epochs_[1].empty() ? "epoch " + epochs_[0]
                          : fmt::format("epochs A {} B {}", epochs_[0], epochs_[1]));
}

void ProgressDisplay::show(const std::string& activity) {
  if (!terminal_) return;
  // A line that wraps can't be written over.
  constexpr size_t columns = 79;
  const std::string left = ", " + core::format_duration(time_left_.seconds()) + " left";
  const std::string line = fmt::format("[{}/{}] {}, {}", place_, to_do_, activity, run_name_);
  say(fmt::format("\r\033[K{}{}", line.substr(0, columns - left.size()), left));
}

}  // namespace tandem::cli
