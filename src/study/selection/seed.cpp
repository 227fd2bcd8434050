#include <fmt/format.h>

#include "core/error.h"
#include "study/selection/methods.h"

namespace tandem::study {

void pick_seed(Picks& picks, size_t count, Selection& selection) {
  const auto& pairs = seed_pairs();
  if (count > pairs.size()) {
    throw core::UserError("--count",
                          {{"--count", std::to_string(count), "at most 12 with --method seed"}});
  }
  const PairSpace& space = picks.space();
  const std::vector<std::string> ids = space.catalogue().ids();
  for (size_t i = 0; i < count; ++i) {
    const auto& [a, b] = pairs[i];
    const std::string name = fmt::format("pair {} of the original study, {} with {},", i + 1, a, b);
    for (const std::string& id : {a, b}) {
      if (std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
      throw core::UserError(name + " needs the workload " + id +
                            ", which the catalogue doesn't have: choose another method");
    }
    const PairIndex pair = space.index_of(a, b);
    if (!space.feasible(pair)) {
      throw core::UserError(
          fmt::format("{} needs {:.0f} MB, more than the memory limit of {:.0f} MB: choose another "
                      "method, or a "
                      "lower --count",
                      name, space.pair(pair).memory_mb(), space.memory_limit_mb()));
    }
    if (!picks.allows(pair)) {
      throw core::UserError(
          name +
          " uses a model more often than --at-most-per-model allows: the original "
          "twelve use examples/mnist eight times; leave that limit out, or choose "
          "another method");
    }
    picks.take(pair, fmt::format("pair {} of the original study", i + 1));
  }
  selection.statements.push_back(
      fmt::format("The original study's pairs 1 to {}, chosen by hand: six practical ones and six "
                  "of different types.",
                  count));
}

}  // namespace tandem::study
