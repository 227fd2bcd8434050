#pragma once

#include <string>
#include <vector>

#include "analyse/effect_groups.h"

namespace tandem::analyse {

/// A term of the two-way analysis of variance of what concurrency does to sensitivity (the change,
/// concurrent − solo, log form) by kind of pair and hyperparameter (RQ3).
struct KindInteraction {
  Response response = Response::performance;
  std::string by;    ///< `type`, `complementarity` or `memory_class`
  std::string term;  ///< the kind, `hyperparameter`, or `type × hyperparameter`
  size_t pairs = 0;  ///< that entered
  TestResult anova;
  IntervalEstimate omega_squared;  ///< partial
  core::Reading adjusted_p;        ///< Benjamini–Hochberg over all of these
};

/// Three terms for each response and kind, of one value a pair and hyperparameter: its mean over
/// levels and repetitions. Pairs differ in what the sensitivities of both hyperparameters have in
/// common, so that this is a split plot: the hyperparameter and the interaction are tested within
/// pairs (type II, the pair as block), the kind, in which a pair is as a whole, by the means of the
/// pairs that have all hyperparameters. `pairs` in the order of the study. Empty without
/// sensitivities.
std::vector<KindInteraction> kind_interactions(const std::vector<GroupedPair>& pairs,
                                               std::span<const PairSensitivities> sensitivities);

void to_json(core::Json& json, const KindInteraction& interaction);

}  // namespace tandem::analyse
