#pragma once

#include <array>

#include "study/selection/pair_search.h"
#include "study/selection/pair_space.h"

namespace tandem::study {

/// A pair as a point: sum and difference of memory, of utilisation and of the logarithm of the
/// duration, the same whatever the order of the two. A sum is divided by twice the catalogue's
/// range, a difference by the range, so that each coordinate is at most 1 wide.
using PairPoint = std::array<double, 6>;

class PairFeatures {
 public:
  /// `box` holds all models.
  explicit PairFeatures(const TraitBox& box);

  PairPoint of(const ModelTraits& one, const ModelTraits& other) const;
  /// At least the squared distance from `from` to any pair between two groups of models.
  double most_squared_distance(const PairPoint& from, const TraitBox& one,
                               const TraitBox& other) const;

 private:
  std::array<double, 3> scale_;  ///< 1 / range, 0 where all are equal
};

double squared_distance(const PairPoint& one, const PairPoint& other);

}  // namespace tandem::study
