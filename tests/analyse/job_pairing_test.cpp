#include "analyse/job_pairing.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace tandem::analyse {
namespace {

using testing::ElementsAre;

double value_of(const std::vector<size_t>& made, const std::vector<PairSaving>& savings) {
  double sum = 0;
  for (size_t i = 0; i < made.size(); ++i) sum += static_cast<double>(made[i]) * savings[i].saving;
  return sum;
}

void expect_feasible(const std::vector<size_t>& counts, const std::vector<size_t>& made,
                     const std::vector<PairSaving>& savings) {
  std::vector<size_t> used(counts.size(), 0);
  for (size_t i = 0; i < made.size(); ++i) {
    used[savings[i].first] += made[i];
    used[savings[i].second] += made[i];
  }
  for (size_t kind = 0; kind < counts.size(); ++kind) EXPECT_LE(used[kind], counts[kind]);
}

/// Tries everything.
double brute_force(std::vector<size_t> counts, const std::vector<PairSaving>& savings,
                   size_t from = 0) {
  double best = 0;
  for (size_t i = from; i < savings.size(); ++i) {
    const auto& [a, b, saving] = savings[i];
    if (counts[a] == 0 || counts[b] == 0 || (a == b && counts[a] < 2)) continue;
    --counts[a];
    --counts[b];
    best = std::max(best, saving + brute_force(counts, savings, i));
    ++counts[a];
    ++counts[b];
  }
  return best;
}

TEST(JobPairing, GivesUpTheBestPairWhereTwoOthersSaveMore) {
  // 1–2 saves most, but 0–1 and 2–3 together save more.
  EXPECT_THAT(best_pairings({1, 1, 1, 1}, {{0, 1, 10}, {1, 2, 11}, {2, 3, 10}}),
              ElementsAre(1, 0, 1));
}

TEST(JobPairing, MakesNoPairThatSavesNothing) {
  EXPECT_THAT(best_pairings({3, 3}, {{0, 1, 0}, {0, 0, -1}}), ElementsAre(0, 0));
  EXPECT_THAT(best_pairings({3, 3}, {{0, 1, 1}, {0, 0, -1}}), ElementsAre(3, 0));
  EXPECT_THAT(best_pairings({}, {}), ElementsAre());
}

TEST(JobPairing, SavesAsMuchAsTryingEverything) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 300; ++i) {
    SCOPED_TRACE(i);
    std::vector<size_t> counts(1 + random() % 4);
    for (size_t& count : counts) count = random() % 4;
    std::vector<PairSaving> savings;
    for (size_t a = 0; a < counts.size(); ++a) {
      for (size_t b = a; b < counts.size(); ++b) {
        if (random() % 3 == 0) continue;
        savings.push_back({a, b, static_cast<double>(random() % 100) - 20});
      }
    }
    const std::vector<size_t> made = best_pairings(counts, savings);
    expect_feasible(counts, made, savings);
    EXPECT_NEAR(value_of(made, savings), brute_force(counts, savings), 1e-9);
  }
}

TEST(JobPairing, OfManyJobsOfManyKindsIsTheSameManyTimesOver) {
  // The best of two jobs a kind, found exactly, is a quarter of a million times that of so many.
  std::mt19937_64 random(6);
  for (int i = 0; i < 10; ++i) {
    SCOPED_TRACE(i);
    std::vector<PairSaving> savings;
    for (size_t a = 0; a < 7; ++a) {
      for (size_t b = a + 1; b < 7; ++b) {
        savings.push_back({a, b, static_cast<double>(random() % 1000)});
      }
    }
    const double of_two = value_of(best_pairings(std::vector<size_t>(7, 2), savings), savings);
    const std::vector<size_t> many(7, 500'000);
    const std::vector<size_t> made = best_pairings(many, savings);
    expect_feasible(many, made, savings);
    EXPECT_NEAR(value_of(made, savings) / (250'000 * of_two), 1, 1e-9);
    // One more of each: the odd ones are paired too.
    const std::vector<size_t> odd(7, 500'001);
    const std::vector<size_t> with_odd = best_pairings(odd, savings);
    expect_feasible(odd, with_odd, savings);
    EXPECT_NEAR(value_of(with_odd, savings) - value_of(made, savings),
                value_of(best_pairings(std::vector<size_t>(7, 1), savings), savings), 1e-3);
  }
}

}  // namespace
}  // namespace tandem::analyse
