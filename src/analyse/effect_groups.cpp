#include "analyse/effect_groups.h"

#include <map>

#include "analyse/statistics/anova.h"
#include "analyse/statistics/effect_size.h"
#include "analyse/statistics/rank_tests.h"

namespace tandem::analyse {
namespace {

/// `high` before `medium` before `low`: the class of the larger of a type's two models.
std::string memory_class_of(const std::string& type) {
  for (const char* name : {"high", "medium", "low"}) {
    if (type.find(name) != std::string::npos) return name;
  }
  return type;
}

constexpr PairKind kinds[] = {
    {"type", [](const GroupedPair& pair) { return pair.type; }},
    {"complementarity", [](const GroupedPair& pair) { return pair.complementarity; }},
    {"memory_class", [](const GroupedPair& pair) { return memory_class_of(pair.type); }},
};

/// The tests whether the kinds differ.
template <typename Grouping>
void compare_kinds(const std::map<std::string, std::vector<double>>& values, Grouping& grouping) {
  std::vector<std::vector<double>> groups;
  for (const auto& [level, of_level] : values) groups.push_back(of_level);
  grouping.anova = one_way_anova(groups);
  grouping.kruskal_wallis = kruskal_wallis_test(groups);
  grouping.omega_squared = omega_squared(grouping.anova);
}

/// `of_pair`: the effect in each of the pairs.
EffectGrouping grouping_of(const EffectColumn& column, const PairKind& kind,
                           const std::vector<GroupedPair>& pairs,
                           const std::vector<core::Reading>& of_pair) {
  std::map<std::string, std::vector<double>> values;
  for (size_t pair = 0; pair < pairs.size(); ++pair) {
    if (of_pair[pair]) values[kind.of(pairs[pair])].push_back(*of_pair[pair]);
  }
  EffectGrouping grouping;
  grouping.effect = column.name;
  grouping.by = kind.name;
  for (const auto& [level, of_level] : values) {
    grouping.groups.push_back({level, summarise_values(column, of_level)});
  }
  compare_kinds(values, grouping);
  return grouping;
}

SensitivityGrouping grouping_of(const std::string& hyperparameter, Response response,
                                const PairKind& kind, const std::vector<GroupedPair>& pairs,
                                const std::map<size_t, double>& changes) {
  SensitivityGrouping grouping;
  grouping.hyperparameter = hyperparameter;
  grouping.response = response;
  grouping.by = kind.name;
  std::map<std::string, std::vector<double>> values;
  for (const auto& [pair, change] : changes) values[kind.of(pairs.at(pair))].push_back(change);
  for (const auto& [level, of_level] : values) {
    grouping.groups.push_back({level, estimate_mean(of_level)});
  }
  compare_kinds(values, grouping);
  return grouping;
}

}  // namespace

std::span<const PairKind> pair_kinds() {
  return kinds;
}

std::vector<EffectGrouping> effect_groupings(const std::vector<GroupedPair>& pairs) {
  std::vector<EffectGrouping> groupings;
  for (size_t column = 0; column < effect_columns().size(); ++column) {
    std::vector<core::Reading> of_pair;
    for (const GroupedPair& pair : pairs) of_pair.push_back((*pair.effects)[column]);
    for (const PairKind& kind : kinds) {
      groupings.push_back(grouping_of(effect_columns()[column], kind, pairs, of_pair));
    }
  }
  adjust_family(groupings, &EffectGrouping::anova, benjamini_hochberg_adjusted);
  return groupings;
}

std::vector<SensitivityGrouping> sensitivity_groupings(
    const std::vector<GroupedPair>& pairs, std::span<const PairSensitivities> sensitivities) {
  std::vector<SensitivityGrouping> groupings;
  for (const std::string& hyperparameter : hyperparameters_of(sensitivities)) {
    for (const Response response : {Response::performance, Response::energy, Response::duration}) {
      const std::map<size_t, double> changes =
          sensitivity_changes(sensitivities, hyperparameter, response);
      for (const PairKind& kind : kinds) {
        groupings.push_back(grouping_of(hyperparameter, response, kind, pairs, changes));
      }
    }
  }
  adjust_family(groupings, &SensitivityGrouping::anova, benjamini_hochberg_adjusted);
  return groupings;
}

void to_json(core::Json& json, const EffectGroup& group) {
  json = {{"level", group.level}, {"summary", group.summary}};
}

void to_json(core::Json& json, const EffectGrouping& grouping) {
  json = {{"effect", grouping.effect},
          {"by", grouping.by},
          {"groups", grouping.groups},
          {"anova", grouping.anova},
          {"kruskal_wallis", grouping.kruskal_wallis},
          {"omega_squared", grouping.omega_squared},
          {"adjusted_p", grouping.adjusted_p}};
}

void to_json(core::Json& json, const SensitivityGroup& group) {
  json = {{"level", group.level}, {"change", group.change}};
}

void to_json(core::Json& json, const SensitivityGrouping& grouping) {
  json = {{"hyperparameter", grouping.hyperparameter},
          {"response", name_of(grouping.response)},
          {"by", grouping.by},
          {"groups", grouping.groups},
          {"anova", grouping.anova},
          {"kruskal_wallis", grouping.kruskal_wallis},
          {"omega_squared", grouping.omega_squared},
          {"adjusted_p", grouping.adjusted_p}};
}

}  // namespace tandem::analyse
