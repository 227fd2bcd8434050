#include "cli/progress.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace tandem::cli {

void say(const std::string& text, std::FILE* to) {
  // Nobody may be reading any more; that ends the display, not the study.
  if (std::fputs(text.c_str(), to) >= 0) std::fflush(to);
}

void ProgressDisplay::session_begins(size_t planned, size_t already_done,
                                     const std::vector<const study::PlannedRun*>& to_do,
                                     const std::vector<std::string>& devices) {
  to_do_ = to_do.size();
  devices_ = devices;
  in_flight_.resize(devices.size());
  time_left_ = study::TimeLeft(devices.size());
  for (const study::PlannedRun* run : to_do) time_left_.add(*run);
  say(fmt::format("{} runs planned, {} already done, {} to do", planned, already_done, to_do_));
  if (to_do_ > 0) say(fmt::format(", about {}", core::format_duration(time_left_.seconds())));
  if (devices.size() > 1) say(fmt::format(" on {} devices", devices.size()));
  say(".\n");
}

void ProgressDisplay::run_begins(size_t device, const study::PlannedRun& run, size_t place,
                                 int attempt) {
  begun_ = place;
  in_flight_.at(device) = {&run, place, run.id, {}};
  if (attempt > 1) in_flight_[device].name += fmt::format(" (attempt {})", attempt);
}

void ProgressDisplay::run_ends(size_t device, const record::RunResult& result, double took_s,
                               bool again) {
  const InFlight& ended = in_flight_.at(device);
  if (again) {
    ++to_do_;
  } else {
    time_left_.run_done(*ended.run, took_s);
  }
  if (terminal_) say("\r\033[K");
  std::string how = "ok";
  if (!result.outcome.ok()) {
    how = fmt::format("{}: {}: {}", record::name_of(result.outcome.status), result.outcome.name,
                      core::printable(result.outcome.message));
  }
  say(fmt::format("[{:>{}}/{}] {}{}  {:.1f} s  {}", ended.place, std::to_string(to_do_).size(),
                  to_do_, ended.name, on(device), took_s, how));
  if (again) say("  (will be made again)");
  if (begun_ < to_do_) say(fmt::format("  {} left", core::format_duration(time_left_.seconds())));
  say("\n");
}

void ProgressDisplay::warning(const std::string& text) {
  if (terminal_) say("\r\033[K");
  say(fmt::format("warning: {}\n", core::printable(text, 500)));
}

void ProgressDisplay::device_given_up(size_t device, const std::string& why) {
  warning(fmt::format("no more runs on {}, the other devices go on: {}", devices_.at(device), why));
}

void ProgressDisplay::waiting(size_t device, const std::string& what) {
  if (terminal_) return show(device, "waiting: " + what);
  say(fmt::format("waiting{}: {}\n", on(device), what));
}
void ProgressDisplay::loading(size_t device) {
  show(device, "loading");
}
void ProgressDisplay::started(size_t device) {
  show(device, "training");
}

void ProgressDisplay::epoch_done(size_t device, size_t index, int epoch, int epochs) {
  std::string(&done)[2] = in_flight_.at(device).epochs;
  done[index] = fmt::format("{}/{}", epoch, epochs);
  show(device,
       done[1].empty() ? "epoch " + done[0] : fmt::format("epochs A {} B {}", done[0], done[1]));
}

void ProgressDisplay::show(size_t device, const std::string& activity) {
  if (!terminal_) return;
  // A line that wraps can't be written over.
  constexpr size_t columns = 79;
  const InFlight& run = in_flight_.at(device);
  const std::string left = ", " + core::format_duration(time_left_.seconds()) + " left";
  const std::string line =
      fmt::format("[{}/{}] {}{}, {}", run.place, to_do_, activity, on(device), run.name);
  say(fmt::format("\r\033[K{}{}", line.substr(0, columns - left.size()), left));
}

std::string ProgressDisplay::on(size_t device) const {
  return devices_.at(device).empty() ? "" : " on " + devices_[device];
}

}  // namespace tandem::cli
