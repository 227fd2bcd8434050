#include "study/selection/selection.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/text.h"
#include "study/selection/methods.h"

namespace tandem::study {
namespace {

constexpr int most_attempts = 50;

bool pick(Picks& picks, const SelectionOptions& options, const PairSearch& search,
          SeededDraws& draws, Selection& selection) {
  const size_t count = options.count;
  if (options.method == "random") return pick_random(picks, count, draws, selection);
  if (options.method == "stratified") {
    return pick_stratified(picks, count, options, draws, selection);
  }
  if (options.method == "representative") {
    return pick_representative(picks, count, options, search, draws, selection);
  }
  if (options.method == "d-optimal") return pick_d_optimal(picks, count, options, draws, selection);
  if (options.method == "practical") return pick_practical(picks, count, search, selection);
  if (options.method == "hybrid") {
    const size_t practical = (count + 1) / 2;
    return pick_practical(picks, practical, search, selection) &&
           pick_stratified(picks, count - practical, options, draws, selection);
  }
  pick_seed(picks, count, selection);
  return true;
}

void check(const PairSpace& space, const SelectionOptions& options) {
  const std::vector<std::string>& methods = selection_methods();
  if (std::find(methods.begin(), methods.end(), options.method) == methods.end()) {
    const std::vector<std::string> nearest = core::nearest_names(options.method, methods);
    throw core::UserError("--method",
                          {{"--method", core::in_quotes(options.method),
                            nearest.empty() ? core::list_of_choices(methods)
                                            : "perhaps " + core::list_of_choices(nearest)}});
  }
  if (options.count == 0) throw core::UserError("--count", {{"--count", "0", "at least one pair"}});
  if (space.size() == 0) {
    const double least_mb = space.models()[0].memory_mb + space.models()[1].memory_mb;
    throw core::UserError(fmt::format(
        "no pair fits: the smallest needs {:.0f} MB, the memory limit is {:.0f} MB; raise "
        "--memory-limit-mb",
        least_mb, space.memory_limit_mb()));
  }
  if (options.count > space.size()) {
    throw core::UserError("--count",
                          {{"--count", std::to_string(options.count),
                            fmt::format("at most {}, the number of feasible pairs; or a higher "
                                        "--memory-limit-mb than {:.0f}",
                                        space.size(), space.memory_limit_mb())}});
  }
  const size_t places = static_cast<size_t>(options.at_most_per_model) * space.models().size();
  if (options.at_most_per_model > 0 && places < 2 * options.count) {
    throw core::UserError(
        "--at-most-per-model",
        {{"--at-most-per-model", std::to_string(options.at_most_per_model),
          fmt::format("at least {} for {} pairs of {} workloads, or a lower --count",
                      (2 * options.count + space.models().size() - 1) / space.models().size(),
                      options.count, space.models().size())}});
  }
}

/// Who is used how often, when that is more than the pairs need.
std::string model_use(const Selection& selection) {
  std::vector<std::pair<std::string, int>> uses;
  for (const SelectedPair& selected : selection.pairs) {
    for (const Workload* workload : {selected.pair.a, selected.pair.b}) {
      const auto use = std::find_if(uses.begin(), uses.end(),
                                    [&](const auto& one) { return one.first == workload->id(); });
      if (use == uses.end()) {
        uses.emplace_back(workload->id(), 1);
      } else {
        ++use->second;
      }
    }
  }
  const auto most = std::max_element(uses.begin(), uses.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second < b.second : a.first > b.first;
  });
  return fmt::format(
      "{} different models; {} is in {} of {} pairs{}", uses.size(), most->first, most->second,
      selection.pairs.size(),
      3 * static_cast<size_t>(most->second) > selection.pairs.size() && selection.pairs.size() > 3
          ? ": what is peculiar to it weighs on all of them (--at-most-per-model "
            "limits that)."
          : ".");
}

}  // namespace

const std::vector<std::string>& selection_methods() {
  static const std::vector<std::string> methods = {
      "random", "stratified", "representative", "d-optimal", "practical", "hybrid", "seed"};
  return methods;
}

Selection select_pairs(const PairSpace& space, const SelectionOptions& options) {
  check(space, options);
  const PairSearch search(space);
  SeededDraws draws(options.seed);
  // A limit per model can lead a random choice into a dead end that another draw avoids.
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    Selection selection;
    selection.method = options.method;
    selection.seed = options.seed;
    Picks picks(space, options.at_most_per_model);
    if (!pick(picks, options, search, draws, selection)) continue;
    for (const Pick& taken : picks.taken()) {
      selection.pairs.push_back({space.pair(taken.pair), taken.pair, taken.reason});
    }
    selection.statements.push_back(model_use(selection));
    return selection;
  }
  throw core::UserError(
      "--at-most-per-model",
      {{"--at-most-per-model", std::to_string(options.at_most_per_model),
        fmt::format("a higher limit or a lower --count: {} found no {} pairs within {:.0f} MB in "
                    "{} attempts",
                    options.method, options.count, space.memory_limit_mb(), most_attempts)}});
}

}  // namespace tandem::study
