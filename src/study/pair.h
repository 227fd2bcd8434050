#pragma once

#include <array>
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
  /// `low+high`, in the order A+B.
  std::string type() const;
};

enum class Complementarity { complementary, competing, neutral };
std::string name_of(Complementarity complementarity);

/// Complementary: one model above 70 % GPU utilisation, the other below 30 %. Competing: the sum
/// above 150 %. Neutral: neither.
Complementarity complementarity_of(const WorkloadPair& pair);

/// The limit of the study on the sum of the two models' memory.
inline constexpr double default_memory_limit_mb = 9000;

/// All pairs of the catalogue, in its order, whose memory sum is within the limit.
std::vector<WorkloadPair> feasible_pairs(const Catalogue& catalogue,
                                         double memory_limit_mb = default_memory_limit_mb);

/// The seed's twelve pairs as (id of A, id of B); index 0 is pair 1.
const std::array<std::pair<std::string, std::string>, 12>& seed_pairs();

}  // namespace tandem::study
