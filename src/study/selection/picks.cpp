#include "study/selection/picks.h"

#include <algorithm>

namespace tandem::study {

bool Picks::holds(PairIndex pair) const {
  return std::any_of(taken_.begin(), taken_.end(),
                     [&](const Pick& pick) { return pick.pair == pair; });
}

void Picks::take(PairIndex pair, std::string reason) {
  ++uses_[pair.first];
  ++uses_[pair.second];
  taken_.push_back({pair, std::move(reason)});
}

void Picks::give_back(size_t place) {
  --uses_[taken_[place].pair.first];
  --uses_[taken_[place].pair.second];
  taken_.erase(taken_.begin() + static_cast<std::ptrdiff_t>(place));
}

std::optional<PairIndex> Picks::draw(SeededDraws& draws) const {
  // Without the models that are used up, the partners that fit beside a model are still a range.
  std::vector<std::uint32_t> usable;
  for (std::uint32_t model = 0; model < uses_.size(); ++model) {
    if (may_use(model)) usable.push_back(model);
  }
  std::vector<std::uint64_t> pairs_before;  // of the usable model at the same place
  std::uint64_t pairs = 0;
  for (size_t i = 0; i < usable.size(); ++i) {
    pairs_before.push_back(pairs);
    const auto end = std::lower_bound(usable.begin(), usable.end(), space_->end_of(usable[i]));
    pairs += static_cast<std::uint64_t>(
        std::max<std::ptrdiff_t>(0, end - usable.begin() - static_cast<std::ptrdiff_t>(i) - 1));
  }
  const auto taken_usable =
      static_cast<std::uint64_t>(std::count_if(taken_.begin(), taken_.end(), [&](const Pick& pick) {
        return may_use(pick.pair.first) && may_use(pick.pair.second);
      }));
  if (pairs == taken_usable) return std::nullopt;
  for (;;) {
    const std::uint64_t rank = draws.below(pairs);
    const auto after = std::upper_bound(pairs_before.begin(), pairs_before.end(), rank);
    const size_t i = static_cast<size_t>(after - pairs_before.begin()) - 1;
    const PairIndex pair{usable[i], usable[i + 1 + static_cast<size_t>(rank - pairs_before[i])]};
    if (!holds(pair)) return pair;
  }
}

}  // namespace tandem::study
