#include "study/selection/pair_features.h"

#include <cmath>

namespace tandem::study {
namespace {

double inverse(double range) {
  return range > 0 ? 1 / range : 0;
}

struct Interval {
  double low, high;
};

/// The squared distance to the far end of an interval.
double far_end(double from, Interval interval, double scale) {
  const double distance =
      std::max(std::abs(from - interval.low * scale), std::abs(from - interval.high * scale));
  return distance * distance;
}

double far_ends(double sum_from, double difference_from, Interval one, Interval other,
                double scale) {
  const Interval sum{one.low + other.low, one.high + other.high};
  const Interval difference{std::max({0.0, one.low - other.high, other.low - one.high}),
                            std::max(one.high - other.low, other.high - one.low)};
  return far_end(sum_from, sum, scale / 2) + far_end(difference_from, difference, scale);
}

}  // namespace

PairFeatures::PairFeatures(const TraitBox& box)
    : scale_{inverse(box.memory_high - box.memory_low), inverse(box.util_high - box.util_low),
             inverse(box.log_duration_high - box.log_duration_low)} {}

PairPoint PairFeatures::of(const ModelTraits& one, const ModelTraits& other) const {
  return {(one.memory_mb + other.memory_mb) * (scale_[0] / 2),
          std::abs(one.memory_mb - other.memory_mb) * scale_[0],
          (one.util_percent + other.util_percent) * (scale_[1] / 2),
          std::abs(one.util_percent - other.util_percent) * scale_[1],
          (one.log_duration + other.log_duration) * (scale_[2] / 2),
          std::abs(one.log_duration - other.log_duration) * scale_[2]};
}

double PairFeatures::most_squared_distance(const PairPoint& from, const TraitBox& one,
                                           const TraitBox& other) const {
  return far_ends(from[0], from[1], {one.memory_low, one.memory_high},
                  {other.memory_low, other.memory_high}, scale_[0]) +
         far_ends(from[2], from[3], {one.util_low, one.util_high},
                  {other.util_low, other.util_high}, scale_[1]) +
         far_ends(from[4], from[5], {one.log_duration_low, one.log_duration_high},
                  {other.log_duration_low, other.log_duration_high}, scale_[2]);
}

double squared_distance(const PairPoint& one, const PairPoint& other) {
  double sum = 0;
  for (size_t i = 0; i < one.size(); ++i) sum += (one[i] - other[i]) * (one[i] - other[i]);
  return sum;
}

}  // namespace tandem::study
