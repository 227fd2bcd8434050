#pragma once

#include <string>
#include <vector>

#include "cli/time_left.h"
#include "execute/session.h"

namespace tandem::cli {

/// Prints to the standard output at once; a reader that went away is no error.
void say(const std::string& text);

/// Shows a session's progress: on a terminal a line that is written over, and in any case a line
/// for each run that has ended.
class ProgressDisplay : public execute::SessionObserver {
 public:
  explicit ProgressDisplay(bool terminal) : terminal_(terminal) {}

  void session_begins(size_t planned, size_t already_done,
                      const std::vector<const study::PlannedRun*>& to_do) override;
  void run_begins(const study::PlannedRun& run, size_t place, int attempt) override;
  void warning(const std::string& text) override;
  void run_ends(const record::RunResult& result, double took_s, bool again) override;
  void waiting(const std::string& what) override;
  void loading() override;
  void started() override;
  void epoch_done(size_t index, int epoch, int epochs) override;

 private:
  void show(const std::string& activity);

  bool terminal_;
  TimeLeft time_left_{0};
  size_t to_do_ = 0;
  size_t place_ = 0;
  std::string run_name_;
  double expected_s_ = 0;
  std::string epochs_[2];
};

}  // namespace tandem::cli
