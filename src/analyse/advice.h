#pragma once

#include <string>
#include <vector>

#include "analyse/effect_summary.h"
#include "core/json.h"

namespace tandem::analyse {

enum class PairVerdict { together, apart, undecided, unknown };
std::string name_of(PairVerdict verdict);

/// Whether to run a pair's models together.
struct PairAdvice {
  size_t pair = 0;  ///< index into Study::pairs
  std::string title;
  EffectSummary effect;
  /// By the 95 % interval of the effect: wholly a gain, wholly a loss, both, or no interval.
  PairVerdict verdict = PairVerdict::unknown;
  /// 1 + the number of pairs whose interval lies wholly on the better side of this one's: pairs
  /// that can't be told apart share a rank. 0 without an interval.
  size_t rank = 0;
};

/// For one aim, the pairs by rank; of equal rank in the order of the study.
struct Advice {
  std::string aim;     ///< `energy` or `time`
  std::string effect;  ///< `energy_saving` or `makespan_overhead`
  std::vector<PairAdvice> pairs;
};

/// A pair as the advice needs it; `summaries` in the order of effect_columns().
struct AdvisedPair {
  std::string title;
  const std::vector<EffectSummary>* summaries = nullptr;
};

/// For energy, then for time.
std::vector<Advice> advice_on(const std::vector<AdvisedPair>& pairs);

void to_json(core::Json& json, const PairAdvice& advice);
void to_json(core::Json& json, const Advice& advice);

}  // namespace tandem::analyse
