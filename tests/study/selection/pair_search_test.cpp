#include "study/selection/pair_search.h"

#include <gtest/gtest.h>

#include <cmath>

#include "made_up_catalogue.h"
#include "study/selection/pair_features.h"

namespace tandem::study {
namespace {

/// Distance to the nearest of some points, as the maximin selection asks for.
double nearest(const std::vector<PairPoint>& points, const PairPoint& at) {
  double least = 1e300;
  for (const PairPoint& point : points) least = std::min(least, squared_distance(point, at));
  return least;
}

TEST(PairSearch, FindsThePairThatIsFurthestFromGivenOnesAsLookingAtAllOfThemDoes) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const Catalogue catalogue = test::made_up_catalogue(50 + 10 * seed, seed);
    const PairSpace space(catalogue, 4000);
    const PairSearch search(space);
    const PairFeatures features(search.box());
    Picks picks(space, 2);
    SeededDraws draws(seed);
    for (int i = 0; i < 5; ++i) picks.take(*picks.draw(draws), "");
    std::vector<PairPoint> points;
    for (const Pick& pick : picks.taken()) {
      points.push_back(
          features.of(space.models()[pick.pair.first], space.models()[pick.pair.second]));
    }
    double best = -1;
    space.for_each([&](std::uint32_t first, std::uint32_t second) {
      if (!picks.allows({first, second})) return;
      best = std::max(best,
                      nearest(points, features.of(space.models()[first], space.models()[second])));
    });
    const auto found = search.best(
        picks,
        [&](const ModelTraits& one, const ModelTraits& other) {
          return nearest(points, features.of(one, other));
        },
        [&](const TraitBox& one, const TraitBox& other) {
          double least = 1e300;
          for (const PairPoint& point : points) {
            least = std::min(least, features.most_squared_distance(point, one, other));
          }
          return least;
        });
    ASSERT_TRUE(found);
    EXPECT_TRUE(picks.allows(*found));
    EXPECT_DOUBLE_EQ(
        nearest(points, features.of(space.models()[found->first], space.models()[found->second])),
        best);
  }
}

TEST(PairSearch, FindsNothingWhereNothingIsAllowed) {
  const Catalogue catalogue = test::made_up_catalogue(3);
  const PairSpace space(catalogue, 100);
  const Picks picks(space, 0);
  EXPECT_FALSE(PairSearch(space).best(
      picks, [](const ModelTraits&, const ModelTraits&) { return 1.0; },
      [](const TraitBox&, const TraitBox&) { return 1.0; }));
}

}  // namespace
}  // namespace tandem::study
