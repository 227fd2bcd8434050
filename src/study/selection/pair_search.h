#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "study/selection/pair_space.h"
#include "study/selection/picks.h"

namespace tandem::study {

/// Bounds of a group of models' traits.
struct TraitBox {
  double memory_low, memory_high;
  double util_low, util_high;
  double log_duration_low, log_duration_high;
  bool any_known;
};

/// Finds the pair with the highest score without looking at all of them: branch and bound over
/// pairs of groups of a k-d tree of the models (Bentley 1975; two groups at a time as Gray & Moore
/// 2000). The result depends on the models alone, not on the order of the catalogue.
class PairSearch {
 public:
  /// `space` must outlive the search.
  explicit PairSearch(const PairSpace& space);

  /// The pair with the highest `score(const ModelTraits&, const ModelTraits&)` of those that
  /// `picks` allows, nothing when there is none. `bound(const TraitBox&, const TraitBox&)` must be
  /// at least the score of every pair between the two groups; both give the same type, which has
  /// `<`. Of pairs with equal scores the one that is met first.
  template <typename Score, typename Bound>
  std::optional<PairIndex> best(const Picks& picks, Score score, Bound bound) const {
    using Value = decltype(score(space_->models()[0], space_->models()[0]));
    Best<Value> found;
    descend(0, 0, picks, score, bound, found);
    return found.pair;
  }

  /// Bounds of all models.
  const TraitBox& box() const { return nodes_[0].box; }

 private:
  struct Node {
    std::uint32_t begin, end;  ///< range in order_
    std::uint32_t left = 0;    ///< index of the first child, the other is the next; 0: a leaf
    std::uint32_t right = 0;
    TraitBox box;
  };
  template <typename Value>
  struct Best {
    std::optional<PairIndex> pair;
    Value value{};
  };

  std::uint32_t build(std::uint32_t begin, std::uint32_t end, const TraitBox* whole);
  TraitBox box_of(std::uint32_t begin, std::uint32_t end) const;

  template <typename Score, typename Bound, typename Value>
  void descend(std::uint32_t u, std::uint32_t v, const Picks& picks, Score& score, Bound& bound,
               Best<Value>& found) const {
    const Node& left = nodes_[u];
    const Node& right = nodes_[v];
    if (left.left == 0 && right.left == 0) return visit(left, right, picks, score, found);
    // The larger group is split; of a group with itself each half with itself and with the other.
    struct Step {
      std::uint32_t u, v;
      Value bound;
    };
    std::vector<Step> steps;
    const auto consider = [&](std::uint32_t a, std::uint32_t b) {
      const TraitBox& box_a = nodes_[a].box;
      const TraitBox& box_b = nodes_[b].box;
      if (box_a.memory_low + box_b.memory_low > space_->memory_limit_mb()) return;
      steps.push_back({a, b, bound(box_a, box_b)});
    };
    if (u == v) {
      consider(left.left, left.left);
      consider(left.left, left.right);
      consider(left.right, left.right);
    } else if (left.left != 0 &&
               (right.left == 0 || left.end - left.begin >= right.end - right.begin)) {
      consider(left.left, v);
      consider(left.right, v);
    } else {
      consider(u, right.left);
      consider(u, right.right);
    }
    std::stable_sort(steps.begin(), steps.end(),
                     [](const Step& a, const Step& b) { return b.bound < a.bound; });
    for (const Step& step : steps) {
      if (found.pair && !(found.value < step.bound)) continue;
      descend(step.u, step.v, picks, score, bound, found);
    }
  }

  template <typename Score, typename Value>
  void visit(const Node& left, const Node& right, const Picks& picks, Score& score,
             Best<Value>& found) const {
    for (std::uint32_t i = left.begin; i < left.end; ++i) {
      if (!picks.may_use(order_[i])) continue;
      for (std::uint32_t j = &left == &right ? i + 1 : right.begin; j < right.end; ++j) {
        const auto [first, second] = std::minmax(order_[i], order_[j]);
        const PairIndex pair{first, second};
        if (!space_->feasible(pair)) continue;
        Value value = score(space_->models()[first], space_->models()[second]);
        if (found.pair && !(found.value < value)) continue;
        if (!picks.allows(pair)) continue;
        found.pair = pair;
        found.value = std::move(value);
      }
    }
  }

  const PairSpace* space_;
  std::vector<std::uint32_t> order_;
  std::vector<Node> nodes_;
};

}  // namespace tandem::study
