#pragma once

#include <map>
#include <string>
#include <tuple>
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

  /// The attempt that counts, whatever its outcome; nullptr when no attempt has a result.
  const record::RunResult* deciding(const std::string& run_id) const;

 private:
  /// Pair, repetition, setting, concurrent, of A.
  using CellKey = std::tuple<size_t, int, std::string, bool, bool>;
  PlannedResult find(const CellKey& cell) const;

  const study::Plan& plan_;
  Marked marked_;
  std::map<CellKey, size_t> run_of_cell_;  ///< index into Plan::runs
  std::map<std::string, const record::RunResult*> deciding_;
};

}  // namespace tandem::analyse
