#pragma once

#include <string>
#include <vector>

#include "analyse/planned_results.h"
#include "core/energy_shares.h"
#include "core/json.h"
#include "core/reading.h"
#include "study/plan.h"

namespace tandem::analyse {

/// One training of a pair against the same training alone: same setting, same repetition.
struct TrainingEffects {
  core::Reading concurrent_overhead;  ///< (concurrent − solo) / solo duration
  core::Reading energy_change;        ///< (share of the pair's energy − solo) / solo energy
  core::Reading performance_change;   ///< (concurrent − solo) / |solo|; positive is better
  core::Reading interference;         ///< |performance_change|
};

/// What running together did, in one block: a pair with B at one setting, in one repetition.
/// Ratios, not percent. Missing with the reason where a run didn't end ok.
struct BlockEffects {
  size_t pair = 0;  ///< index into Study::pairs
  std::string setting;
  int repetition = 1;
  TrainingEffects a;
  TrainingEffects b;
  core::Reading makespan_overhead;  ///< (makespan − sum of solo durations) / sum
  core::Reading energy_saving;      ///< (sum of solo energies − the pair's energy) / sum
  core::Reading overlap_fraction;
  // What the two are computed from; the solo figures are sums over A and B.
  core::Reading solo_duration_seconds;
  core::Reading makespan_seconds;
  core::Reading solo_energy_joules;
  core::Reading pair_energy_joules;
  // Empty where only the effects were asked for.
  /// Ways to divide pair_energy_joules between A and B, each a model: by what the processes used,
  /// the two marginal orders, Shapley. Empty when a run doesn't count.
  std::vector<core::Shares> energy_shares;
  // The runs that the effects come from.
  std::string concurrent_run;
  std::string solo_a_run;
  std::string solo_b_run;
};

/// All blocks of a pair, by repetition, then in the order of the settings. `with_details`: also the
/// shares of energy and the names of the runs.
std::vector<BlockEffects> block_effects(size_t pair, const std::vector<study::Setting>& settings,
                                        int repetitions, const PlannedResults& results,
                                        bool with_details = true);

/// (value − reference) / |reference|; missing for a reference of zero.
core::Reading relative_change(const core::Reading& value, const core::Reading& reference);

/// Joules of the trainings' runs may be compared only when they come from the same sources:
/// empty, or a sentence that names both.
std::string energy_source_conflict(const RunFigures& left, const RunFigures& right);

void to_json(core::Json& json, const TrainingEffects& effects);
void to_json(core::Json& json, const BlockEffects& effects);

}  // namespace tandem::analyse
