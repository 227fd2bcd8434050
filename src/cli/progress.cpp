#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace tandem::cli {

void TimeLeft::run_done(double expected_s, double took_s) {
  expected_left_s_ -= expected_s;
  expected_done_s_ += expected_s;
  took_s_ += took_s;
}

double TimeLeft::seconds() const {
  const double pace = expected_done_s_ > 0 ? took_s_ / expected_done_s_ : 1;
  return std::max(0.0, expected_left_s_) * pace;
}

void ProgressDisplay::session_begins(size_t planned, size_t already_done,
                                     const std::vector<const study::PlannedRun*>& to_do) {
  to_do_ = to_do.size();
  double expected_s = 0;
  for (const study::PlannedRun* run : to_do) expected_s += run->expected_s;
  time_left_ = TimeLeft(expected_s);
  fmt::print("{} runs planned, {} already done, {} to do", planned, already_done, to_do_);
  if (to_do_ > 0) fmt::print(", about {}", core::format_duration(time_left_.seconds()));
  fmt::print(".\n");
  std::fflush(stdout);
}

void ProgressDisplay::run_begins(const study::PlannedRun& run, size_t place, int attempt) {
  place_ = place;
  expected_s_ = run.expected_s;
  run_name_ = run.id;
  if (attempt > 1) run_name_ += fmt::format(" (attempt {})", attempt);
  epochs_[0].clear();
  epochs_[1].clear();
}

void ProgressDisplay::run_ends(const record::RunResult& result, double took_s) {
  time_left_.run_done(expected_s_, took_s);
  if (terminal_) fmt::print("\r\033[K");
  std::string how = "ok";
  if (!result.outcome.ok()) {
    how = fmt::format("{}: {}: {}", record::name_of(result.outcome.status), result.outcome.name,
                      core::printable(result.outcome.message));
  }
  fmt::print("[{:>{}}/{}] {}  {:.1f} s  {}", place_, std::to_string(to_do_).size(), to_do_,
             run_name_, took_s, how);
  if (place_ < to_do_) fmt::print("  {} left", core::format_duration(time_left_.seconds()));
  fmt::print("\n");
  std::fflush(stdout);
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
  fmt::print("\r\033[K[{}/{}] {}: {}, {} left", place_, to_do_, run_name_, activity,
             core::format_duration(time_left_.seconds()));
  std::fflush(stdout);
}

}  // namespace tandem::cli
