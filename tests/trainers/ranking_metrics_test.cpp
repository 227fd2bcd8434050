#include "ranking_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace tandem::trainers::test {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

TEST(RankingMetrics, AreThoseOfScikitLearn) {
  // oracles/ranking_metrics.py, scikit-learn 1.2.1
  const std::vector<std::int32_t> rankings{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2};
  const std::vector<float> scores{0.9F, 0.1F, 0.4F, 0.35F, 0.8F, 0.2F, 0.05F, 0.3F, 0.25F,
                                  0.7F, 0.6F, 0.5F, -1.0F, 2.5F, 0.0F, 1.0F,  0.5F, -0.5F};
  const std::vector<std::uint8_t> right{0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0};
  const std::vector<std::int64_t> ks{1, 3, 5};
  const RankingQuality quality = judge_rankings(rankings, scores, right, ks);
  EXPECT_NEAR(quality.mean_average_precision, 0.4444444444444444, 1e-15);
  EXPECT_THAT(quality.top, ElementsAre(DoubleNear(0.3333333333333333, 1e-15),
                                       DoubleNear(0.6666666666666666, 1e-15),
                                       DoubleNear(0.6666666666666666, 1e-15)));
}

/// How many items stand before item i: all with a higher score, and the wrong ones with the same.
std::int64_t items_before(const std::vector<float>& scores, const std::vector<std::uint8_t>& right,
                          std::size_t i) {
  std::int64_t before = 0;
  for (std::size_t j = 0; j < scores.size(); ++j) {
    if (scores[j] > scores[i] || (scores[j] == scores[i] && right[j] < right[i])) ++before;
  }
  return before;
}

TEST(RankingMetrics, AreThoseOfCountingEachItem) {
  std::mt19937 random(3);
  std::vector<std::int32_t> rankings;
  std::vector<float> all_scores;
  std::vector<std::uint8_t> all_right;
  const std::vector<std::int64_t> ks{1, 2, 5};
  std::vector<double> top(3);
  double average_precisions = 0;
  constexpr int count = 200;
  for (int ranking = 0; ranking < count; ++ranking) {
    std::vector<float> scores(1 + random() % 8);
    std::vector<std::uint8_t> right(scores.size());
    for (float& score : scores) score = static_cast<float>(random() % 5);  // many are equal
    for (auto& each : right) each = random() % 3 == 0;
    right[random() % right.size()] = 1;
    double precisions = 0, rights = 0;
    std::int64_t best = std::numeric_limits<std::int64_t>::max();
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (right[i] == 0) continue;
      const std::int64_t before = items_before(scores, right, i);
      best = std::min(best, before);
      // Right items of the same score stand one after the other; so many are at or above this one.
      std::int64_t at_or_above = 1, wrong_above = 0;
      for (std::size_t j = 0; j < scores.size(); ++j) {
        if (right[j] != 0 && (scores[j] > scores[i] || (scores[j] == scores[i] && j < i))) {
          ++at_or_above;
        }
        if (right[j] == 0 && scores[j] >= scores[i]) ++wrong_above;
      }
      precisions +=
          static_cast<double>(at_or_above) / static_cast<double>(at_or_above + wrong_above);
      ++rights;
    }
    average_precisions += precisions / rights;
    for (std::size_t k = 0; k < ks.size(); ++k) top[k] += best < ks[k] ? 1 : 0;
    rankings.insert(rankings.end(), scores.size(), ranking);
    all_scores.insert(all_scores.end(), scores.begin(), scores.end());
    all_right.insert(all_right.end(), right.begin(), right.end());
  }
  const RankingQuality quality = judge_rankings(rankings, all_scores, all_right, ks);
  EXPECT_NEAR(quality.mean_average_precision, average_precisions / count, 1e-12);
  for (std::size_t k = 0; k < ks.size(); ++k) EXPECT_NEAR(quality.top[k], top[k] / count, 1e-12);
}

TEST(RankingMetrics, GiveNothingForScoresThatTellNothingApart) {
  const std::vector<std::int32_t> rankings(4, 0);
  const std::vector<std::uint8_t> right{1, 0, 0, 0};
  const std::vector<std::int64_t> ks{1, 3, 4};
  for (const float same : {0.5F, std::numeric_limits<float>::quiet_NaN()}) {
    const RankingQuality quality = judge_rankings(rankings, std::vector<float>(4, same), right, ks);
    EXPECT_THAT(quality.top, ElementsAre(0, 0, 1));
    EXPECT_EQ(quality.mean_average_precision, 0.25);
  }
}

}  // namespace
}  // namespace tandem::trainers::test
