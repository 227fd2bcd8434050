#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tandem::trainers {

/// How well some rankings put what is right in front: means over the rankings.
struct RankingQuality {
  /// For each k that was asked for the share of rankings with something right among the first k.
  std::vector<double> top;
  /// Mean average precision: of a ranking the mean, over what is right in it, of the share of right
  /// items down to there.
  double mean_average_precision = 0;
};

/// Judges rankings of items by descending score. Items of one ranking stand together and have the
/// same number in `rankings`; each ranking has something right. Of items with equal scores the
/// wrong ones count as first, so that a model that tells nothing apart gains nothing by it.
RankingQuality judge_rankings(std::span<const std::int32_t> rankings, std::span<const float> scores,
                              std::span<const std::uint8_t> is_right,
                              std::span<const std::int64_t> ks);

}  // namespace tandem::trainers
