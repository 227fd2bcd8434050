#include "analyse/effect_summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

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

/// One effect of a pair's blocks on the scale, with what tells which values are independent.
struct ScaledEffect {
  const EffectColumn& column;
  std::vector<Reading> values;
  std::vector<int> repetition;

  explicit ScaledEffect(const EffectColumn& effect) : column(effect) {}
  void add(const BlockEffects& block) {
    values.push_back(on_scale(column.value(block), column.averaging));
    repetition.push_back(block.repetition);
  }
  void clear() {
    values.clear();
    repetition.clear();
  }
};

/// `problem` gets the reason of the first missing value.
std::vector<double> independent_values(const ScaledEffect& effect, std::string& problem) {
  const bool by_repetition = compares_with_one_run_of_a(effect.column);
  std::vector<std::pair<int, double>> of_repetition;
  std::vector<double> values;
  for (size_t i = 0; i < effect.values.size(); ++i) {
    const Reading& value = effect.values[i];
    if (!value) {
      if (problem.empty()) problem = value.reason();
    } else if (by_repetition) {
      of_repetition.emplace_back(effect.repetition[i], *value);
    } else {
      values.push_back(*value);
    }
  }
  // As they come from block_effects() they are in this order.
  const auto repetition = &std::pair<int, double>::first;
  if (!std::ranges::is_sorted(of_repetition, {}, repetition)) {
    std::ranges::stable_sort(of_repetition, {}, repetition);
  }
  std::vector<double> of_settings;
  for (size_t i = 0; i < of_repetition.size(); ++i) {
    of_settings.push_back(of_repetition[i].second);
    if (i + 1 < of_repetition.size() && of_repetition[i + 1].first == of_repetition[i].first) {
      continue;
    }
    if (const Reading centre = mean(of_settings)) values.push_back(*centre);
    of_settings.clear();
  }
  return values;
}

EffectSummary summarise(const ScaledEffect& effect) {
  std::string problem;
  const std::vector<double> values = independent_values(effect, problem);
  return summarise_values(effect.column, values, problem);
}

Reading pair_value(const ScaledEffect& effect) {
  std::string problem;
  const std::vector<double> values = independent_values(effect, problem);
  if (values.empty()) return Reading::missing(problem.empty() ? "no values" : problem);
  return mean(values);
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

EffectSummary summarise_pair(const EffectColumn& column, const std::vector<BlockEffects>& blocks) {
  ScaledEffect effect(column);
  for (const BlockEffects& block : blocks) effect.add(block);
  return summarise(effect);
}

PairSummary summarise_blocks(const std::vector<study::Setting>& settings,
                             const std::vector<BlockEffects>& blocks) {
  std::vector<size_t> place;  // of each block's setting
  for (const BlockEffects& block : blocks) {
    // They come in the order of the settings.
    const size_t next = place.empty() || place.back() + 1 >= settings.size() ? 0 : place.back() + 1;
    const bool is_next = next < settings.size() && settings[next].name == block.setting;
    const auto found = std::ranges::find(settings, block.setting, &study::Setting::name);
    place.push_back(is_next ? next : static_cast<size_t>(found - settings.begin()));
  }
  PairSummary summary;
  for (const study::Setting& setting : settings) summary.of_settings.push_back({setting.name, {}});
  for (const EffectColumn& column : columns) {
    ScaledEffect effect(column);
    for (const BlockEffects& block : blocks) effect.add(block);
    summary.effects.push_back(summarise(effect));
    summary.values.push_back(pair_value(effect));
    ScaledEffect at_setting(column);
    for (size_t setting = 0; setting < settings.size(); ++setting) {
      at_setting.clear();
      for (size_t i = 0; i < blocks.size(); ++i) {
        if (place[i] != setting) continue;
        at_setting.values.push_back(effect.values[i]);
        at_setting.repetition.push_back(effect.repetition[i]);
      }
      summary.of_settings[setting].summaries.push_back(summarise(at_setting));
    }
  }
  return summary;
}

std::vector<OverallEffect> overall_effects(const std::vector<std::vector<Reading>>& pairs,
                                           double equivalence_bound_percent,
                                           const std::vector<NoiseFloor>& noise) {
  std::vector<OverallEffect> effects;
  for (size_t place = 0; place < columns.size(); ++place) {
    const EffectColumn& column = columns[place];
    const Reading noise_of_column = noise_percent(noise, column.response);
    std::string problem;
    std::vector<double> pair_means;
    for (const std::vector<Reading>& of_pair : pairs) {
      if (of_pair[place]) pair_means.push_back(*of_pair[place]);
      if (problem.empty()) problem = of_pair[place].reason();
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
  struct Values {
    std::string setting;
    std::vector<double> solo_s, together_s, solo_j, together_j;
  };
  std::vector<Values> all;
  for (const BlockEffects& block : blocks) {
    auto known = std::ranges::find(all, block.setting, &Values::setting);
    if (known == all.end()) {
      all.push_back({block.setting, {}, {}, {}, {}});
      known = all.end() - 1;
    }
    if (block.solo_duration_seconds && block.makespan_seconds) {
      known->solo_s.push_back(*block.solo_duration_seconds);
      known->together_s.push_back(*block.makespan_seconds);
    }
    if (block.solo_energy_joules && block.pair_energy_joules) {
      known->solo_j.push_back(*block.solo_energy_joules);
      known->together_j.push_back(*block.pair_energy_joules);
    }
  }
  std::vector<Comparison> estimates;
  for (const Values& of : all) {
    estimates.push_back({of.setting, estimate_mean(of.solo_s), estimate_mean(of.together_s),
                         estimate_mean(of.solo_j), estimate_mean(of.together_j)});
  }
  return estimates;
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

void to_json(core::Json& json, const SettingSummary& summary) {
  json = {{"setting", summary.setting}, {"summaries", summary.summaries}};
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
