#pragma once

#include <cstddef>
#include <vector>

namespace tandem::analyse {

/// What is saved by running a job of one kind beside one of another; kinds are indices.
struct PairSaving {
  size_t first = 0;
  size_t second = 0;
  double saving = 0;
};

/// How often each of the savings is made (in their order) so that their sum is the largest, each
/// job in at most one pair and the rest alone. Savings of zero or less are never made. Exact while
/// the product of (count + 1) over the kinds is at most 200,000, by dynamic programming; beyond,
/// exact for an even number of jobs of each kind (a transport problem with half of them on each
/// side), and the odd ones are paired with each other: at most one pairing a kind from the best.
/// At most 16 kinds may have an odd count there; further odd jobs stay alone.
std::vector<size_t> best_pairings(const std::vector<size_t>& counts,
                                  const std::vector<PairSaving>& savings);

}  // namespace tandem::analyse
