#include "analyse/effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "analyse/training_metrics.h"

namespace tandem::analyse {
namespace {

using core::Reading;

/// The energy of a training in `run`, if `other` measured in the same way.
Reading comparable_energy(const RunFigures& run, size_t training, const RunFigures& other) {
  const std::string conflict = energy_source_conflict(run, other);
  return conflict.empty() ? run.trainings[training].energy_joules : Reading::missing(conflict);
}

TrainingEffects training_effects(const PlannedResult& concurrent, size_t training,
                                 const PlannedResult& solo) {
  if (concurrent.run == nullptr || solo.run == nullptr) {
    const Reading& missing = concurrent.run == nullptr ? concurrent.problem : solo.problem;
    return {missing, missing, missing, missing};
  }
  const TrainingFigures& together = concurrent.run->trainings[training];
  const TrainingFigures& alone = solo.run->trainings[0];
  TrainingEffects effects;
  if (training == 0 && concurrent.run->more_work) {
    effects.concurrent_overhead = effects.energy_change = more_work();
  } else {
    effects.concurrent_overhead =
        relative_change(together.duration_seconds, alone.duration_seconds);
    effects.energy_change = relative_change(comparable_energy(*concurrent.run, training, *solo.run),
                                            alone.energy_joules);
  }
  effects.performance_change = relative_change(together.performance, alone.performance);
  if (effects.performance_change && !together.higher_is_better) {
    effects.performance_change = -*effects.performance_change;
  }
  effects.interference = effects.performance_change;
  if (effects.interference) effects.interference = std::abs(*effects.interference);
  return effects;
}

/// The solo energies are those of the same work, measured in the same way, or missing.
std::vector<core::Shares> energy_shares(const RunFigures& concurrent, const Reading& solo_a_j,
                                        const Reading& solo_b_j) {
  const Reading& pair_j = concurrent.total_energy_joules;
  return {{concurrent.trainings[0].energy_joules, concurrent.trainings[1].energy_joules,
           *concurrent.energy_share_model},
          core::shares_marginal_of_a(pair_j, solo_b_j),
          core::shares_marginal_of_b(pair_j, solo_a_j),
          core::shares_by_shapley(pair_j, solo_a_j, solo_b_j)};
}

/// Fills in what concerns the pair as a whole. All three runs count.
void compare_pair(const RunFigures& concurrent, const RunFigures& solo_a, const RunFigures& solo_b,
                  bool with_details, BlockEffects& block) {
  block.makespan_seconds = concurrent.makespan_seconds;
  block.pair_energy_joules = concurrent.total_energy_joules;
  block.solo_duration_seconds = core::both(solo_a.trainings[0].duration_seconds,
                                           solo_b.trainings[0].duration_seconds, std::plus<>());
  Reading solo_a_j = comparable_energy(solo_a, 0, concurrent);
  Reading solo_b_j = comparable_energy(solo_b, 0, concurrent);
  block.solo_energy_joules = core::both(solo_a_j, solo_b_j, std::plus<>());
  if (concurrent.more_work) {
    block.makespan_overhead = block.energy_saving = solo_a_j = solo_b_j = more_work();
  } else {
    block.makespan_overhead = relative_change(block.makespan_seconds, block.solo_duration_seconds);
    block.energy_saving = relative_change(block.pair_energy_joules, block.solo_energy_joules);
    if (block.energy_saving) block.energy_saving = -*block.energy_saving;
  }
  if (with_details) block.energy_shares = energy_shares(concurrent, solo_a_j, solo_b_j);
}

BlockEffects effects_of_block(size_t pair, const std::vector<study::Setting>& settings,
                              size_t setting, int repetition, const PairResults& results,
                              bool with_details) {
  const PlannedResult concurrent = results.concurrent(setting, repetition);
  const PlannedResult solo_a = results.solo_a(repetition);
  const PlannedResult solo_b = results.solo_b(setting, repetition);
  BlockEffects block;
  block.pair = pair;
  block.setting = settings[setting].name;
  block.repetition = repetition;
  if (with_details) {
    block.concurrent_run = results.run_id(concurrent);
    block.solo_a_run = results.run_id(solo_a);
    block.solo_b_run = results.run_id(solo_b);
  }
  block.a = training_effects(concurrent, 0, solo_a);
  block.b = training_effects(concurrent, 1, solo_b);
  block.overlap_fraction = concurrent.read(&RunFigures::overlap_fraction);
  for (const PlannedResult* needed : {&concurrent, &solo_a, &solo_b}) {
    if (needed->run != nullptr) continue;
    for (Reading* reading :
         {&block.makespan_overhead, &block.energy_saving, &block.solo_duration_seconds,
          &block.makespan_seconds, &block.solo_energy_joules, &block.pair_energy_joules}) {
      *reading = needed->problem;
    }
    return block;
  }
  compare_pair(*concurrent.run, *solo_a.run, *solo_b.run, with_details, block);
  return block;
}

}  // namespace

Reading relative_change(const Reading& value, const Reading& reference) {
  if (value && reference && *reference == 0) {
    static const Reading zero = Reading::missing("the reference value is zero");
    return zero;
  }
  return core::both(value, reference,
                    [](double changed, double from) { return (changed - from) / std::abs(from); });
}

std::string energy_source_conflict(const RunFigures& left, const RunFigures& right) {
  const Experiment& one = *left.experiment;
  const Experiment& other = *right.experiment;
  if (one.energy_source == other.energy_source && one.energy_model == other.energy_model) return "";
  const auto named = [](const Experiment& experiment) {
    const std::string source = core::name_of(experiment.energy_source);
    return experiment.energy_model.empty() ? source : source + " (" + experiment.energy_model + ")";
  };
  return fmt::format("the energies come from different sources: {} and {}", named(one),
                     named(other));
}

std::vector<BlockEffects> block_effects(size_t pair, const std::vector<study::Setting>& settings,
                                        int repetitions, const PlannedResults& results,
                                        bool with_details) {
  const PairResults of_pair(results, pair, settings);
  std::vector<BlockEffects> blocks;
  blocks.reserve(settings.size() * static_cast<size_t>(std::max(repetitions, 0)));
  for (int repetition = 1; repetition <= repetitions; ++repetition) {
    for (size_t setting = 0; setting < settings.size(); ++setting) {
      blocks.push_back(
          effects_of_block(pair, settings, setting, repetition, of_pair, with_details));
    }
  }
  return blocks;
}

void to_json(core::Json& json, const TrainingEffects& effects) {
  json = {{"concurrent_overhead", effects.concurrent_overhead},
          {"energy_change", effects.energy_change},
          {"performance_change", effects.performance_change},
          {"interference", effects.interference}};
}

void to_json(core::Json& json, const BlockEffects& effects) {
  json = {{"setting", effects.setting},
          {"repetition", effects.repetition},
          {"a", effects.a},
          {"b", effects.b},
          {"makespan_overhead", effects.makespan_overhead},
          {"energy_saving", effects.energy_saving},
          {"overlap_fraction", effects.overlap_fraction},
          {"solo_duration_seconds", effects.solo_duration_seconds},
          {"makespan_seconds", effects.makespan_seconds},
          {"solo_energy_joules", effects.solo_energy_joules},
          {"pair_energy_joules", effects.pair_energy_joules},
          {"energy_shares", effects.energy_shares},
          {"concurrent_run", effects.concurrent_run},
          {"solo_a_run", effects.solo_a_run},
          {"solo_b_run", effects.solo_b_run}};
}

}  // namespace tandem::analyse
