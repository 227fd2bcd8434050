#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "study/selection/methods.h"

namespace tandem::study {
namespace {

/// Pairs of a stratum, drawn at random, in random order: more than the quota, for some may not be
/// allowed.
struct Draw {
  std::uint32_t stratum = 0;
  std::vector<std::uint64_t> ranks;  ///< in the order in which the stratum's pairs are visited
  std::vector<size_t> by_rank;       ///< places in `ranks`, the smallest rank first
  std::vector<PairIndex> pairs;      ///< of the ranks
  size_t next = 0;                   ///< into by_rank
  std::uint64_t visited = 0;
};

std::vector<Draw> draw_from(const PairSpace& space, const Strata& strata,
                            const std::vector<StratumCounts>& counts,
                            const std::vector<std::uint64_t>& quotas, size_t taken,
                            SeededDraws& draws) {
  std::vector<Draw> all;
  constexpr std::uint32_t none = ~0U;
  std::vector<std::uint32_t> draw_of(strata.size(), none);
  for (std::uint32_t h = 0; h < strata.size(); ++h) {
    if (quotas[h] == 0) continue;
    Draw draw;
    draw.stratum = h;
    draw.ranks = draws.distinct_below(counts[h].pairs, 8 * quotas[h] + taken + 64);
    draw.by_rank.resize(draw.ranks.size());
    std::iota(draw.by_rank.begin(), draw.by_rank.end(), size_t{0});
    std::sort(draw.by_rank.begin(), draw.by_rank.end(),
              [&](size_t a, size_t b) { return draw.ranks[a] < draw.ranks[b]; });
    draw.pairs.resize(draw.ranks.size());
    draw_of[h] = static_cast<std::uint32_t>(all.size());
    all.push_back(std::move(draw));
  }
  space.for_each([&](std::uint32_t first, std::uint32_t second) {
    const std::uint32_t place = draw_of[strata.of(first, second)];
    if (place == none) return;
    Draw& draw = all[place];
    if (draw.next < draw.by_rank.size() && draw.ranks[draw.by_rank[draw.next]] == draw.visited) {
      draw.pairs[draw.by_rank[draw.next++]] = {first, second};
    }
    ++draw.visited;
  });
  // A small stratum has the least choice when models are used up.
  std::stable_sort(all.begin(), all.end(), [&](const Draw& a, const Draw& b) {
    return counts[a.stratum].pairs < counts[b.stratum].pairs;
  });
  return all;
}

std::string described(const SelectionOptions& options) {
  std::vector<std::string> names;
  for (const Criterion criterion : options.strata) names.push_back(name_of(criterion));
  std::string text =
      fmt::format("{}, {} allocation", fmt::join(names, " × "), name_of(options.allocation));
  if (options.allocation == Allocation::neyman) {
    text += fmt::format(" by the standard deviation of the pairs' {} within the stratum",
                        name_of(options.neyman_of));
  }
  return text;
}

}  // namespace

bool pick_stratified(Picks& picks, size_t count, const SelectionOptions& options,
                     SeededDraws& draws, Selection& selection) {
  const PairSpace& space = picks.space();
  const Strata strata(space, options.strata);
  const std::vector<StratumCounts> counts = count_strata(space, strata, options.neyman_of);
  const std::vector<std::uint64_t> quotas = allocate(counts, count, options.allocation);
  std::vector<std::uint64_t> taken(strata.size(), 0);
  size_t short_of = count;
  for (const Draw& draw : draw_from(space, strata, counts, quotas, picks.size(), draws)) {
    for (const PairIndex pair : draw.pairs) {
      if (taken[draw.stratum] == quotas[draw.stratum]) break;
      if (!picks.allows(pair)) continue;
      picks.take(pair, "stratum " + strata.name(draw.stratum));
      ++taken[draw.stratum];
      --short_of;
    }
  }
  const size_t replaced = short_of;
  for (; short_of > 0; --short_of) {
    const auto pair = picks.draw(draws);
    if (!pair) return false;
    const std::uint32_t stratum = strata.of(pair->first, pair->second);
    picks.take(*pair, "in place of a pair of a stratum that has no further one, stratum " +
                          strata.name(stratum));
    ++taken[stratum];
  }
  std::vector<std::string> without;
  size_t occupied = 0;
  for (std::uint32_t h = 0; h < strata.size(); ++h) {
    if (counts[h].pairs == 0) continue;
    ++occupied;
    if (taken[h] == 0) without.push_back(strata.name(h));
    selection.strata.push_back({strata.name(h), counts[h].pairs, quotas[h], taken[h]});
  }
  std::string statement = fmt::format("Stratified by {}: {} of {} strata are represented",
                                      described(options), occupied - without.size(), occupied);
  if (without.empty()) {
    statement += ".";
  } else if (without.size() <= 6) {
    statement += fmt::format("; not: {}.", fmt::join(without, "; "));
  } else {
    statement += fmt::format("; {} are not.", without.size());
  }
  selection.statements.push_back(statement);
  if (replaced > 0) {
    selection.statements.push_back(fmt::format(
        "{} pair{} of other strata stand{} in where a stratum had no pair left that the limits and "
        "the pairs taken before allow.",
        replaced, replaced == 1 ? "" : "s", replaced == 1 ? "s" : ""));
  }
  return true;
}

}  // namespace tandem::study
