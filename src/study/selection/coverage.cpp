#include "study/selection/coverage.h"

#include <algorithm>
#include <cmath>

#include "study/plan.h"
#include "study/selection/pair_search.h"

namespace tandem::study {
namespace {

/// The study that the pairs would make, with the original levels; nothing when a B doesn't take
/// them.
std::optional<Study> study_of(const PairSpace& space, const Selection& selection) {
  Study study;
  study.scale = space.scale();
  study.mutated = original_levels();
  for (const SelectedPair& selected : selection.pairs) {
    const Workload& a = *selected.pair.a;
    const Workload& b = *selected.pair.b;
    for (const MutatedHyperparameter& mutated : study.mutated) {
      if (!b.find_hyperparameter(mutated.name, study.scale)) return std::nullopt;
    }
    if (!a.find_hyperparameter("epochs", study.scale)) return std::nullopt;
    study.pairs.push_back({a.id(), b.id(), a.defaults(study.scale), b.defaults(study.scale)});
  }
  return study;
}

core::Reading hours_of(std::optional<Study> study, SoloRuns solo_runs, const Catalogue& catalogue) {
  if (!study) {
    return core::Reading::missing("a model doesn't take epochs and learning_rate");
  }
  study->solo_runs = solo_runs;
  return make_plan(*study, catalogue, "any").expected_s() / 3600;
}

template <typename Value>
double greatest(const PairSpace& space, const PairSearch& search, double sign, Value value) {
  const Picks none(space, 0);
  const auto score = [&](const ModelTraits& one, const ModelTraits& other) {
    return sign * (value(one) + value(other));
  };
  const auto best = search.best(none, score, [&](const TraitBox& one, const TraitBox& other) {
    return value(one, sign) + value(other, sign);
  });
  return best ? sign * score(space.models()[best->first], space.models()[best->second]) : 0;
}

struct Memory {
  double operator()(const ModelTraits& model) const { return model.memory_mb; }
  double operator()(const TraitBox& box, double sign) const {
    return sign > 0 ? box.memory_high : -box.memory_low;
  }
};
struct Utilisation {
  double operator()(const ModelTraits& model) const { return model.util_percent; }
  double operator()(const TraitBox& box, double sign) const {
    return sign > 0 ? box.util_high : -box.util_low;
  }
};

void widen(RangeCoverage& range, double value, bool first) {
  range.least = first ? value : std::min(range.least, value);
  range.most = first ? value : std::max(range.most, value);
}

}  // namespace

size_t LevelCoverage::levels_selected() const {
  return static_cast<size_t>(std::count_if(selected.begin(), selected.end(),
                                           [](const auto& level) { return level.second > 0; }));
}

double RangeCoverage::share() const {
  const double whole = feasible_most - feasible_least;
  return whole > 0 ? (most - least) / whole : 1;
}

FeasibleCoverage::FeasibleCoverage(const PairSpace& space) : space_(&space) {
  for (const Criterion criterion : all_criteria()) {
    const Strata& strata = strata_.try_emplace(criterion, Strata(space, {criterion})).first->second;
    const auto counts = count_strata(space, strata, StratumVariable::memory);
    LevelCoverage& levels = feasible_.levels[criterion];
    for (std::uint32_t h = 0; h < strata.size(); ++h) {
      if (counts[h].pairs == 0) continue;
      levels.feasible[strata.name(h)] = counts[h].pairs;
      levels.selected[strata.name(h)] = 0;
    }
  }
  const PairSearch search(space);
  feasible_.memory_mb.feasible_most = greatest(space, search, 1, Memory{});
  feasible_.memory_mb.feasible_least = greatest(space, search, -1, Memory{});
  feasible_.util_percent.feasible_most = greatest(space, search, 1, Utilisation{});
  feasible_.util_percent.feasible_least = greatest(space, search, -1, Utilisation{});
  feasible_.models = space.models().size();
}

Coverage FeasibleCoverage::of(const Selection& selection) const {
  Coverage coverage = feasible_;
  std::vector<PairIndex> indices;
  for (const SelectedPair& selected : selection.pairs) {
    const bool first = indices.empty();
    indices.push_back(selected.index);
    for (auto& [criterion, levels] : coverage.levels) {
      const Strata& strata = strata_.at(criterion);
      ++levels.selected[strata.name(strata.of(selected.index.first, selected.index.second))];
    }
    widen(coverage.memory_mb, selected.pair.memory_mb(), first);
    widen(coverage.util_percent, selected.pair.gpu_util_percent(), first);
    ++coverage.uses[selected.pair.a->id()];
    ++coverage.uses[selected.pair.b->id()];
  }
  coverage.models_used = coverage.uses.size();
  for (const auto& [id, uses] : coverage.uses) {
    if (uses <= coverage.most_uses) continue;
    coverage.most_uses = uses;
    coverage.most_used = id;
  }
  const std::optional<Study> study = study_of(*space_, selection);
  coverage.hours_shared = hours_of(study, SoloRuns::shared, space_->catalogue());
  coverage.hours_literal = hours_of(study, SoloRuns::literal, space_->catalogue());
  const auto efficiency = d_efficiency_of(*space_, indices, MemoryFactors::lighter_and_heavier);
  coverage.d_efficiency = efficiency
                              ? core::Reading(*efficiency)
                              : core::Reading::missing("the pairs can't estimate all effects");
  return coverage;
}

}  // namespace tandem::study
