#pragma once

#include <array>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "study/workload.h"

namespace tandem::study {

/// Two different workloads of the catalogue; A stands before B in it.
struct WorkloadPair {
  const Workload* a;
  const Workload* b;

  double memory_mb() const { return a->catalogue.memory_mb + b->catalogue.memory_mb; }
  double gpu_util_percent() const {
    return a->catalogue.gpu_util_percent + b->catalogue.gpu_util_percent;
  }
  /// `low+high`, in the order A+B; `not stated` where the memory of one isn't known.
  std::string type() const;
  /// The same whatever the order: the smaller class first.
  std::string order_free_type() const;
};

/// `not_stated`: the utilisation of one isn't known, as of models of a table of runs.
enum class Complementarity { complementary, competing, neutral, not_stated };
std::string name_of(Complementarity complementarity);

/// Complementary: one model above 70 % GPU utilisation, the other below 30 %. Competing: the sum
/// above 150 %. Neutral: neither.
Complementarity complementarity_of(const WorkloadPair& pair);
inline Complementarity complementarity_of(double util_percent, double other_util_percent) {
  if (std::isnan(util_percent) || std::isnan(other_util_percent)) {
    return Complementarity::not_stated;
  }
  const double lower = util_percent < other_util_percent ? util_percent : other_util_percent;
  const double higher = util_percent < other_util_percent ? other_util_percent : util_percent;
  if (higher > 70 && lower < 30) return Complementarity::complementary;
  return lower + higher > 150 ? Complementarity::competing : Complementarity::neutral;
}

/// The limit of the study on the sum of the two models' memory.
inline constexpr double default_memory_limit_mb = 9000;

/// All pairs of the catalogue, in its order, whose memory sum is within the limit.
std::vector<WorkloadPair> feasible_pairs(const Catalogue& catalogue,
                                         double memory_limit_mb = default_memory_limit_mb);

/// The counts by type (A+B) as the seed prints them. Its 14 is medium+low and one of its fours is
/// high+low; feasible_pairs counts right.
const std::map<std::string, int>& seed_printed_type_counts();

/// The seed's twelve pairs as (id of A, id of B); index 0 is pair 1.
const std::array<std::pair<std::string, std::string>, 12>& seed_pairs();

}  // namespace tandem::study
