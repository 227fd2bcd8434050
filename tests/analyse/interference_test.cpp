#include "analyse/interference.h"

#include <gmock/gmock.h>

namespace tandem::analyse {
namespace {

using core::Reading;

/// Of pairs of one block each, with an interference of B in percent.
std::vector<std::vector<EffectSummary>> effects_with(const std::vector<Reading>& percent) {
  std::vector<std::vector<EffectSummary>> pairs;
  for (const Reading& value : percent) {
    BlockEffects block;
    block.b.interference = value ? Reading(*value / 100) : value;
    pairs.push_back(summarise_blocks({}, {block}).effects);
  }
  return pairs;
}

PairRelation relation(const std::vector<RelatedPair>& pairs, const std::string& effect,
                      const std::string& predictor) {
  for (const PairRelation& relation : pair_relations(pairs)) {
    if (relation.effect == effect && relation.predictor == predictor) return relation;
  }
  ADD_FAILURE() << effect;
  return {};
}

TEST(PairRelations, AgreeWithLeastSquaresAndSpearman) {
  // tests/analyse/oracles/blocked_slope.py, statsmodels 0.13.5
  const auto effects = effects_with({12.0, 9.5, 17.25, 6.0});
  const std::vector<RelatedPair> pairs = {{3750, 84, &effects[0]},
                                          {2400, 105, &effects[1]},
                                          {5250, 165, &effects[2]},
                                          {900, 62, &effects[3]}};
  const PairRelation found = relation(pairs, "interference_b", "memory_mb");
  EXPECT_EQ(found.step, 1000);
  EXPECT_EQ(found.points.size(), 4u);
  EXPECT_NEAR(*found.intercept.value, 3.43329718004339, 1e-9);
  EXPECT_NEAR(*found.slope.value, 2.52169197396963, 1e-9);
  EXPECT_NEAR(found.slope.interval->low, 1.48089615086774, 1e-9);
  EXPECT_NEAR(found.slope.interval->high, 3.56248779707153, 1e-9);
  EXPECT_NEAR(*found.t_test.p_value, 0.00907674089982212, 1e-9);
  EXPECT_NEAR(*found.r_squared, 0.981928905425718, 1e-9);
  EXPECT_NEAR(*found.rank.coefficient.value, 1, 1e-12);
  EXPECT_GE(*found.adjusted_p, *found.t_test.p_value);
}

TEST(PairRelations, LeaveOutPairsWithoutTheEffectAndSayWhyThereIsNoLine) {
  const auto effects =
      effects_with({12.0, Reading::missing("partner ended"), 17.25, Reading::missing("timeout")});
  const std::vector<RelatedPair> pairs = {{3750, 84, &effects[0]},
                                          {2400, 105, &effects[1]},
                                          {5250, 165, &effects[2]},
                                          {900, 62, &effects[3]}};
  const PairRelation found = relation(pairs, "interference_b", "memory_mb");
  ASSERT_EQ(found.points.size(), 2u);
  EXPECT_EQ(found.points[1].pair, 2u);
  EXPECT_EQ(found.slope.value.reason(), "not more observations than coefficients");
  EXPECT_EQ(found.slope.n, 2u);
  EXPECT_FALSE(found.adjusted_p);
}

}  // namespace
}  // namespace tandem::analyse
