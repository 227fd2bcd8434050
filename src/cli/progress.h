#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "execute/session.h"
#include "study/time_left.h"

namespace tandem::cli {

/// Prints at once; a reader that went away is no error.
void say(const std::string& text, std::FILE* to = stdout);

/// Shows a session's progress: on a terminal a line that is written over, and in any case a line
/// for each run that has ended.
class ProgressDisplay : public execute::SessionObserver {
 public:
  /// `terminal` says whether `to` is one.
  explicit ProgressDisplay(bool terminal, std::FILE* to = stdout) : terminal_(terminal), to_(to) {}

  void session_begins(size_t planned, size_t already_done,
                      const std::vector<const study::PlannedRun*>& to_do,
                      const std::vector<std::string>& devices) override;
  void run_begins(size_t device, const study::PlannedRun& run, size_t place, int attempt) override;
  void device_given_up(size_t device, const std::string& why) override;
  void warning(const std::string& text) override;
  void run_ends(size_t device, const record::RunResult& result, double took_s, bool again) override;
  void waiting(size_t device, const std::string& what) override;
  void loading(size_t device) override;
  void started(size_t device) override;
  void epoch_done(size_t device, size_t index, int epoch, int epochs) override;

 private:
  /// The run that a device makes.
  struct InFlight {
    const study::PlannedRun* run = nullptr;
    size_t place = 0;
    std::string name;
    std::string epochs[2];
  };

  void show(size_t device, const std::string& activity);
  /// ` on cores 0`, empty where there is one device.
  std::string on(size_t device) const;

  void say(const std::string& text) const { cli::say(text, to_); }

  bool terminal_;
  std::FILE* to_;
  study::TimeLeft time_left_;
  size_t to_do_ = 0;
  size_t begun_ = 0;
  std::vector<std::string> devices_;
  std::vector<InFlight> in_flight_;  ///< of each device
};

}  // namespace tandem::cli
