#include "study/pair.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "studies.h"

namespace tandem::study {
namespace {

TEST(FeasiblePairs, AreThe120OfTheStudyWithItsCountsByType) {
  const auto pairs = feasible_pairs(test::catalogue());
  EXPECT_EQ(pairs.size(), 120U);
  std::map<std::string, int> by_type;
  for (const WorkloadPair& pair : pairs) ++by_type[pair.type()];
  const std::map<std::string, int> expected = {
      {"low+low", 55}, {"low+medium", 30},   {"medium+low", 14}, {"low+high", 7},
      {"high+low", 4}, {"medium+medium", 6}, {"high+medium", 4}};
  EXPECT_EQ(by_type, expected);
}

TEST(FeasiblePairs, KeepWithinAMemoryLimit) {
  for (const WorkloadPair& pair : feasible_pairs(test::catalogue(), 2000)) {
    EXPECT_LE(pair.memory_mb(), 2000);
  }
  EXPECT_TRUE(feasible_pairs(test::catalogue(), 100).empty());
}

TEST(Complementarity, FollowsTheStudysThresholds) {
  const auto of = [](const char* repo_a, const char* a, const char* repo_b, const char* b) {
    return complementarity_of(
        {test::catalogue().find(repo_a, a), test::catalogue().find(repo_b, b)});
  };
  EXPECT_EQ(of("examples", "mnist", "Person_reID", "densenet121"), Complementarity::complementary);
  EXPECT_EQ(of("MRT-OAST", "default", "Person_reID", "densenet121"), Complementarity::competing);
  EXPECT_EQ(of("examples", "mnist", "examples", "mnist_rnn"), Complementarity::neutral);
}

TEST(SeedPairs, AreTwelveDifferentPairsOfTheCatalogueWithMnistInEight) {
  std::set<std::pair<std::string, std::string>> distinct;
  int with_mnist = 0;
  for (const auto& [a, b] : seed_pairs()) {
    EXPECT_NO_THROW(test::catalogue().at(a));
    EXPECT_NO_THROW(test::catalogue().at(b));
    distinct.insert({a, b});
    with_mnist += a == "examples/mnist" ? 1 : 0;
  }
  EXPECT_EQ(distinct.size(), 12U);
  EXPECT_EQ(with_mnist, 8);
}

}  // namespace
}  // namespace tandem::study
