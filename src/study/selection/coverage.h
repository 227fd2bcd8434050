#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/reading.h"
#include "study/selection/selection.h"

namespace tandem::study {

/// How many of the levels that feasible pairs have are among the selected ones.
struct LevelCoverage {
  std::map<std::string, std::uint64_t> feasible;  ///< level to number of feasible pairs
  std::map<std::string, std::uint64_t> selected;  ///< the same levels, of the selection
  size_t levels_selected() const;
};

/// A range and the selection's part of it.
struct RangeCoverage {
  double least = 0, most = 0;                    ///< of the selected pairs
  double feasible_least = 0, feasible_most = 0;  ///< of all feasible ones
  /// (most − least) / (feasible_most − feasible_least); 1 where all feasible pairs are equal.
  double share() const;
};

/// What a selection covers of the feasible pairs.
struct Coverage {
  std::map<Criterion, LevelCoverage> levels;  ///< one a criterion
  RangeCoverage memory_mb;                    ///< sum of the two
  RangeCoverage util_percent;
  size_t models_used = 0;
  size_t models = 0;
  std::map<std::string, int> uses;  ///< by id, of the models used
  std::string most_used;            ///< id; of several the first in the alphabet
  int most_uses = 0;
  /// Of the study with the original levels: solo runs shared, and literal. Missing when a model B
  /// doesn't take these hyperparameters.
  core::Reading hours_shared;
  core::Reading hours_literal;
  /// Against the best continuous design of D-optimality; missing when singular.
  core::Reading d_efficiency;
};

/// What every selection of a space is held against: counted once, in one pass a criterion.
class FeasibleCoverage {
 public:
  /// `space` must outlive it.
  explicit FeasibleCoverage(const PairSpace& space);
  Coverage of(const Selection& selection) const;

 private:
  const PairSpace* space_;
  std::map<Criterion, Strata> strata_;
  Coverage feasible_;
};

}  // namespace tandem::study
