#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analyse/effects.h"
#include "analyse/noise_floor.h"
#include "analyse/statistics/equivalence.h"
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
  Response response;  ///< whose noise floor it has to stand out from
};
std::span<const EffectColumn> effect_columns();

/// An effect averaged over independent values, in percent.
struct EffectSummary {
  std::string effect;
  size_t n = 0;
  core::Reading percent;
  std::optional<Interval> interval_percent;  ///< 95 %; nothing for n < 2
};

/// The one of this name, which must be among them: summaries hold every effect of effect_columns().
const EffectSummary& summary_of(const std::vector<EffectSummary>& summaries,
                                std::string_view effect);

/// Onto the scale on which effects are averaged; missing where there is no logarithm.
core::Reading on_scale(const core::Reading& effect, Averaging averaging);

/// Independent values on the scale, averaged; `problem` is why there are none, where there are
/// none.
EffectSummary summarise_values(const EffectColumn& column, const std::vector<double>& values,
                               const std::string& problem = "");

/// The effect averaged over a pair's blocks. For A's effects (`…_a`) the unit is the repetition,
/// because all settings of a repetition are compared with one solo run of A; else it is the block.
EffectSummary summarise_pair(const EffectColumn& column, const std::vector<BlockEffects>& blocks);

/// A pair's effects at one setting of B, over the repetitions.
struct SettingSummary {
  std::string setting;
  std::vector<EffectSummary> summaries;  ///< in the order of effect_columns()
};

/// What a pair's blocks come to.
struct PairSummary {
  std::vector<EffectSummary> effects;  ///< in the order of effect_columns()
  std::vector<SettingSummary> of_settings;
  /// The pair's one value of each effect on the scale, in the same order: the mean of its
  /// independent values; the first missing one when all are missing.
  std::vector<core::Reading> values;
};
PairSummary summarise_blocks(const std::vector<study::Setting>& settings,
                             const std::vector<BlockEffects>& blocks);

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

/// Whether an effect lies within ± the study's bound (TOST on the scale of averaging).
struct PercentEquivalence {
  double bound_percent = 0;
  std::optional<Interval> interval_percent;  ///< 90 %
  TestResult test;
  bool equivalent = false;      ///< what the test says
  core::Reading noise_percent;  ///< the study's A/A noise floor; missing when it isn't known
  bool bound_below_noise = false;
  /// Whether a report says so: not where the bound is finer than the study's own noise.
  bool claimed() const { return equivalent && !bound_below_noise; }
};

/// The effect over pairs, the pair as the unit, and the test that it is zero.
struct OverallEffect {
  EffectSummary summary;
  TestResult t_test;
  TestResult wilcoxon_test;
  IntervalEstimate hedges_g;
  core::Reading adjusted_p;  ///< of the t-test, Holm over the tested effects
  PercentEquivalence equivalence;
};
/// `pairs`: PairSummary::values of each.
std::vector<OverallEffect> overall_effects(const std::vector<std::vector<core::Reading>>& pairs,
                                           double equivalence_bound_percent,
                                           const std::vector<NoiseFloor>& noise = {});

void to_json(core::Json& json, const TestResult& test);
void to_json(core::Json& json, const Estimate& estimate);
void to_json(core::Json& json, const IntervalEstimate& estimate);
void to_json(core::Json& json, const Comparison& comparison);
void to_json(core::Json& json, const EffectSummary& summary);
void to_json(core::Json& json, const SettingSummary& summary);
void to_json(core::Json& json, const PercentEquivalence& equivalence);
void to_json(core::Json& json, const OverallEffect& effect);
/// `[low, high]`, or null.
core::Json interval_json(const std::optional<Interval>& interval);

/// Fills in the adjusted p-values of a family from the p-values of one of its tests; a member whose
/// test has no p-value is none of the family.
template <typename Member>
void adjust_family(std::vector<Member>& family, TestResult Member::*test,
                   std::vector<double> (*adjust)(std::span<const double>) = holm_adjusted) {
  std::vector<double> p_values;
  for (const Member& member : family) {
    if ((member.*test).p_value) p_values.push_back(*(member.*test).p_value);
  }
  const std::vector<double> adjusted = adjust(p_values);
  size_t next = 0;
  for (Member& member : family) {
    const core::Reading& p = (member.*test).p_value;
    member.adjusted_p = p ? core::Reading(adjusted[next++]) : p;
  }
}

}  // namespace tandem::analyse
