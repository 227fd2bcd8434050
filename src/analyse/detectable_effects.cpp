#include "analyse/detectable_effects.h"

#include <cmath>

#include "analyse/effects.h"
#include "analyse/planned_results.h"
#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/power.h"

namespace tandem::analyse {
namespace {

/// The logarithm of a ratio that is given as ratio − 1.
Reading log_ratio(const Reading& change) {
  if (!change) return change;
  if (*change <= -1) return Reading::missing("a ratio that is not positive has no logarithm");
  return std::log1p(*change);
}

struct Outcome {
  const char* name;
  Reading (*of)(const BlockEffects&);
};

constexpr Outcome outcomes[] = {
    {"duration of B",
     [](const BlockEffects& block) { return log_ratio(block.b.concurrent_overhead); }},
    {"energy of the pair",
     [](const BlockEffects& block) {
       return log_ratio(block.energy_saving ? Reading(-*block.energy_saving) : block.energy_saving);
     }},
    {"performance of B",
     [](const BlockEffects& block) { return log_ratio(block.b.performance_change); }},
};

/// Differences by repetition, of each pair and setting.
using Groups = std::vector<std::vector<double>>;

PilotSpread between_repetitions(const char* outcome, const Groups& groups) {
  PilotSpread spread{outcome, "repetitions", 0, Reading::missing("no pair has two repetitions")};
  double squares = 0;
  double freedom = 0;
  for (const std::vector<double>& group : groups) {
    spread.differences += group.size();
    const Reading variance = sample_variance(group);
    if (!variance) continue;
    squares += *variance * static_cast<double>(group.size() - 1);
    freedom += static_cast<double>(group.size() - 1);
  }
  if (freedom > 0) spread.standard_deviation = std::sqrt(squares / freedom);
  return spread;
}

}  // namespace

std::vector<PilotSpread> pilot_spreads(const study::Study& study, const study::Plan& plan,
                                       const study::Catalogue& catalogue,
                                       const std::vector<record::RunResult>& results) {
  const PlannedResults planned(plan, results);
  std::vector<PilotSpread> spreads;
  std::vector<std::vector<BlockEffects>> blocks;
  for (size_t pair = 0; pair < study.pairs.size(); ++pair) {
    const auto settings = study::settings_of(study, study.pairs[pair], catalogue);
    blocks.push_back(block_effects(pair, settings, study.repetitions, planned));
  }
  for (const Outcome& outcome : outcomes) {
    std::map<std::pair<size_t, std::string>, std::vector<double>> by_group;
    for (const auto& of_pair : blocks) {
      for (const BlockEffects& block : of_pair) {
        const Reading difference = outcome.of(block);
        if (difference) by_group[{block.pair, block.setting}].push_back(*difference);
      }
    }
    Groups groups;
    std::vector<double> pair_means;
    for (const auto& [group, differences] : by_group) {
      groups.push_back(differences);
      if (group.second == "default") pair_means.push_back(*mean(differences));
    }
    spreads.push_back(between_repetitions(outcome.name, groups));
    spreads.push_back(
        {outcome.name, "pairs", pair_means.size(), sample_standard_deviation(pair_means)});
  }
  return spreads;
}

std::vector<Detectable> detectable_effects(std::span<const size_t> n,
                                           const std::vector<PilotSpread>& spreads) {
  std::vector<Detectable> rows;
  for (const size_t of : n) {
    Detectable row{of, detectable_difference(1, of), {}};
    for (const PilotSpread& spread : spreads) {
      const Reading difference = spread.standard_deviation
                                     ? detectable_difference(*spread.standard_deviation, of)
                                     : spread.standard_deviation;
      row.percent.push_back(difference ? Reading(100 * std::expm1(*difference)) : difference);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace tandem::analyse
