#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyse/run_figures.h"
#include "core/reading.h"
#include "record/study_runs.h"
#include "study/plan.h"

namespace tandem::analyse {

/// The figures of a planned run, or the reason why there are none that count.
struct PlannedResult {
  const RunFigures* run = nullptr;  ///< null unless the run counts
  core::Reading problem;            ///< missing, with the reason, where it doesn't
  size_t number = not_planned;      ///< of the run in the plan

  static constexpr size_t not_planned = static_cast<size_t>(-1);

  /// A reading of the run; missing with the problem when the run doesn't count.
  core::Reading read(core::Reading RunFigures::*reading) const {
    return run != nullptr ? run->*reading : problem;
  }
};

/// The figures of the runs that answer a pair's experiments; of several attempts those of the
/// deciding one. Refers to the runs, which must outlive it.
class PlannedResults {
 public:
  /// Runs with a caution count, or, for the analysis without them, are as good as missing.
  enum class Marked { count, left_out };
  explicit PlannedResults(const record::StudyRuns& runs, Marked marked = Marked::count);
  /// The same of recorded runs: plan and results must outlive it.
  PlannedResults(const study::Plan& plan, const std::vector<record::RunResult>& results,
                 Marked marked = Marked::count);

  /// All figures that count, in the order of the plan.
  std::vector<const RunFigures*> counted() const { return figures_.counted(); }
  /// Empty for what isn't planned.
  std::string run_id(const PlannedResult& result) const;

 private:
  friend class PairResults;
  enum Kind : size_t { together, b_alone, a_alone, kinds };
  static constexpr std::uint32_t none = static_cast<std::uint32_t>(-1);
  /// The runs of a pair's cells.
  struct PairRuns {
    std::vector<std::string> settings;
    std::vector<std::uint32_t> run;  ///< by repetition, setting and kind
    /// Of cells (places in `run`) whose run was made for the pair with its models in the other
    /// roles: its figures, the pair's A first.
    std::unordered_map<size_t, RunFigures> turned;

    size_t place_of(int repetition, size_t setting, Kind kind) const;
  };
  static Kind kind_of(const study::Experiment& experiment);
  void place_cells();
  void collect(Marked marked);
  void turn_shared_pairs();

  std::unique_ptr<const record::StudyRuns> own_;  ///< where there was only a plan
  const record::StudyRuns& runs_;
  std::vector<PairRuns> pairs_;
  FiguresOfRuns figures_;
  /// Runs that count, but not as what was planned.
  std::unordered_map<size_t, core::Reading> unlike_planned_;
};

/// The results of one pair. `settings`, the first of which is the default, are known by their
/// places.
class PairResults {
 public:
  PairResults(const PlannedResults& results, size_t pair,
              const std::vector<study::Setting>& settings);

  PlannedResult concurrent(size_t setting, int repetition) const {
    return find(setting, repetition, PlannedResults::together);
  }
  PlannedResult solo_b(size_t setting, int repetition) const {
    return find(setting, repetition, PlannedResults::b_alone);
  }
  PlannedResult solo_a(int repetition) const {
    return find(0, repetition, PlannedResults::a_alone);
  }
  std::string run_id(const PlannedResult& result) const { return results_.run_id(result); }

 private:
  PlannedResult find(size_t setting, int repetition, PlannedResults::Kind kind) const;

  const PlannedResults& results_;
  const PlannedResults::PairRuns* runs_ = nullptr;  ///< null for a pair without a cell
  std::vector<size_t> place_;                       ///< of each setting among those of runs_
};

}  // namespace tandem::analyse
