#include "study/selection/d_optimal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "made_up_catalogue.h"
#include "studies.h"
#include "study/seeded_draws.h"
#include "study/selection/selection.h"

namespace tandem::study {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const auto anything = [](const std::vector<size_t>&, size_t, size_t) { return true; };

/// Calls `visit` with every choice of `count` of `n`.
template <typename Visit>
void for_each_choice(size_t n, size_t count, Visit visit) {
  std::vector<size_t> chosen(count);
  std::iota(chosen.begin(), chosen.end(), size_t{0});
  for (;;) {
    visit(chosen);
    size_t place = count;
    while (place > 0 && chosen[place - 1] == n - count + place - 1) --place;
    if (place == 0) return;
    ++chosen[place - 1];
    for (size_t i = place; i < count; ++i) chosen[i] = chosen[i - 1] + 1;
  }
}

/// The best of some exchanges from random starts, as the selection does it.
double best_by_exchange(const Eigen::MatrixXd& rows, size_t count, std::uint64_t seed) {
  SeededDraws draws(seed);
  std::vector<size_t> order(static_cast<size_t>(rows.rows()));
  std::iota(order.begin(), order.end(), size_t{0});
  double best = -1e300;
  for (int restart = 0; restart < 20; ++restart) {
    draws.shuffle(order);
    const std::vector<size_t> start(order.begin(), order.begin() + static_cast<long>(count));
    best = std::max(best, log_d_criterion(rows, exchange(rows, start, anything)));
  }
  return best;
}

TEST(DOptimalExchange, FindsTheBruteForceOptimumOfSmallCases) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    SeededDraws draws(seed);
    Eigen::MatrixXd rows(14, 4);
    for (Eigen::Index i = 0; i < rows.rows(); ++i) {
      rows(i, 0) = 1;
      for (Eigen::Index j = 1; j < 4; ++j) {
        rows(i, j) = static_cast<double>(draws.below(201)) / 100 - 1;
      }
    }
    double optimum = -1e300;
    for_each_choice(14, 6, [&](const std::vector<size_t>& chosen) {
      optimum = std::max(optimum, log_d_criterion(rows, chosen));
    });
    EXPECT_NEAR(best_by_exchange(rows, 6, seed), optimum, 1e-9) << seed;
  }
}

TEST(DOptimalExchange, FindsTheBruteForceOptimumOfPairsOfASmallCatalogue) {
  std::vector<Workload> seven(test::catalogue().workloads().begin() + 6,
                              test::catalogue().workloads().begin() + 12);
  const Catalogue catalogue(seven);
  const PairSpace space(catalogue);
  std::vector<PairIndex> candidates;
  space.for_each([&](std::uint32_t first, std::uint32_t second) {
    candidates.push_back({first, second});
  });
  const DesignModel model = design_model(space, candidates, MemoryFactors::lighter_and_heavier);
  const size_t count = model.effects.size() + 1;
  double optimum = -1e300;
  for_each_choice(candidates.size(), count, [&](const std::vector<size_t>& chosen) {
    optimum = std::max(optimum, log_d_criterion(model.rows, chosen));
  });
  SelectionOptions options;
  options.method = "d-optimal";
  options.count = count;
  const Selection selection = select_pairs(space, options);
  std::vector<size_t> chosen;
  for (const SelectedPair& selected : selection.pairs) {
    chosen.push_back(static_cast<size_t>(
        std::find(candidates.begin(), candidates.end(), selected.index) - candidates.begin()));
  }
  EXPECT_NEAR(log_d_criterion(model.rows, chosen), optimum, 1e-9);
}

TEST(BestContinuousDesign, OfAStraightLineIsHalfAtEachEnd) {
  // Half at −1, half at +1 gives the unit matrix: log det 0 (Atkinson, Donev & Tobias 2007, §9.2).
  Eigen::MatrixXd rows(21, 2);
  for (Eigen::Index i = 0; i < 21; ++i) rows.row(i) << 1, static_cast<double>(i - 10) / 10;
  EXPECT_NEAR(best_continuous_log_d(rows), 0, 1e-3);
  EXPECT_GE(best_continuous_log_d(rows), 0);
}

TEST(BestContinuousDesign, OfAParabolaIsAThirdAtEachEndAndInTheMiddle) {
  // det = 4/27 with the three points −1, 0, 1 (the same book, §11.1).
  Eigen::MatrixXd rows(21, 3);
  for (Eigen::Index i = 0; i < 21; ++i) {
    const double x = static_cast<double>(i - 10) / 10;
    rows.row(i) << 1, x, x * x;
  }
  EXPECT_NEAR(best_continuous_log_d(rows), std::log(4.0 / 27) / 3, 1e-3);
}

TEST(DOptimalSelection, IsMoreEfficientThanEveryOneOfAThousandRandomOnes) {
  const PairSpace space(test::catalogue());
  SelectionOptions options;
  options.method = "d-optimal";
  const Selection selection = select_pairs(space, options);
  ASSERT_TRUE(selection.design);
  EXPECT_FALSE(selection.design->sampled);
  EXPECT_LE(selection.design->d_efficiency, 1);
  std::vector<PairIndex> pairs;
  for (const SelectedPair& selected : selection.pairs) pairs.push_back(selected.index);
  EXPECT_NEAR(*d_efficiency_of(space, pairs, MemoryFactors::lighter_and_heavier),
              selection.design->d_efficiency, 1e-9);

  std::vector<PairIndex> candidates;
  space.for_each([&](std::uint32_t first, std::uint32_t second) {
    candidates.push_back({first, second});
  });
  const DesignModel model = design_model(space, candidates, MemoryFactors::lighter_and_heavier);
  const double bound = best_continuous_log_d(model.rows);
  SeededDraws draws(1);
  double best_random = 0;
  for (int i = 0; i < 1000; ++i) {
    std::vector<size_t> chosen;
    for (const std::uint64_t candidate : draws.distinct_below(120, 12)) {
      chosen.push_back(static_cast<size_t>(candidate));
    }
    const double log_d = log_d_criterion(model.rows, chosen);
    best_random = std::max(best_random, std::exp(log_d - bound));
  }
  EXPECT_GT(selection.design->d_efficiency, best_random);
  EXPECT_GT(selection.design->d_efficiency, 0.75);
}

TEST(DOptimalSelection, SaysWhichLevelsNoPairHas) {
  SelectionOptions options;
  options.method = "d-optimal";
  EXPECT_THAT(select_pairs(PairSpace(test::catalogue()), options).statements,
              Contains(HasSubstr("memory class of the lighter model high: no feasible pair")));
}

TEST(DOptimalSelection, CanAskForTheMemoryClassesOfAAndB) {
  SelectionOptions options;
  options.method = "d-optimal";
  options.memory_factors = MemoryFactors::a_and_b;
  const Selection selection = select_pairs(PairSpace(test::catalogue()), options);
  std::set<std::string> classes_of_a;
  for (const SelectedPair& selected : selection.pairs) {
    classes_of_a.insert(name_of(selected.pair.a->memory_class()));
  }
  EXPECT_THAT(classes_of_a, ::testing::ElementsAre("high", "low", "medium"));
}

TEST(DOptimalSelection, OfALargeCatalogueChoosesFromASampleAndSaysSo) {
  const Catalogue catalogue = test::made_up_catalogue(200);
  SelectionOptions options;
  options.method = "d-optimal";
  const Selection selection = select_pairs(PairSpace(catalogue), options);
  EXPECT_TRUE(selection.design->sampled);
  EXPECT_EQ(selection.design->candidates, 1000U);
  EXPECT_THAT(selection.statements, Contains(HasSubstr("a random sample of 1000 of 19900")));
}

TEST(DOptimalSelection, LeavesOutWhatItCannotTellApart) {
  // As heavy, so busy, so long: the four factors say the same thing.
  std::vector<Workload> workloads = test::made_up_catalogue(12).workloads();
  for (size_t i = 0; i < workloads.size(); ++i) {
    workloads[i].catalogue.memory_mb = i < 6 ? 1000 : 3000;
    workloads[i].catalogue.gpu_util_percent = 50;
    workloads[i].expected_duration_s = {i < 6 ? 100.0 : 1000.0, 100};
  }
  const Catalogue catalogue(workloads);
  SelectionOptions options;
  options.method = "d-optimal";
  options.count = 8;
  const Selection selection = select_pairs(PairSpace(catalogue), options);
  EXPECT_EQ(selection.design->effects, 3U);
  EXPECT_GT(selection.design->d_efficiency, 0.9);
  EXPECT_THAT(selection.statements, Contains(HasSubstr("can't be told apart")));
}

}  // namespace
}  // namespace tandem::study
