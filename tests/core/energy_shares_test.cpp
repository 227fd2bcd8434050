#include "core/energy_shares.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace tandem::core {
namespace {

std::vector<Shares> all_shares(double pair_j, double solo_a_j, double solo_b_j) {
  return {shares_in_proportion("cpu_time", pair_j, solo_a_j, solo_b_j),
          shares_marginal_of_a(pair_j, solo_b_j), shares_marginal_of_b(pair_j, solo_a_j),
          shares_by_shapley(pair_j, solo_a_j, solo_b_j)};
}

// Pairs as they are: together they need between the dearer of the two and a little more than both.
TEST(EnergyShares, AddUpToTheWholeToTheLastBit) {
  std::mt19937 random(11);
  std::uniform_real_distribution<double> solo(1e-3, 1e6);
  std::uniform_real_distribution<double> between(0, 1.2);
  for (int i = 0; i < 20'000; ++i) {
    const double a_j = solo(random);
    const double b_j = solo(random);
    const double pair_j = std::max(a_j, b_j) + std::min(a_j, b_j) * between(random);
    for (const Shares& shares : all_shares(pair_j, a_j, b_j)) {
      ASSERT_EQ(shares.a.value() + shares.b.value(), pair_j) << shares.model << ' ' << i;
    }
  }
}

// A pair that needs less than one of its models alone: one share is negative then, and larger in
// size than the whole, whose last bits it can't hold.
TEST(EnergyShares, AddUpAsWellAsDoublesCanWhenAShareIsNegative) {
  std::mt19937 random(12);
  std::uniform_real_distribution<double> any(1e-3, 1e6);
  for (int i = 0; i < 20'000; ++i) {
    const double pair_j = any(random);
    for (const Shares& shares : all_shares(pair_j, any(random), any(random))) {
      const double size = std::abs(shares.a.value()) + std::abs(shares.b.value());
      ASSERT_NEAR(shares.a.value() + shares.b.value(), pair_j,
                  size * std::numeric_limits<double>::epsilon())
          << shares.model;
    }
  }
}

// Sums of a GPU's and a CPU's part, as a run records them: each sum is rounded on its own.
TEST(EnergyShares, GivenOnePartAddUpToTheWholeAndKeepTheLargerPart) {
  std::mt19937 random(13);
  std::uniform_real_distribution<double> joules(1e-3, 1e6);
  std::uniform_real_distribution<double> fraction(0, 1);
  int rounded_apart = 0;
  for (int i = 0; i < 20'000; ++i) {
    const double gpu_j = joules(random);
    const double cpu_j = joules(random);
    const double whole_j = gpu_j + cpu_j;
    const double gpu_a_j = gpu_j * fraction(random);
    const double cpu_a_j = cpu_j * fraction(random);
    const double a_j = gpu_a_j + cpu_a_j;
    const double b_j = (gpu_j - gpu_a_j) + (cpu_j - cpu_a_j);
    if (a_j + b_j != whole_j) ++rounded_apart;
    const Shares shares = shares_given_a("by use", whole_j, a_j);
    ASSERT_EQ(*shares.a + *shares.b, whole_j) << i;
    if (a_j >= whole_j / 2) {
      ASSERT_EQ(*shares.a, a_j) << i;
    }
    ASSERT_NEAR(*shares.a, a_j, whole_j * 4 * std::numeric_limits<double>::epsilon()) << i;
    ASSERT_NEAR(*shares.b, b_j, whole_j * 4 * std::numeric_limits<double>::epsilon()) << i;
  }
  EXPECT_GT(rounded_apart, 0);
}

TEST(EnergyShares, FollowTheirFormulas) {
  const auto expect = [](const Shares& shares, const char* model, double a_j, double b_j) {
    EXPECT_EQ(shares.model, model);
    EXPECT_DOUBLE_EQ(shares.a.value(), a_j) << model;
    EXPECT_DOUBLE_EQ(shares.b.value(), b_j) << model;
  };
  // E_A = 60, E_B = 90 alone, E_pair = 120.
  expect(shares_marginal_of_a(120.0, 90.0), "marginal_of_a", 30, 90);
  expect(shares_marginal_of_b(120.0, 60.0), "marginal_of_b", 60, 60);
  expect(shares_by_shapley(120.0, 60.0, 90.0), "shapley", 45, 75);
  expect(shares_in_proportion("sm_utilisation", 120.0, 25.0, 75.0), "sm_utilisation", 30, 90);
}

TEST(EnergyShares, OfShapleyAreTheMeanOfBothMarginalOrders) {
  const Shares shapley = shares_by_shapley(1234.5, 700.25, 811.75);
  const Shares of_a = shares_marginal_of_a(1234.5, 811.75);
  const Shares of_b = shares_marginal_of_b(1234.5, 700.25);
  EXPECT_DOUBLE_EQ(*shapley.a, (*of_a.a + *of_b.a) / 2);
  EXPECT_DOUBLE_EQ(*shapley.b, (*of_a.b + *of_b.b) / 2);
}

TEST(EnergyShares, GiveAnIdlePartnerNothing) {
  EXPECT_EQ(shares_in_proportion("cpu_time", 100.0, 0.0, 1.0).a.value(), 0);
  EXPECT_EQ(shares_in_proportion("cpu_time", 100.0, 1.0, 0.0).b.value(), 0);
}

TEST(EnergyShares, AreMissingWhenAnythingIs) {
  const Reading missing = Reading::missing("no counter");
  const Reading one = 1.0;
  const std::vector<Shares> incomplete = {shares_in_proportion("cpu_time", missing, one, one),
                                          shares_in_proportion("cpu_time", one, missing, one),
                                          shares_in_proportion("cpu_time", one, one, missing),
                                          shares_given_a("cpu_time", missing, one),
                                          shares_given_a("cpu_time", one, missing),
                                          shares_marginal_of_a(missing, one),
                                          shares_marginal_of_a(one, missing),
                                          shares_marginal_of_b(one, missing),
                                          shares_by_shapley(one, missing, one),
                                          shares_by_shapley(one, one, missing)};
  for (const Shares& shares : incomplete) {
    EXPECT_EQ(shares.a.reason(), "no counter") << shares.model;
    EXPECT_EQ(shares.b.reason(), "no counter") << shares.model;
  }
  EXPECT_EQ(shares_in_proportion("cpu_time", one, 0.0, 0.0).a.reason(), "division by zero");
}

}  // namespace
}  // namespace tandem::core
