#include "analyse/interference.h"

#include "analyse/statistics/regression.h"

namespace tandem::analyse {
namespace {

struct PairPredictor {
  const char* name;
  double step;
  double RelatedPair::*value;
};
constexpr PairPredictor predictors[] = {
    {"memory_mb", 1000, &RelatedPair::memory_mb},
    {"gpu_util_percent", 10, &RelatedPair::gpu_util_percent},
};

PairRelation relation_of(size_t column, const PairPredictor& predictor,
                         const std::vector<RelatedPair>& pairs) {
  PairRelation relation;
  relation.effect = effect_columns()[column].name;
  relation.predictor = predictor.name;
  relation.step = predictor.step;
  std::vector<double> x, y;
  for (size_t pair = 0; pair < pairs.size(); ++pair) {
    const EffectSummary& summary = (*pairs[pair].effects)[column];
    if (!summary.percent) continue;
    x.push_back(pairs[pair].*predictor.value);
    y.push_back(*summary.percent);
    relation.points.push_back({pair, x.back(), y.back()});
  }
  std::vector<double> steps(x);
  for (double& value : steps) value /= predictor.step;
  const Regression line = linear_regression(y, {{predictor.name, steps}});
  relation.r_squared = line.r_squared;
  if (line.problem.empty()) {
    relation.intercept = line.coefficients[0].estimate;
    relation.slope = line.coefficients[1].estimate;
    relation.t_test = line.coefficients[1].test;
  } else {
    relation.intercept = relation.slope = no_estimate(y.size(), line.problem);
    relation.t_test = no_test(std::string("t-test of ") + predictor.name, y.size(), line.problem);
  }
  relation.rank = spearman_correlation(x, y);
  return relation;
}

}  // namespace

std::vector<PairRelation> pair_relations(const std::vector<RelatedPair>& pairs) {
  std::vector<PairRelation> relations;
  for (size_t column = 0; column < effect_columns().size(); ++column) {
    for (const PairPredictor& predictor : predictors) {
      relations.push_back(relation_of(column, predictor, pairs));
    }
  }
  adjust_family(relations, &PairRelation::t_test, benjamini_hochberg_adjusted);
  return relations;
}

void to_json(core::Json& json, const PairPoint& point) {
  json = {{"pair", point.pair + 1}, {"x", point.x}, {"y", point.y}};
}

void to_json(core::Json& json, const PairRelation& relation) {
  json = {{"effect", relation.effect},
          {"predictor", relation.predictor},
          {"step", relation.step},
          {"points", relation.points},
          {"slope", relation.slope},
          {"intercept", relation.intercept},
          {"r_squared", relation.r_squared},
          {"t_test", relation.t_test},
          {"spearman", relation.rank.coefficient},
          {"spearman_test", relation.rank.test},
          {"adjusted_p", relation.adjusted_p}};
}

}  // namespace tandem::analyse
