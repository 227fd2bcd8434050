#pragma once

#include <string>
#include <vector>

#include "execute/session.h"

namespace tandem::cli {

/// Prints to the standard output at once; a reader that went away is no error.
void say(const std::string& text);

/// Seconds that the rest of a session takes: the expected times of what is left, corrected by how
/// the runs made so far compared with theirs.
class TimeLeft {
 public:
  explicit TimeLeft(double expected_total_s) : expected_left_s_(expected_total_s) {}
  void run_done(double expected_s, double took_s);
  double seconds() const;

 private:
  double expected_left_s_;
  double expected_done_s_ = 0;
  double took_s_ = 0;
};

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
