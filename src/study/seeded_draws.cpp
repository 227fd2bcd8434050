#include "study/seeded_draws.h"

#include <set>

namespace tandem::study {

std::vector<std::uint64_t> SeededDraws::distinct_below(std::uint64_t n, size_t most) {
  std::vector<std::uint64_t> drawn;
  std::set<std::uint64_t> seen;
  for (std::uint64_t bound = n - std::min<std::uint64_t>(n, most); bound < n; ++bound) {
    const std::uint64_t draw = below(bound + 1);
    drawn.push_back(seen.insert(draw).second ? draw : bound);
    seen.insert(drawn.back());
  }
  shuffle(drawn);
  return drawn;
}

}  // namespace tandem::study
