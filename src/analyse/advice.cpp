#include "analyse/advice.h"

#include <algorithm>

namespace tandem::analyse {
namespace {

struct Aim {
  const char* name;
  const char* effect;
  bool gain_is_positive;
};
constexpr Aim aims[] = {{"energy", "energy_saving", true}, {"time", "makespan_overhead", false}};

PairVerdict verdict_of(const EffectSummary& effect, bool gain_is_positive) {
  if (!effect.interval_percent) return PairVerdict::unknown;
  if (effect.interval_percent->low > 0) {
    return gain_is_positive ? PairVerdict::together : PairVerdict::apart;
  }
  if (effect.interval_percent->high < 0) {
    return gain_is_positive ? PairVerdict::apart : PairVerdict::together;
  }
  return PairVerdict::undecided;
}

/// Counting the better intervals by their sorted limits: n log n, for studies of many pairs.
void rank(std::vector<PairAdvice>& pairs, bool gain_is_positive) {
  std::vector<double> worst_limits;
  for (const PairAdvice& pair : pairs) {
    if (const auto& interval = pair.effect.interval_percent) {
      worst_limits.push_back(gain_is_positive ? -interval->low : interval->high);
    }
  }
  std::sort(worst_limits.begin(), worst_limits.end());
  for (PairAdvice& pair : pairs) {
    const auto& interval = pair.effect.interval_percent;
    if (!interval) continue;
    const double best_limit = gain_is_positive ? -interval->high : interval->low;
    const auto better = std::lower_bound(worst_limits.begin(), worst_limits.end(), best_limit);
    pair.rank = 1 + static_cast<size_t>(better - worst_limits.begin());
  }
  // Those without a rank come last.
  std::stable_sort(pairs.begin(), pairs.end(), [](const PairAdvice& left, const PairAdvice& right) {
    return left.rank - 1 < right.rank - 1;
  });
}

}  // namespace

std::string name_of(PairVerdict verdict) {
  switch (verdict) {
    case PairVerdict::together:
      return "together";
    case PairVerdict::apart:
      return "apart";
    case PairVerdict::undecided:
      return "undecided";
    case PairVerdict::unknown:
      return "unknown";
  }
  return "?";
}

std::vector<Advice> advice_on(const std::vector<AdvisedPair>& pairs) {
  std::vector<Advice> all;
  for (const Aim& aim : aims) {
    Advice advice{aim.name, aim.effect, {}};
    for (size_t pair = 0; pair < pairs.size(); ++pair) {
      const EffectSummary& effect = summary_of(*pairs[pair].summaries, aim.effect);
      advice.pairs.push_back(
          {pair, pairs[pair].title, effect, verdict_of(effect, aim.gain_is_positive), 0});
    }
    rank(advice.pairs, aim.gain_is_positive);
    all.push_back(advice);
  }
  return all;
}

void to_json(core::Json& json, const PairAdvice& advice) {
  json = {{"pair", advice.pair + 1},
          {"title", advice.title},
          {"effect", advice.effect},
          {"verdict", name_of(advice.verdict)},
          {"rank", advice.rank == 0 ? core::Json() : core::Json(advice.rank)}};
}

void to_json(core::Json& json, const Advice& advice) {
  json = {{"aim", advice.aim}, {"effect", advice.effect}, {"pairs", advice.pairs}};
}

}  // namespace tandem::analyse
