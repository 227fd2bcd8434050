#pragma once

#include <string>
#include <vector>

#include "analyse/effect_summary.h"
#include "analyse/statistics/correlation.h"
#include "core/json.h"

namespace tandem::analyse {

/// A pair in the plane of what the catalogue says of its models and what running together did.
struct PairPoint {
  size_t pair = 0;  ///< index into Study::pairs
  double x = 0;     ///< the sum over both models
  double y = 0;     ///< the effect in percent
};

/// How an effect depends on what both models need together: a line through the pairs, each the mean
/// over its blocks. Exploratory.
struct PairRelation {
  std::string effect;     ///< `interference_b`, `concurrent_overhead_b`, …
  std::string predictor;  ///< `memory_mb` or `gpu_util_percent`
  double step = 1;        ///< the slope is per so much: 1000 MB, 10 % utilisation
  std::vector<PairPoint> points;
  IntervalEstimate slope;      ///< percentage points of the effect a step, ordinary least squares
  IntervalEstimate intercept;  ///< percent
  core::Reading r_squared;
  TestResult t_test;         ///< that the slope is zero
  Correlation rank;          ///< Spearman's, for relations that are no line
  core::Reading adjusted_p;  ///< of the t-test, Benjamini–Hochberg over all relations
};

/// What a pair's models need, and its effects.
struct RelatedPair {
  double memory_mb = 0;
  double gpu_util_percent = 0;
  const std::vector<EffectSummary>* effects = nullptr;  ///< PairSummary::effects
};

/// Each effect of running together against each predictor, in the order of effect_columns(). `n`
/// is the pairs that have the effect.
std::vector<PairRelation> pair_relations(const std::vector<RelatedPair>& pairs);

void to_json(core::Json& json, const PairPoint& point);
void to_json(core::Json& json, const PairRelation& relation);

}  // namespace tandem::analyse
