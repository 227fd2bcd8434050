#include "analyse/kind_interaction.h"

#include <map>

#include "analyse/statistics/anova.h"
#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/effect_size.h"

namespace tandem::analyse {
namespace {

/// Of one response: a map of pair (its index) to change for each hyperparameter.
using Changes = std::vector<std::map<size_t, double>>;

/// The values as the analysis of variance takes them, one an observation.
struct Observations {
  std::vector<double> change;
  Factor kind, hyperparameter, pair;
  std::map<std::string, size_t> kinds;  ///< to the level of `kind`
  std::map<size_t, std::vector<double>> of_pair;
  std::map<size_t, size_t> kind_of_pair;
};

Observations observe(const Changes& changes, const PairKind& kind,
                     const std::vector<GroupedPair>& pairs) {
  Observations seen;
  seen.kind.name = kind.name;
  seen.hyperparameter.name = "hyperparameter";
  seen.pair.name = "pair";
  for (size_t hyperparameter = 0; hyperparameter < changes.size(); ++hyperparameter) {
    for (const auto& [pair, change] : changes[hyperparameter]) {
      const std::string level = kind.of(pairs.at(pair));
      const size_t number = seen.kinds.try_emplace(level, seen.kinds.size()).first->second;
      seen.change.push_back(change);
      seen.kind.level.push_back(number);
      seen.hyperparameter.level.push_back(hyperparameter);
      seen.pair.level.push_back(pair);
      seen.of_pair[pair].push_back(change);
      seen.kind_of_pair[pair] = number;
    }
  }
  return seen;
}

/// Between pairs: whether the means of the pairs that have all hyperparameters differ by kind.
TestResult between_pairs(const Observations& seen, size_t hyperparameters) {
  std::map<size_t, std::vector<double>> means;
  for (const auto& [pair, changes] : seen.of_pair) {
    if (changes.size() != hyperparameters) continue;
    if (const Reading centre = mean(changes)) means[seen.kind_of_pair.at(pair)].push_back(*centre);
  }
  std::vector<std::vector<double>> groups;
  for (const auto& [number, of_kind] : means) groups.push_back(of_kind);
  return one_way_anova(groups);
}

}  // namespace

std::vector<KindInteraction> kind_interactions(const std::vector<GroupedPair>& pairs,
                                               std::span<const PairSensitivities> sensitivities) {
  std::vector<KindInteraction> interactions;
  const std::vector<std::string> hyperparameters = hyperparameters_of(sensitivities);
  if (hyperparameters.empty()) return interactions;
  for (const Response response : {Response::performance, Response::energy, Response::duration}) {
    Changes changes;
    for (const std::string& name : hyperparameters) {
      changes.push_back(sensitivity_changes(sensitivities, name, response));
    }
    for (const PairKind& kind : pair_kinds()) {
      const Observations seen = observe(changes, kind, pairs);
      const auto add = [&](const std::string& term, TestResult test) {
        if (hyperparameters.size() < 2) {
          test = no_test(test.name, test.n, "one hyperparameter: nothing that a kind goes with");
        }
        interactions.push_back(
            {response, kind.name, term, seen.of_pair.size(), test, omega_squared(test), {}});
      };
      const std::string crossed = std::string(kind.name) + " × hyperparameter";
      const Anova within =
          anova_type_2(seen.change, {seen.kind, seen.hyperparameter}, true, seen.pair);
      const auto within_pairs = [&](const std::string& term) {
        for (const AnovaTerm& tested : within.terms) {
          if (tested.name == term) return tested.test;
        }
        return no_test("F test of " + term, within.n, within.problem);
      };
      add(kind.name, between_pairs(seen, hyperparameters.size()));
      add("hyperparameter", within_pairs("hyperparameter"));
      add(crossed, seen.kinds.size() == 1
                       ? no_test("F test of " + crossed, within.n, "all pairs are of one kind")
                       : within_pairs(crossed));
    }
  }
  adjust_family(interactions, &KindInteraction::anova, benjamini_hochberg_adjusted);
  return interactions;
}

void to_json(core::Json& json, const KindInteraction& interaction) {
  json = {{"response", name_of(interaction.response)},
          {"by", interaction.by},
          {"term", interaction.term},
          {"pairs", interaction.pairs},
          {"anova", interaction.anova},
          {"omega_squared", interaction.omega_squared},
          {"adjusted_p", interaction.adjusted_p}};
}

}  // namespace tandem::analyse
