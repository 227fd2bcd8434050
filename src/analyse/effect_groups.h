#pragma once

#include <span>
#include <string>
#include <vector>

#include "analyse/effect_summary.h"
#include "analyse/sensitivity_test.h"

namespace tandem::analyse {

/// The pairs of one kind, the pair as the unit.
struct EffectGroup {
  std::string level;  ///< `low+high`, `complementary`, `high`
  EffectSummary summary;
};

/// An effect by kind of pair, and whether the kinds differ (RQ3).
struct EffectGrouping {
  std::string effect;
  std::string by;  ///< `type`, `complementarity` or `memory_class` (of the larger model)
  std::vector<EffectGroup> groups;
  TestResult anova;           ///< one-way, of the pairs' values
  TestResult kruskal_wallis;  ///< its rank alternative
  IntervalEstimate omega_squared;
  core::Reading adjusted_p;  ///< of the ANOVA, Benjamini–Hochberg over all groupings
};

/// What groups a pair, and its effects.
struct GroupedPair {
  std::string type;             ///< `low+high`, A's memory class first
  std::string complementarity;  ///< `complementary`, `competing` or `neutral`
  const std::vector<core::Reading>* effects = nullptr;  ///< PairSummary::values
};

/// A way to sort pairs into kinds.
struct PairKind {
  const char* name;  ///< `type`, `complementarity`, `memory_class`
  std::string (*of)(const GroupedPair&);
};
std::span<const PairKind> pair_kinds();

/// Each effect by each kind; the exploratory part of RQ3.
std::vector<EffectGrouping> effect_groupings(const std::vector<GroupedPair>& pairs);

/// The pairs of one kind: how concurrency changes their sensitivity.
struct SensitivityGroup {
  std::string level;
  Estimate change;  ///< concurrent − solo, log form
};

/// The change of sensitivity by kind of pair, and whether the kinds differ (RQ3).
struct SensitivityGrouping {
  std::string hyperparameter;
  Response response = Response::performance;
  std::string by;
  std::vector<SensitivityGroup> groups;
  TestResult anova;
  TestResult kruskal_wallis;
  IntervalEstimate omega_squared;
  core::Reading adjusted_p;  ///< of the ANOVA, Benjamini–Hochberg over all of these
};

/// Each hyperparameter and response by each kind; `pairs` in the order of the study. Exploratory.
std::vector<SensitivityGrouping> sensitivity_groupings(
    const std::vector<GroupedPair>& pairs, std::span<const PairSensitivities> sensitivities);

void to_json(core::Json& json, const EffectGroup& group);
void to_json(core::Json& json, const SensitivityGroup& group);
void to_json(core::Json& json, const SensitivityGrouping& grouping);
void to_json(core::Json& json, const EffectGrouping& grouping);

}  // namespace tandem::analyse
