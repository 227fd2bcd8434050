#include <fmt/format.h>

#include <array>

#include "study/selection/methods.h"

namespace tandem::study {
namespace {

/// Compared from the front: models with known runs, safe, complementary, then the smaller memory.
using Rank = std::array<double, 4>;

constexpr double complementarity_rank(Complementarity complementarity) {
  return complementarity == Complementarity::complementary ? 2
         : complementarity == Complementarity::neutral     ? 1
                                                           : 0;
}

}  // namespace

bool pick_practical(Picks& picks, size_t count, const PairSearch& search, Selection& selection) {
  const double safe_mb = picks.space().memory_limit_mb() / 2;
  const auto rank = [&](const ModelTraits& one, const ModelTraits& other) {
    const double memory_mb = one.memory_mb + other.memory_mb;
    return Rank{static_cast<double>(one.known) + static_cast<double>(other.known),
                memory_mb <= safe_mb ? 1.0 : 0.0,
                complementarity_rank(complementarity_of(one.util_percent, other.util_percent)),
                -memory_mb};
  };
  const auto bound = [&](const TraitBox& one, const TraitBox& other) {
    const double memory_mb = one.memory_low + other.memory_low;
    const bool may_complement = std::max(one.util_high, other.util_high) > 70 &&
                                std::min(one.util_low, other.util_low) < 30;
    const bool may_be_neutral = one.util_low + other.util_low <= 150;
    return Rank{static_cast<double>(one.any_known) + static_cast<double>(other.any_known),
                memory_mb <= safe_mb ? 1.0 : 0.0,
                may_complement   ? 2.0
                : may_be_neutral ? 1.0
                                 : 0.0,
                -memory_mb};
  };
  int both_known = 0;
  int one_known = 0;
  for (size_t i = 0; i < count; ++i) {
    const auto pair = search.best(picks, rank, bound);
    if (!pair) return false;
    const ModelTraits& one = picks.space().models()[pair->first];
    const ModelTraits& other = picks.space().models()[pair->second];
    const Rank ranked = rank(one, other);
    both_known += ranked[0] == 2 ? 1 : 0;
    one_known += ranked[0] == 1 ? 1 : 0;
    const char* known = ranked[0] == 2 ? "both known" : ranked[0] == 1 ? "one known" : "none known";
    picks.take(*pair,
               fmt::format("{}, {}, {}", known, ranked[1] > 0 ? "safe" : "fits",
                           name_of(complementarity_of(one.util_percent, other.util_percent))));
  }
  selection.statements.push_back(fmt::format(
      "Ranked by known runs, then safety (at most half of the memory limit), then complementarity, "
      "then memory: {} with known runs of both models, {} of one, {} of none. It explores little.",
      both_known, one_known, static_cast<int>(count) - both_known - one_known));
  return true;
}

}  // namespace tandem::study
