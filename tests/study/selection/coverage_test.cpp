#include "study/selection/coverage.h"

#include <gtest/gtest.h>

#include "made_up_catalogue.h"
#include "studies.h"

namespace tandem::study {
namespace {

Coverage of_method(const PairSpace& space, const std::string& method) {
  SelectionOptions options;
  options.method = method;
  return FeasibleCoverage(space).of(select_pairs(space, options));
}

TEST(Coverage, OfTheSeedsTwelveIsWhatTheStudySaysOfThem) {
  const Coverage coverage = of_method(PairSpace(test::catalogue()), "seed");
  const LevelCoverage& types = coverage.levels.at(Criterion::memory_class);
  EXPECT_EQ(types.feasible.at("low+low"), 55U);
  EXPECT_EQ(types.selected.at("low+low"), 5U);
  EXPECT_EQ(types.selected.at("low+medium"), 4U);
  EXPECT_EQ(types.selected.at("low+high"), 2U);
  EXPECT_EQ(types.selected.at("medium+high"), 1U);
  EXPECT_EQ(types.selected.at("medium+medium"), 0U);
  EXPECT_EQ(types.levels_selected(), 4U);
  EXPECT_EQ(coverage.levels.at(Criterion::complementarity).levels_selected(), 3U);
  EXPECT_EQ(coverage.most_used, "examples/mnist");
  EXPECT_EQ(coverage.most_uses, 8);
  EXPECT_NEAR(coverage.hours_literal.value(), 38.8, 0.05);
  EXPECT_NEAR(coverage.hours_shared.value(), 30.4, 0.05);
  EXPECT_EQ(coverage.memory_mb.least, 900);
  EXPECT_EQ(coverage.memory_mb.most, 5250);
  EXPECT_EQ(coverage.memory_mb.feasible_least, 900);
  EXPECT_EQ(coverage.memory_mb.feasible_most, 5550);  // densenet121 with hrnet18
  EXPECT_NEAR(coverage.memory_mb.share(), 4350.0 / 4650, 1e-12);
  EXPECT_EQ(coverage.util_percent.feasible_least, 62);
  EXPECT_NEAR(coverage.util_percent.feasible_most, 164.8, 1e-12);
}

TEST(Coverage, GivesEveryPairOneLevelOfEachCriterion) {
  const PairSpace space(test::catalogue());
  for (const std::string& method : selection_methods()) {
    for (const auto& [criterion, levels] : of_method(space, method).levels) {
      std::uint64_t selected = 0;
      for (const auto& [level, count] : levels.selected) {
        EXPECT_LE(count, levels.feasible.at(level)) << method << " " << level;
        selected += count;
      }
      EXPECT_EQ(selected, 12U) << method << " " << name_of(criterion);
    }
  }
}

TEST(Coverage, HasNoHoursForModelsThatDoNotTakeTheOriginalHyperparameters) {
  const Catalogue catalogue = test::made_up_catalogue(20);
  const Coverage coverage = of_method(PairSpace(catalogue), "random");
  EXPECT_FALSE(coverage.hours_shared);
  EXPECT_EQ(coverage.hours_shared.reason(), "a model doesn't take epochs and learning_rate");
}

TEST(Coverage, RatesTheDOptimalSelectionAboveTheOthers) {
  const PairSpace space(test::catalogue());
  const double best = of_method(space, "d-optimal").d_efficiency.value();
  for (const char* method : {"random", "stratified", "representative", "practical", "hybrid"}) {
    EXPECT_LT(of_method(space, method).d_efficiency.value_or(0), best) << method;
  }
}

}  // namespace
}  // namespace tandem::study
