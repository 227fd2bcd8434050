#include "analyse/effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "analyse/training_metrics.h"

namespace tandem::analyse {
namespace {

using core::Reading;
using record::RunResult;

/// The energy of a training in `run`, if `other` measured in the same way.
Reading comparable_energy(const RunResult& run, size_t participant, const RunResult& other) {
  const std::string conflict = energy_source_conflict(run, other);
  return conflict.empty() ? training_energy_joules(run, participant) : Reading::missing(conflict);
}

TrainingEffects training_effects(const PlannedResult& concurrent, size_t participant,
                                 const PlannedResult& solo) {
  if (concurrent.run == nullptr || solo.run == nullptr) {
    const std::string& problem = concurrent.run == nullptr ? concurrent.problem : solo.problem;
    const Reading missing = Reading::missing(problem);
    return {missing, missing, missing, missing};
  }
  const record::ParticipantResult& together = concurrent.run->participants.at(participant);
  const record::ParticipantResult& alone = solo.run->participants.at(0);
  const std::string more_work = participant == 0 ? why_more_work(*concurrent.run) : "";
  TrainingEffects effects;
  if (!more_work.empty()) {
    effects.concurrent_overhead = effects.energy_change = Reading::missing(more_work);
  } else {
    effects.concurrent_overhead =
        relative_change(together.duration_seconds, alone.duration_seconds);
    effects.energy_change =
        relative_change(comparable_energy(*concurrent.run, participant, *solo.run),
                        training_energy_joules(*solo.run, 0));
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
std::vector<core::Shares> energy_shares(const RunResult& concurrent, const Reading& solo_a_j,
                                        const Reading& solo_b_j) {
  const Reading& pair_j = concurrent.total_energy_joules.joules;
  return {{training_energy_joules(concurrent, 0), training_energy_joules(concurrent, 1),
           concurrent.participants.at(0).energy_share_model},
          core::shares_marginal_of_a(pair_j, solo_b_j),
          core::shares_marginal_of_b(pair_j, solo_a_j),
          core::shares_by_shapley(pair_j, solo_a_j, solo_b_j)};
}

/// Fills in what concerns the pair as a whole. All three runs are ok.
void compare_pair(const RunResult& concurrent, const RunResult& solo_a, const RunResult& solo_b,
                  BlockEffects& block) {
  block.makespan_seconds = concurrent.makespan_seconds;
  block.pair_energy_joules = concurrent.total_energy_joules.joules;
  block.solo_duration_seconds =
      core::both(solo_a.participants.at(0).duration_seconds,
                 solo_b.participants.at(0).duration_seconds, std::plus<>());
  const Reading solo_a_j = comparable_energy(solo_a, 0, concurrent);
  const Reading solo_b_j = comparable_energy(solo_b, 0, concurrent);
  block.solo_energy_joules = core::both(solo_a_j, solo_b_j, std::plus<>());
  const std::string more_work = why_more_work(concurrent);
  if (!more_work.empty()) {
    block.makespan_overhead = block.energy_saving = Reading::missing(more_work);
    block.energy_shares = energy_shares(concurrent, block.energy_saving, block.energy_saving);
    return;
  }
  block.energy_shares = energy_shares(concurrent, solo_a_j, solo_b_j);
  block.makespan_overhead = relative_change(block.makespan_seconds, block.solo_duration_seconds);
  block.energy_saving = relative_change(block.pair_energy_joules, block.solo_energy_joules);
  if (block.energy_saving) block.energy_saving = -*block.energy_saving;
}

BlockEffects effects_of_block(size_t pair, const std::string& setting, int repetition,
                              const PlannedResults& results) {
  const PlannedResult concurrent = results.concurrent(pair, setting, repetition);
  const PlannedResult solo_a = results.solo_a(pair, repetition);
  const PlannedResult solo_b = results.solo_b(pair, setting, repetition);
  BlockEffects block;
  block.pair = pair;
  block.setting = setting;
  block.repetition = repetition;
  block.concurrent_run = concurrent.run_id;
  block.solo_a_run = solo_a.run_id;
  block.solo_b_run = solo_b.run_id;
  block.a = training_effects(concurrent, 0, solo_a);
  block.b = training_effects(concurrent, 1, solo_b);
  block.overlap_fraction =
      concurrent.read([](const RunResult& run) { return run.overlap_fraction; });
  for (const PlannedResult* needed : {&concurrent, &solo_a, &solo_b}) {
    if (needed->run != nullptr) continue;
    for (Reading* reading :
         {&block.makespan_overhead, &block.energy_saving, &block.solo_duration_seconds,
          &block.makespan_seconds, &block.solo_energy_joules, &block.pair_energy_joules}) {
      *reading = Reading::missing(needed->problem);
    }
    return block;
  }
  compare_pair(*concurrent.run, *solo_a.run, *solo_b.run, block);
  return block;
}

}  // namespace

Reading relative_change(const Reading& value, const Reading& reference) {
  if (value && reference && *reference == 0) {
    return Reading::missing("the reference value is zero");
  }
  return core::both(value, reference,
                    [](double changed, double from) { return (changed - from) / std::abs(from); });
}

std::string energy_source_conflict(const RunResult& left, const RunResult& right) {
  const core::Energy& one = left.total_energy_joules;
  const core::Energy& other = right.total_energy_joules;
  if (one.source == other.source && one.model == other.model) return "";
  const auto named = [](const core::Energy& energy) {
    const std::string source = core::name_of(energy.source);
    return energy.model.empty() ? source : source + " (" + energy.model + ")";
  };
  return fmt::format("the energies come from different sources: {} and {}", named(one),
                     named(other));
}

std::vector<BlockEffects> block_effects(size_t pair, const std::vector<study::Setting>& settings,
                                        int repetitions, const PlannedResults& results) {
  std::vector<BlockEffects> blocks;
  blocks.reserve(settings.size() * static_cast<size_t>(std::max(repetitions, 0)));
  for (int repetition = 1; repetition <= repetitions; ++repetition) {
    for (const study::Setting& setting : settings) {
      blocks.push_back(effects_of_block(pair, setting.name, repetition, results));
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
