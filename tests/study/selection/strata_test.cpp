#include "study/selection/strata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/error.h"
#include "made_up_catalogue.h"
#include "studies.h"

namespace tandem::study {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::map<std::string, std::uint64_t> sizes(const std::vector<Criterion>& criteria) {
  const PairSpace space(test::catalogue());
  const Strata strata(space, criteria);
  const auto counts = count_strata(space, strata, StratumVariable::duration);
  std::map<std::string, std::uint64_t> result;
  for (std::uint32_t h = 0; h < strata.size(); ++h) {
    if (counts[h].pairs > 0) result[strata.name(h)] = counts[h].pairs;
  }
  return result;
}

TEST(Strata, OfMemoryClassesAreTheStudysOrderFreeTypes) {
  const std::map<std::string, std::uint64_t> expected = {{"low+low", 55},
                                                         {"low+medium", 44},
                                                         {"low+high", 11},
                                                         {"medium+medium", 6},
                                                         {"medium+high", 4}};
  EXPECT_EQ(sizes({Criterion::memory_class}), expected);
}

TEST(Strata, OfComplementarityAreTheStudysThreeKinds) {
  const std::map<std::string, std::uint64_t> expected = {
      {"complementary", 2}, {"competing", 1}, {"neutral", 117}};
  EXPECT_EQ(sizes({Criterion::complementarity}), expected);
}

TEST(Strata, CrossedHoldEachPairOnceAndBelongToBothOfTheirCriteria) {
  const auto crossed = sizes({Criterion::domain, Criterion::utilisation});
  std::map<std::string, std::uint64_t> by_domain;
  for (const auto& [name, count] : crossed) by_domain[name.substr(0, name.find(','))] += count;
  EXPECT_EQ(by_domain, sizes({Criterion::domain}));
}

TEST(Strata, AreRefusedWhenThereAreTooMany) {
  std::vector<Workload> workloads = test::made_up_catalogue(1200).workloads();
  for (Workload& workload : workloads) workload.architecture = workload.model;
  const Catalogue catalogue(workloads);
  const PairSpace space(catalogue);
  EXPECT_THAT(
      [&] {
        try {
          Strata(space, {Criterion::architecture});
        } catch (const core::UserError& error) {
          return std::string(error.what());
        }
        return std::string();
      }(),
      HasSubstr("more than 100000 strata"));
}

TEST(Strata, HaveTheStandardDeviationOfTheirPairsVariable) {
  const PairSpace space(test::catalogue());
  const Strata strata(space, {Criterion::memory_class});
  for (const StratumVariable variable :
       {StratumVariable::duration, StratumVariable::memory, StratumVariable::utilisation}) {
    std::map<std::uint32_t, std::vector<double>> values;
    space.for_each([&](std::uint32_t first, std::uint32_t second) {
      const ModelTraits& one = space.models()[first];
      const ModelTraits& other = space.models()[second];
      values[strata.of(first, second)].push_back(
          variable == StratumVariable::duration ? std::max(one.duration_s, other.duration_s)
          : variable == StratumVariable::memory ? one.memory_mb + other.memory_mb
                                                : one.util_percent + other.util_percent);
    });
    const auto counts = count_strata(space, strata, variable);
    for (const auto& [stratum, of_stratum] : values) {
      double mean = 0;
      for (const double value : of_stratum) mean += value / static_cast<double>(of_stratum.size());
      double squares = 0;
      for (const double value : of_stratum) squares += (value - mean) * (value - mean);
      EXPECT_NEAR(counts[stratum].standard_deviation,
                  std::sqrt(squares / (static_cast<double>(of_stratum.size()) - 1)), 1e-9);
    }
  }
}

TEST(Allocation, InProportionIsTheLargestRemainderRuleOverAMinimumOfOne) {
  // Shares of 12: 5.5, 4.4, 1.1, 0.6, 0.4.
  EXPECT_THAT(allocate({{55, 1}, {44, 1}, {11, 1}, {6, 1}, {4, 1}}, 12, Allocation::proportional),
              ElementsAre(5, 4, 1, 1, 1));
}

TEST(Allocation, EqualGivesTheRestToTheLargerStrata) {
  EXPECT_THAT(allocate({{4, 1}, {6, 1}, {55, 1}, {11, 1}, {44, 1}}, 12, Allocation::equal),
              ElementsAre(2, 2, 3, 2, 3));
}

TEST(Allocation, OfNeymanWeighsSizeByStandardDeviation) {
  // Weights 10·1, 10·3, 20·0.5 of 50; of 10 pairs: 2, 6, 2.
  EXPECT_THAT(allocate({{10, 1}, {10, 3}, {20, 0.5}}, 10, Allocation::neyman),
              ElementsAre(2, 6, 2));
}

TEST(Allocation, OfNeymanIsProportionalWhereNothingVaries) {
  EXPECT_THAT(allocate({{10, 0}, {30, 0}}, 8, Allocation::neyman), ElementsAre(2, 6));
}

TEST(Allocation, NeverAsksAStratumForMoreThanItHas) {
  EXPECT_THAT(allocate({{2, 1}, {100, 1}}, 20, Allocation::equal), ElementsAre(2, 18));
  EXPECT_THAT(allocate({{2, 1}, {0, 0}, {3, 1}}, 9, Allocation::equal), ElementsAre(2, 0, 3));
}

TEST(Allocation, OfFewerPairsThanStrataLeavesTheSmallestOut) {
  EXPECT_THAT(allocate({{55, 1}, {44, 1}, {11, 1}, {6, 1}, {4, 1}}, 3, Allocation::equal),
              ElementsAre(1, 1, 1, 0, 0));
}

TEST(Criterion, WithASlipOfTheKeyboardIsRefusedWithTheNearestName) {
  try {
    criterion_of("utilization");
    FAIL() << "read without an error";
  } catch (const core::UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("perhaps utilisation"));
  }
}

}  // namespace
}  // namespace tandem::study
