#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analyse/effects.h"
#include "analyse/statistics/intervals.h"
#include "analyse/statistics/multiplicity.h"
#include "core/json.h"

namespace tandem::analyse {

/// How the values of an effect are averaged: ratios of positive quantities as logarithms (twice as
/// long and half as long then cancel), the others as they are.
enum class Averaging { log_ratio, log_ratio_of_saving, linear };

/// Name and place of each effect of a block: the one list behind summaries, tables and figures.
struct EffectColumn {
  const char* name;
  Averaging averaging;
  core::Reading (*value)(const BlockEffects&);
};
std::span<const EffectColumn> effect_columns();

/// An effect averaged over independent values, in percent.
struct EffectSummary {
  std::string effect;
  size_t n = 0;
  core::Reading percent;
  std::optional<Interval> interval_percent;  ///< 95 %; nothing for n < 2
};

/// The effect averaged over a pair's blocks. For A's effects (`…_a`) the unit is the repetition,
/// because all settings of a repetition are compared with one solo run of A; else it is the block.
EffectSummary summarise_pair(const EffectColumn& column, const std::vector<BlockEffects>& blocks);

/// A pair at one setting, together against one after the other, over the repetitions in which both
/// figures are there.
struct Comparison {
  std::string setting;
  Estimate solo_duration_seconds;  ///< sum of the two solo durations
  Estimate makespan_seconds;
  Estimate solo_energy_joules;
  Estimate pair_energy_joules;
};
/// One a setting, in the order of the blocks.
std::vector<Comparison> comparisons(const std::vector<BlockEffects>& blocks);

/// The effect over pairs, the pair as the unit, and the test that it is zero.
struct OverallEffect {
  EffectSummary summary;
  TestResult t_test;
  TestResult wilcoxon_test;
  IntervalEstimate hedges_g;
  core::Reading adjusted_p;  ///< of the t-test, Holm over the tested effects
};
std::vector<OverallEffect> overall_effects(const std::vector<std::vector<BlockEffects>>& pairs);

void to_json(core::Json& json, const TestResult& test);
void to_json(core::Json& json, const Estimate& estimate);
void to_json(core::Json& json, const IntervalEstimate& estimate);
void to_json(core::Json& json, const Comparison& comparison);
void to_json(core::Json& json, const EffectSummary& summary);
void to_json(core::Json& json, const OverallEffect& effect);
/// `[low, high]`, or null.
core::Json interval_json(const std::optional<Interval>& interval);

/// Fills in the adjusted p-values of a family; a test without a p-value is no member of it.
template <typename Tests>
void adjust_family(Tests& family) {
  std::vector<double> p_values;
  for (const auto& member : family) {
    if (member.t_test.p_value) p_values.push_back(*member.t_test.p_value);
  }
  const std::vector<double> adjusted = holm_adjusted(p_values);
  size_t next = 0;
  for (auto& member : family) {
    member.adjusted_p =
        member.t_test.p_value ? core::Reading(adjusted[next++]) : member.t_test.p_value;
  }
}

}  // namespace tandem::analyse
