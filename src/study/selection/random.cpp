#include <fmt/format.h>

#include "study/selection/methods.h"

namespace tandem::study {

bool pick_random(Picks& picks, size_t count, SeededDraws& draws, Selection& selection) {
  for (size_t i = 0; i < count; ++i) {
    const auto pair = picks.draw(draws);
    if (!pair) return false;
    picks.take(*pair, "drawn");
  }
  selection.statements.push_back(
      fmt::format("Drawn at random from {} feasible pairs, each equally likely; no kind of pair is "
                  "sure to be there.",
                  picks.space().size()));
  return true;
}

}  // namespace tandem::study
