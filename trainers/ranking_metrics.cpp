#include "ranking_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace tandem::trainers {

RankingQuality judge_rankings(std::span<const std::int32_t> rankings, std::span<const float> scores,
                              std::span<const std::uint8_t> is_right,
                              std::span<const std::int64_t> ks) {
  RankingQuality quality{.top = std::vector<double>(ks.size())};
  std::vector<std::pair<float, bool>> ranking;
  double count = 0;
  for (std::size_t begin = 0, end = 0; begin < rankings.size(); begin = end) {
    ranking.clear();
    for (; end < rankings.size() && rankings[end] == rankings[begin]; ++end) {
      const bool is_number = !std::isnan(scores[end]);
      ranking.emplace_back(is_number ? scores[end] : -std::numeric_limits<float>::infinity(),
                           is_right[end] != 0);
    }
    std::ranges::sort(ranking, [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second < b.second;
    });
    std::int64_t first_right = 0;
    double right = 0, precisions = 0;
    for (std::int64_t place = 1; place <= std::ssize(ranking); ++place) {
      if (!ranking[static_cast<std::size_t>(place - 1)].second) continue;
      if (first_right == 0) first_right = place;
      precisions += ++right / static_cast<double>(place);
    }
    for (std::size_t i = 0; i < ks.size(); ++i) quality.top[i] += first_right <= ks[i] ? 1 : 0;
    quality.mean_average_precision += precisions / right;
    ++count;
  }
  for (double& share : quality.top) share /= count;
  quality.mean_average_precision /= count;
  return quality;
}

}  // namespace tandem::trainers
