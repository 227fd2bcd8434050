#include "analyse/effect_summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/effect_size.h"
#include "analyse/statistics/location_tests.h"
#include "analyse/statistics/rank_tests.h"

namespace tandem::analyse {
namespace {

using core::Reading;

constexpr auto columns = std::to_array<EffectColumn>({
    {"makespan_overhead", Averaging::log_ratio,
     [](const BlockEffects& block) { return block.makespan_overhead; }, Response::duration},
    {"energy_saving", Averaging::log_ratio_of_saving,
     [](const BlockEffects& block) { return block.energy_saving; }, Response::energy},
    {"concurrent_overhead_a", Averaging::log_ratio,
     [](const BlockEffects& block) { return block.a.concurrent_overhead; }, Response::duration},
    {"concurrent_overhead_b", Averaging::log_ratio,
     [](const BlockEffects& block) { return block.b.concurrent_overhead; }, Response::duration},
    {"energy_change_a", Averaging::log_ratio,
     [](const BlockEffects& block) { return block.a.energy_change; }, Response::energy},
    {"energy_change_b", Averaging::log_ratio,
     [](const BlockEffects& block) { return block.b.energy_change; }, Response::energy},
    {"performance_change_a", Averaging::linear,
     [](const BlockEffects& block) { return block.a.performance_change; }, Response::performance},
    {"performance_change_b", Averaging::linear,
     [](const BlockEffects& block) { return block.b.performance_change; }, Response::performance},
    {"interference_a", Averaging::linear,
     [](const BlockEffects& block) { return block.a.interference; }, Response::performance},
    {"interference_b", Averaging::linear,
     [](const BlockEffects& block) { return block.b.interference; }, Response::performance},
});

double to_percent(double value, Averaging averaging) {
  switch (averaging) {
    case Averaging::log_ratio:
      return 100 * std::expm1(value);
    case Averaging::log_ratio_of_saving:
      return -100 * std::expm1(value);
    case Averaging::linear:
      return 100 * value;
  }
  return value;
}

std::optional<Interval> percent_interval(const std::optional<Interval>& on_the_scale,
                                         Averaging averaging) {
  if (!on_the_scale) return std::nullopt;
  const double low = to_percent(on_the_scale->low, averaging);
  const double high = to_percent(on_the_scale->high, averaging);
  if (!std::isfinite(low) || !std::isfinite(high)) return std::nullopt;
  return Interval{std::min(low, high), std::max(low, high)};
}

PercentEquivalence equivalence_of(const std::vector<double>& values, Averaging averaging,
                                  double bound_percent, const Reading& noise_percent) {
  const double bound = bound_percent / 100;
  const Interval bounds = averaging == Averaging::linear
                              ? Interval{-bound, bound}
                              : Interval{std::log1p(-bound), std::log1p(bound)};
  const std::vector<double> zeros(values.size(), 0.0);
  const Equivalence tost = tost_paired(values, zeros, bounds);
  return {bound_percent, percent_interval(tost.interval, averaging),     tost.test, tost.equivalent,
          noise_percent, noise_percent && *noise_percent > bound_percent};
}

bool compares_with_one_run_of_a(const EffectColumn& column) {
  return std::string_view(column.name).ends_with("_a");
}

/// A pair's independent values on the scale, at one setting or (nullptr) all of them; `problem`
/// gets the reason of the first missing one.
std::vector<double> independent_values(const EffectColumn& column,
                                       const std::vector<BlockEffects>& blocks,
                                       const std::string* setting, std::string& problem) {
  const bool by_repetition = compares_with_one_run_of_a(column);
  std::map<int, std::vector<double>> of_repetition;
  std::vector<double> values;
  for (const BlockEffects& block : blocks) {
    if (setting != nullptr && block.setting != *setting) continue;
    const Reading value = on_scale(column.value(block), column.averaging);
    if (!value) {
      if (problem.empty()) problem = value.reason();
    } else if (by_repetition) {
      of_repetition[block.repetition].push_back(*value);
    } else {
      values.push_back(*value);
    }
  }
  for (const auto& [repetition, of_settings] : of_repetition) {
    if (const Reading centre = mean(of_settings)) values.push_back(*centre);
  }
  return values;
}

EffectSummary summarise(const EffectColumn& column, const std::vector<BlockEffects>& blocks,
                        const std::string* setting) {
  std::string problem;
  const std::vector<double> values = independent_values(column, blocks, setting, problem);
  return summarise_values(column, values, problem);
}

}  // namespace

std::span<const EffectColumn> effect_columns() {
  return columns;
}

const EffectSummary& summary_of(const std::vector<EffectSummary>& summaries,
                                std::string_view effect) {
  return *std::find_if(summaries.begin(), summaries.end(),
                       [&](const EffectSummary& summary) { return summary.effect == effect; });
}

Reading on_scale(const Reading& effect, Averaging averaging) {
  if (!effect || averaging == Averaging::linear) return effect;
  const double change = averaging == Averaging::log_ratio ? *effect : -*effect;
  if (change <= -1) return Reading::missing("no logarithm of a ratio of zero or less");
  return std::log1p(change);
}

EffectSummary summarise_values(const EffectColumn& column, const std::vector<double>& values,
                               const std::string& problem) {
  EffectSummary summary{column.name, values.size(), {}, std::nullopt};
  if (values.empty()) {
    summary.percent = Reading::missing(problem.empty() ? "no values" : problem);
    return summary;
  }
  const Estimate estimate = estimate_mean(values);
  summary.percent =
      estimate.mean ? Reading(to_percent(*estimate.mean, column.averaging)) : estimate.mean;
  summary.interval_percent = percent_interval(estimate.interval, column.averaging);
  return summary;
}

Reading pair_value(const EffectColumn& column, const std::vector<BlockEffects>& blocks) {
  std::string problem;
  const std::vector<double> values = independent_values(column, blocks, nullptr, problem);
  if (values.empty()) return Reading::missing(problem.empty() ? "no values" : problem);
  return mean(values);
}

EffectSummary summarise_pair(const EffectColumn& column, const std::vector<BlockEffects>& blocks) {
  return summarise(column, blocks, nullptr);
}

EffectSummary summarise_setting(const EffectColumn& column, const std::vector<BlockEffects>& blocks,
                                const std::string& setting) {
  return summarise(column, blocks, &setting);
}

std::vector<OverallEffect> overall_effects(
    const std::vector<const std::vector<BlockEffects>*>& pairs, double equivalence_bound_percent,
    const std::vector<NoiseFloor>& noise) {
  std::vector<OverallEffect> effects;
  for (const EffectColumn& column : columns) {
    const Reading noise_of_column = noise_percent(noise, column.response);
    std::string problem;
    std::vector<double> pair_means;
    for (const std::vector<BlockEffects>* blocks : pairs) {
      const std::vector<double> values = independent_values(column, *blocks, nullptr, problem);
      if (const Reading centre = mean(values)) pair_means.push_back(*centre);
    }
    OverallEffect effect;
    effect.summary = summarise_values(column, pair_means, problem);
    const bool is_magnitude = std::string_view(column.name).starts_with("interference");
    if (is_magnitude) {
      // A mean of absolute values is positive even where nothing happens.
      const Reading untested = Reading::missing("a magnitude is never negative: no test against 0");
      effect.t_test = {"", pair_means.size(), untested, untested};
      effect.wilcoxon_test = effect.t_test;
      effect.equivalence = {equivalence_bound_percent, std::nullopt, effect.t_test, false,
                            noise_of_column,           false};
      effect.hedges_g = no_estimate(pair_means.size(), untested.reason());
    } else {
      const std::vector<double> zeros(pair_means.size(), 0.0);
      effect.t_test = paired_t_test(pair_means, zeros);
      effect.wilcoxon_test = wilcoxon_signed_rank_test(pair_means, zeros);
      effect.hedges_g = hedges_g_paired(pair_means, zeros);
      effect.equivalence =
          equivalence_of(pair_means, column.averaging, equivalence_bound_percent, noise_of_column);
    }
    effects.push_back(effect);
  }
  adjust_family(effects, &OverallEffect::t_test);
  return effects;
}

std::vector<Comparison> comparisons(const std::vector<BlockEffects>& blocks) {
  std::vector<std::string> settings;
  for (const BlockEffects& block : blocks) {
    if (std::find(settings.begin(), settings.end(), block.setting) == settings.end()) {
      settings.push_back(block.setting);
    }
  }
  std::vector<Comparison> all;
  for (const std::string& setting : settings) {
    std::vector<double> solo_s, together_s, solo_j, together_j;
    for (const BlockEffects& block : blocks) {
      if (block.setting != setting) continue;
      if (block.solo_duration_seconds && block.makespan_seconds) {
        solo_s.push_back(*block.solo_duration_seconds);
        together_s.push_back(*block.makespan_seconds);
      }
      if (block.solo_energy_joules && block.pair_energy_joules) {
        solo_j.push_back(*block.solo_energy_joules);
        together_j.push_back(*block.pair_energy_joules);
      }
    }
    all.push_back({setting, estimate_mean(solo_s), estimate_mean(together_s), estimate_mean(solo_j),
                   estimate_mean(together_j)});
  }
  return all;
}

core::Json interval_json(const std::optional<Interval>& interval) {
  return interval ? core::Json{interval->low, interval->high} : core::Json(nullptr);
}

void to_json(core::Json& json, const TestResult& test) {
  json = {
      {"name", test.name}, {"n", test.n}, {"statistic", test.statistic}, {"p_value", test.p_value}};
  if (test.degrees_of_freedom) json["degrees_of_freedom"] = *test.degrees_of_freedom;
  if (test.error_degrees_of_freedom) {
    json["error_degrees_of_freedom"] = *test.error_degrees_of_freedom;
  }
}

void to_json(core::Json& json, const Estimate& estimate) {
  json = {{"n", estimate.n},
          {"mean", estimate.mean},
          {"standard_deviation", estimate.standard_deviation},
          {"interval", interval_json(estimate.interval)}};
}

void to_json(core::Json& json, const IntervalEstimate& estimate) {
  json = {
      {"n", estimate.n}, {"value", estimate.value}, {"interval", interval_json(estimate.interval)}};
  if (!estimate.interval) json["no_interval_because"] = estimate.no_interval_because;
}

void to_json(core::Json& json, const Comparison& comparison) {
  json = {{"setting", comparison.setting},
          {"solo_duration_seconds", comparison.solo_duration_seconds},
          {"makespan_seconds", comparison.makespan_seconds},
          {"solo_energy_joules", comparison.solo_energy_joules},
          {"pair_energy_joules", comparison.pair_energy_joules}};
}

void to_json(core::Json& json, const EffectSummary& summary) {
  json = {{"effect", summary.effect},
          {"n", summary.n},
          {"percent", summary.percent},
          {"interval_percent", interval_json(summary.interval_percent)}};
}

void to_json(core::Json& json, const PercentEquivalence& equivalence) {
  json = {{"bound_percent", equivalence.bound_percent},
          {"interval_percent", interval_json(equivalence.interval_percent)},
          {"test", equivalence.test},
          {"equivalent", equivalence.equivalent},
          {"noise_floor_percent", equivalence.noise_percent},
          {"bound_below_noise", equivalence.bound_below_noise},
          {"claimed", equivalence.claimed()}};
}

void to_json(core::Json& json, const OverallEffect& effect) {
  json = {{"summary", effect.summary},
          {"t_test", effect.t_test},
          {"wilcoxon_test", effect.wilcoxon_test},
          {"hedges_g", effect.hedges_g.value},
          {"hedges_g_interval", interval_json(effect.hedges_g.interval)},
          {"adjusted_p", effect.adjusted_p},
          {"equivalence", effect.equivalence}};
}

}  // namespace tandem::analyse
