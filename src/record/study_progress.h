#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "record/run_store.h"
#include "study/plan.h"

namespace tandem::record {

/// An attempt that has ended, in short.
struct EndedAttempt {
  std::string run_id;
  int attempt = 1;
  Outcome outcome;  ///< its texts cut to `longest_text_bytes`
  std::string ended_at;
  core::Reading makespan_s;
  core::Energy energy;
};

/// How far a study is, by the results in its run folders. Only reads, reads each result once, and
/// keeps a short form of it, so that it can be asked again and again beside a session.
class StudyProgress {
 public:
  static constexpr size_t longest_text_bytes = 16 * 1024;
  static constexpr size_t most_kept = 50;  ///< of the latest failures, and of the latest ends

  /// Of the plan's runs, on so many devices. The plan must live as long.
  StudyProgress(const study::Plan& plan, size_t devices, RunStore store);

  /// Looks for results that are new. True when there were any.
  bool refresh();

  size_t planned() const { return plan_.runs.size(); }
  size_t ok() const { return ok_; }
  size_t failed() const { return failed_; }
  size_t left() const { return planned() - ok_ - failed_; }
  double left_s() const { return left_s_; }
  /// Joules of the runs that are ok, by the name of their source.
  const std::map<std::string, double>& energy_j() const { return energy_j_; }
  /// How many attempts failed or were invalid, by the outcome's name; those that were made again
  /// count too.
  const std::map<std::string, size_t>& failed_attempts() const { return failed_attempts_; }
  /// The runs whose deciding attempt failed or was invalid, the one that ended last at the end.
  const std::optional<EndedAttempt>& last_failure() const { return last_failure_; }
  /// The latest attempts that failed or were invalid, and the latest of all; by the end, rising.
  const std::deque<EndedAttempt>& failures() const { return failures_; }
  const std::deque<EndedAttempt>& latest() const { return latest_; }
  /// What is wrong with results that could not be read; those runs count as left.
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  /// What is known of a run.
  struct Known {
    size_t attempts = 0;  ///< with a result, those that can't be read included
    std::optional<EndedAttempt> deciding;
  };

  void take(Known& known, EndedAttempt attempt);
  void count();

  const study::Plan& plan_;
  size_t devices_;
  RunStore store_;
  std::vector<Known> known_;  ///< of each run of the plan
  std::deque<EndedAttempt> failures_, latest_;
  std::map<std::string, size_t> failed_attempts_;
  std::vector<std::string> problems_;

  size_t ok_ = 0, failed_ = 0;
  double left_s_ = 0;
  std::map<std::string, double> energy_j_;
  std::optional<EndedAttempt> last_failure_;
};

}  // namespace tandem::record
