#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "study/seeded_draws.h"
#include "study/selection/pair_space.h"

namespace tandem::study {

/// A pair that a method has taken, and why.
struct Pick {
  PairIndex pair;
  std::string reason;
};

/// What has been taken so far, and what may still be: no pair twice, no model more often than the
/// limit.
class Picks {
 public:
  /// `at_most_per_model` 0: no limit. The space must outlive the picks.
  Picks(const PairSpace& space, int at_most_per_model)
      : space_(&space), at_most_(at_most_per_model), uses_(space.models().size(), 0) {}

  const PairSpace& space() const { return *space_; }
  const std::vector<Pick>& taken() const { return taken_; }
  size_t size() const { return taken_.size(); }
  int uses(std::uint32_t model) const { return uses_[model]; }

  bool may_use(std::uint32_t model) const { return at_most_ == 0 || uses_[model] < at_most_; }
  bool holds(PairIndex pair) const;
  bool allows(PairIndex pair) const {
    return may_use(pair.first) && may_use(pair.second) && !holds(pair);
  }
  void take(PairIndex pair, std::string reason);
  /// Takes back the pick at `place`.
  void give_back(size_t place);

  /// One of the pairs that are allowed, each equally likely; nothing when there is none.
  std::optional<PairIndex> draw(SeededDraws& draws) const;

 private:
  const PairSpace* space_;
  int at_most_;
  std::vector<int> uses_;
  std::vector<Pick> taken_;
};

}  // namespace tandem::study
