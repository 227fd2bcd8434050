#pragma once

#include <string>
#include <vector>

#include "analyse/effect_summary.h"
#include "analyse/planned_results.h"
#include "analyse/sensitivity.h"
#include "study/plan.h"

namespace tandem::analyse {

/// A beside B at one setting, against A beside B at its default, in one repetition (RQ2).
struct PartnerResponse {
  size_t pair = 0;
  std::string setting;  ///< of B
  int repetition = 1;
  Response response = Response::performance;
  core::Reading change;  ///< (A at the setting − A at the default) / |A at the default|
};

/// The change in one pair, on the scale on which it is averaged: the mean over its repetitions;
/// missing, with the first reason, where none has it.
struct PartnerChange {
  std::string setting;
  Response response = Response::performance;
  core::Reading on_scale;
};
/// Of one pair's responses.
std::vector<PartnerChange> partner_changes(const std::vector<PartnerResponse>& of_pair);

/// The change over pairs, the pair (its mean over repetitions) as the unit.
struct PartnerEffect {
  std::string setting;
  Response response = Response::performance;
  EffectSummary summary;
  TestResult t_test;
  TestResult wilcoxon_test;
  core::Reading adjusted_p;  ///< of the t-test, Benjamini–Hochberg over all partner effects
};

/// A's energy is its share of the pair's, and is compared only between runs measured in the same
/// way. Missing where A was started again until B ended: its energy is then of more work.
std::vector<PartnerResponse> partner_responses(size_t pair,
                                               const std::vector<study::Setting>& settings,
                                               int repetitions, const PlannedResults& results);

/// One for each setting but the default and each response, in the order of the settings.
std::vector<PartnerEffect> partner_effects(const std::vector<PartnerChange>& changes);

void to_json(core::Json& json, const PartnerResponse& response);
void to_json(core::Json& json, const PartnerEffect& effect);

}  // namespace tandem::analyse
