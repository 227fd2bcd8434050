#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/reading.h"
#include "record/run_result.h"
#include "study/plan.h"

namespace tandem::analyse {

/// The result of a planned run, or the reason why there is none that counts.
struct PlannedResult {
  const record::RunResult* run = nullptr;  ///< null unless the run is ok
  std::string run_id;
  std::string problem;  ///< empty when the run is ok

  /// A reading of the run; missing with the problem when the run doesn't count.
  template <typename Read>
  core::Reading read(Read reading_of) const {
    return run != nullptr ? reading_of(*run) : core::Reading::missing(problem);
  }
};

/// Finds the runs that answer a pair's experiments; of several attempts the deciding one.
/// Refers to the plan and the results: both must outlive it.
class PlannedResults {
 public:
  /// Runs with a caution count, or, for the analysis without them, are as good as missing.
  enum class Marked { count, left_out };
  PlannedResults(const study::Plan& plan, const std::vector<record::RunResult>& results,
                 Marked marked = Marked::count);

  PlannedResult concurrent(size_t pair, const std::string& setting, int repetition) const;
  PlannedResult solo_b(size_t pair, const std::string& setting, int repetition) const;
  PlannedResult solo_a(size_t pair, int repetition) const;

  /// The attempt at one of Plan::runs that counts, whatever its outcome; nullptr when no attempt
  /// has a result.
  const record::RunResult* deciding(size_t run) const { return deciding_of_run_[run]; }

 private:
  enum Kind : size_t { together, b_alone, a_alone, kinds };
  /// The runs of a pair's cells: indices into Plan::runs.
  struct PairRuns {
    std::vector<std::string> settings;
    std::vector<size_t> run;  ///< by repetition, setting and kind
    static constexpr size_t none = static_cast<size_t>(-1);

    /// nullptr outside of what the pair has.
    const size_t* find(int repetition, const std::string& setting, Kind kind) const;
  };
  static Kind kind_of(const study::Experiment& experiment);
  PlannedResult find(size_t pair, int repetition, const std::string& setting, Kind kind) const;

  const study::Plan& plan_;
  Marked marked_;
  std::vector<PairRuns> pairs_;
  std::vector<const record::RunResult*> deciding_of_run_;  ///< of each of Plan::runs
};

}  // namespace tandem::analyse
