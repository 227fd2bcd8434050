#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "study/selection/methods.h"
#include "study/selection/pair_features.h"

namespace tandem::study {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double greatest_difference(double low_a, double high_a, double low_b, double high_b) {
  return std::max(high_a - low_b, high_b - low_a);
}

/// The pairs at the edges of the space, by name. False when one is not to be had.
bool pick_corner_cases(Picks& picks, size_t count, const PairSearch& search) {
  const auto take = [&](const char* reason, auto score, auto bound) {
    if (picks.size() >= count) return true;
    const auto pair = search.best(picks, score, bound);
    if (pair) picks.take(*pair, reason);
    return pair.has_value();
  };
  return take(
             "corner case: most complementary (largest difference in utilisation)",
             [](const ModelTraits& one, const ModelTraits& other) {
               return std::abs(one.util_percent - other.util_percent);
             },
             [](const TraitBox& one, const TraitBox& other) {
               return greatest_difference(one.util_low, one.util_high, other.util_low,
                                          other.util_high);
             }) &&
         take(
             "corner case: most competing (largest sum of utilisation)",
             [](const ModelTraits& one, const ModelTraits& other) {
               return one.util_percent + other.util_percent;
             },
             [](const TraitBox& one, const TraitBox& other) {
               return one.util_high + other.util_high;
             }) &&
         take(
             "corner case: largest difference in memory",
             [](const ModelTraits& one, const ModelTraits& other) {
               return std::abs(one.memory_mb - other.memory_mb);
             },
             [](const TraitBox& one, const TraitBox& other) {
               return greatest_difference(one.memory_low, one.memory_high, other.memory_low,
                                          other.memory_high);
             }) &&
         take(
             "corner case: smallest difference in memory",
             [](const ModelTraits& one, const ModelTraits& other) {
               return -std::abs(one.memory_mb - other.memory_mb);
             },
             [](const TraitBox& one, const TraitBox& other) {
               return -std::max(
                   {0.0, one.memory_low - other.memory_high, other.memory_low - one.memory_high});
             });
}

std::vector<PairPoint> points_of(const Picks& picks, const PairFeatures& features) {
  const auto& models = picks.space().models();
  std::vector<PairPoint> points;
  for (const Pick& pick : picks.taken()) {
    points.push_back(features.of(models[pick.pair.first], models[pick.pair.second]));
  }
  return points;
}

/// The smallest distance between two of the points.
double smallest_distance(const std::vector<PairPoint>& points) {
  double smallest = infinity;
  for (size_t i = 0; i < points.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      smallest = std::min(smallest, squared_distance(points[i], points[j]));
    }
  }
  return std::sqrt(smallest);
}

bool fill_furthest_first(Picks& picks, size_t count, const PairSearch& search,
                         const PairFeatures& features) {
  while (picks.size() < count) {
    const std::vector<PairPoint> points = points_of(picks, features);
    const auto pair = search.best(
        picks,
        [&](const ModelTraits& one, const ModelTraits& other) {
          const PairPoint at = features.of(one, other);
          double nearest = infinity;
          for (const PairPoint& point : points) {
            nearest = std::min(nearest, squared_distance(point, at));
          }
          return nearest;
        },
        [&](const TraitBox& one, const TraitBox& other) {
          double nearest = infinity;
          for (const PairPoint& point : points) {
            nearest = std::min(nearest, features.most_squared_distance(point, one, other));
          }
          return nearest;
        });
    if (!pair) return false;
    picks.take(*pair, "furthest from the pairs before");
  }
  return true;
}

/// Partitioning around medoids (BUILD, then SWAP) on all pairs or, of many, a random sample. What
/// is taken already counts as a medoid and stays.
class Medoids {
 public:
  Medoids(const Picks& picks, const PairFeatures& features, SeededDraws& draws) {
    const PairSpace& space = picks.space();
    constexpr size_t most = 800;
    sampled_ = space.size() > most;
    std::vector<std::uint64_t> ranks = draws.distinct_below(space.size(), most);
    std::sort(ranks.begin(), ranks.end());
    for (const std::uint64_t rank : ranks) pairs_.push_back(space.at(rank));
    for (const Pick& pick : picks.taken()) {
      if (std::find(pairs_.begin(), pairs_.end(), pick.pair) == pairs_.end()) {
        pairs_.push_back(pick.pair);
      }
    }
    std::vector<PairPoint> points;
    for (const PairIndex pair : pairs_) {
      points.push_back(features.of(space.models()[pair.first], space.models()[pair.second]));
    }
    distances_.resize(pairs_.size() * pairs_.size());
    for (size_t i = 0; i < points.size(); ++i) {
      for (size_t j = 0; j < points.size(); ++j) {
        distances_[i * pairs_.size() + j] =
            static_cast<float>(std::sqrt(squared_distance(points[i], points[j])));
      }
    }
  }

  bool fill(Picks& picks, size_t count) {
    for (const Pick& pick : picks.taken()) {
      medoids_.push_back(
          static_cast<size_t>(std::find(pairs_.begin(), pairs_.end(), pick.pair) - pairs_.begin()));
    }
    const size_t fixed = medoids_.size();
    while (medoids_.size() < count) {
      const auto next = best_addition(picks);
      if (!next) return false;
      medoids_.push_back(*next);
      picks.take(pairs_[*next], "nearest to the pairs around it");
    }
    while (swap_best(picks, fixed)) {
    }
    return true;
  }

  bool sampled() const { return sampled_; }
  size_t candidates() const { return pairs_.size(); }
  /// Mean distance of a pair to its nearest medoid.
  double mean_distance() const {
    double sum = 0;
    for (size_t object = 0; object < pairs_.size(); ++object) sum += nearest(object, none);
    return sum / static_cast<double>(pairs_.size());
  }

 private:
  static constexpr size_t none = std::numeric_limits<size_t>::max();

  double distance(size_t a, size_t b) const { return distances_[a * pairs_.size() + b]; }
  /// To the nearest medoid but the one at `without`.
  double nearest(size_t object, size_t without) const {
    double least = infinity;
    for (size_t place = 0; place < medoids_.size(); ++place) {
      if (place != without) least = std::min(least, distance(object, medoids_[place]));
    }
    return least;
  }
  std::vector<double> nearest_without(size_t without) const {
    std::vector<double> all;
    for (size_t object = 0; object < pairs_.size(); ++object) {
      all.push_back(nearest(object, without));
    }
    return all;
  }
  double cost_with(size_t candidate, const std::vector<double>& nearest_of) const {
    double sum = 0;
    for (size_t object = 0; object < pairs_.size(); ++object) {
      sum += std::min(nearest_of[object], distance(object, candidate));
    }
    return sum;
  }

  std::optional<size_t> best_addition(const Picks& picks) const {
    const std::vector<double> nearest_of = nearest_without(none);
    std::optional<size_t> best;
    double least = infinity;
    for (size_t candidate = 0; candidate < pairs_.size(); ++candidate) {
      if (!picks.allows(pairs_[candidate])) continue;
      const double cost = cost_with(candidate, nearest_of);
      if (cost < least) {
        least = cost;
        best = candidate;
      }
    }
    return best;
  }

  bool swap_best(Picks& picks, size_t fixed) {
    double least = mean_distance() * static_cast<double>(pairs_.size()) * (1 - 1e-9);
    size_t best_place = none;
    size_t best_candidate = none;
    for (size_t place = fixed; place < medoids_.size(); ++place) {
      const std::vector<double> nearest_of = nearest_without(place);
      Picks without = picks;
      without.give_back(place);
      for (size_t candidate = 0; candidate < pairs_.size(); ++candidate) {
        if (!without.allows(pairs_[candidate])) continue;
        const double cost = cost_with(candidate, nearest_of);
        if (cost < least) {
          least = cost;
          best_place = place;
          best_candidate = candidate;
        }
      }
    }
    if (best_place == none) return false;
    medoids_.erase(medoids_.begin() + static_cast<std::ptrdiff_t>(best_place));
    medoids_.push_back(best_candidate);
    const std::string reason = picks.taken()[best_place].reason;
    picks.give_back(best_place);
    picks.take(pairs_[best_candidate], reason);
    return true;
  }

  std::vector<PairIndex> pairs_;
  std::vector<float> distances_;
  std::vector<size_t> medoids_;  ///< places in pairs_, in the order of the picks
  bool sampled_ = false;
};

}  // namespace

bool pick_representative(Picks& picks, size_t count, const SelectionOptions& options,
                         const PairSearch& search, SeededDraws& draws, Selection& selection) {
  const size_t corner_cases = std::min<size_t>(count, 4);
  if (!pick_corner_cases(picks, count, search)) return false;
  const PairFeatures features(search.box());
  const std::string corners = fmt::format("{} corner cases by name", corner_cases);
  if (options.spread == Spread::maximin) {
    if (!fill_furthest_first(picks, count, search, features)) return false;
    selection.statements.push_back(fmt::format(
        "{}, then always the feasible pair that is furthest from those taken (maximin over memory, "
        "utilisation and duration, each scaled to the catalogue's range): any two are at least "
        "{:.2f} "
        "apart.",
        corners, smallest_distance(points_of(picks, features))));
    return true;
  }
  Medoids medoids(picks, features, draws);
  if (!medoids.fill(picks, count)) return false;
  selection.statements.push_back(fmt::format(
      "{}, then k-medoids over memory, utilisation and duration of {}: a pair is on average {:.2f} "
      "from the nearest one selected.",
      corners,
      medoids.sampled() ? fmt::format("a random sample of {} of {} feasible pairs",
                                      medoids.candidates(), picks.space().size())
                        : fmt::format("all {} feasible pairs", picks.space().size()),
      medoids.mean_distance()));
  return true;
}

}  // namespace tandem::study
