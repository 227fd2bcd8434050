#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "record/run_result.h"
#include "study/plan.h"

namespace tandem::record {

/// The runs of a study in the order of its plan, each with the attempt that decides about it. They
/// are looked at one after the other: of a large study they are never all in memory. Not for
/// several threads at once.
class StudyRuns {
 public:
  virtual ~StudyRuns() = default;

  virtual size_t size() const = 0;  ///< planned runs
  virtual std::string id(size_t run) const = 0;
  /// Like a result of deciding(), valid until the next call of either.
  virtual const study::RunSpec& spec(size_t run) const = 0;
  /// nullptr when no attempt has a result.
  virtual const RunResult* deciding(size_t run) const = 0;
  virtual size_t attempts(size_t run) const = 0;  ///< with a result
  /// What each run is for; Cell::run is its number here.
  virtual void for_each_cell(const std::function<void(const study::Cell&)>& use) const = 0;

  // Results beside those that decide.
  virtual size_t interrupted_attempts() const { return 0; }
  virtual size_t results_outside_plan() const { return 0; }
};

/// The runs of a plan with all their attempts in any order. Both must outlive it.
class RecordedRuns : public StudyRuns {
 public:
  RecordedRuns(const study::Plan& plan, const std::vector<RunResult>& results);

  size_t size() const override { return plan_.runs.size(); }
  std::string id(size_t run) const override { return plan_.runs[run].id; }
  const study::RunSpec& spec(size_t run) const override { return plan_.runs[run].spec; }
  const RunResult* deciding(size_t run) const override { return deciding_[run]; }
  size_t attempts(size_t run) const override { return attempts_[run]; }
  void for_each_cell(const std::function<void(const study::Cell&)>& use) const override;
  size_t interrupted_attempts() const override { return interrupted_attempts_; }
  size_t results_outside_plan() const override { return results_outside_plan_; }

 private:
  const study::Plan& plan_;
  std::vector<const RunResult*> deciding_;  ///< of each of Plan::runs
  std::vector<size_t> attempts_;
  size_t interrupted_attempts_ = 0;
  size_t results_outside_plan_ = 0;
};

}  // namespace tandem::record
