#include "analyse/sensitivity_test.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "analyse/effect_summary.h"
#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/effect_size.h"
#include "analyse/statistics/location_tests.h"
#include "analyse/statistics/mixed_model.h"
#include "analyse/statistics/rank_tests.h"

namespace tandem::analyse {
namespace {

struct SoloAndConcurrent {
  std::vector<double> solo;
  std::vector<double> concurrent;
  std::vector<int> repetition;
};

/// The sensitivities of both modes that belong together, collected by block.
std::map<size_t, SoloAndConcurrent> by_block(std::span<const Sensitivity> sensitivities,
                                             const std::string& hyperparameter, Response response,
                                             bool blocks_are_pairs,
                                             Reading Sensitivity::*form = &Sensitivity::log_form) {
  std::vector<const Sensitivity*> entries;
  for (const Sensitivity& entry : sensitivities) {
    if (entry.response == response && entry.*form && entry.hyperparameter == hyperparameter) {
      entries.push_back(&entry);
    }
  }
  const auto place = [](const Sensitivity* entry) {
    return std::pair(entry->pair, entry->repetition);
  };
  // As they come from sensitivities() they are in this order.
  if (!std::ranges::is_sorted(entries, {}, place)) std::ranges::stable_sort(entries, {}, place);
  std::map<size_t, SoloAndConcurrent> blocks;
  for (auto begin = entries.begin(); begin != entries.end();) {
    const auto end = std::find_if(begin, entries.end(), [&](const Sensitivity* entry) {
      return place(entry) != place(*begin);
    });
    for (auto entry = begin; entry != end; ++entry) {
      if (!(*entry)->concurrent) continue;
      const auto alone = std::find_if(begin, end, [&](const Sensitivity* other) {
        return !other->concurrent && other->setting == (*entry)->setting;
      });
      if (alone == end) continue;
      const auto repetition = static_cast<size_t>((*entry)->repetition);
      SoloAndConcurrent& block = blocks[blocks_are_pairs ? (*entry)->pair : repetition];
      block.solo.push_back(*((*alone)->*form));
      block.concurrent.push_back(*((*entry)->*form));
      block.repetition.push_back((*entry)->repetition);
    }
    begin = end;
  }
  return blocks;
}

/// The sensitivity whose effect at the farthest level is the bound; 0 where no level has a
/// logarithm.
double bound_of_difference(std::span<const Sensitivity> sensitivities,
                           const std::string& hyperparameter, double bound_percent) {
  double farthest = 0;
  for (const Sensitivity& entry : sensitivities) {
    if (entry.hyperparameter != hyperparameter) continue;
    farthest = std::max(farthest, std::abs(entry.log_factor));
  }
  return farthest > 0 ? std::log1p(bound_percent / 100) / farthest : 0;
}

void add_mixed_model(const std::map<size_t, SoloAndConcurrent>& blocks, SensitivityTest& test) {
  std::vector<double> difference;
  std::vector<size_t> group;
  bool repeated = false;
  for (const auto& [block, values] : blocks) {
    // The levels of one repetition are no replicates of each other: their mean is the value.
    std::map<int, std::vector<double>> of_repetition;
    for (size_t i = 0; i < values.solo.size(); ++i) {
      of_repetition[values.repetition[i]].push_back(values.concurrent[i] - values.solo[i]);
    }
    repeated = repeated || of_repetition.size() > 1;
    for (const auto& [repetition, of_levels] : of_repetition) {
      difference.push_back(*mean(of_levels));
      group.push_back(block);
    }
  }
  if (!repeated) {
    const std::string reason = "no pair has two repetitions";
    test.mixed_difference = no_estimate(difference.size(), reason);
    test.mixed_p = Reading::missing(reason);
    return;
  }
  const MixedModel model = random_intercept_model(difference, {}, group);
  if (model.problem.empty()) {
    test.mixed_difference = model.coefficients[0].estimate;
    test.mixed_p = model.coefficients[0].test.p_value;
  } else {
    test.mixed_difference = no_estimate(difference.size(), model.problem);
    test.mixed_p = Reading::missing(model.problem);
  }
}

/// One value a block: the means of both modes.
struct BlockMeans {
  std::vector<double> solo, concurrent, difference;
};
BlockMeans means_of(const std::map<size_t, SoloAndConcurrent>& blocks) {
  BlockMeans means;
  for (const auto& [block, values] : blocks) {
    const Reading solo = mean(values.solo);
    const Reading concurrent = mean(values.concurrent);
    if (!solo || !concurrent) continue;
    means.solo.push_back(*solo);
    means.concurrent.push_back(*concurrent);
    means.difference.push_back(*concurrent - *solo);
  }
  return means;
}

SensitivityTest test_one(std::span<const Sensitivity> sensitivities,
                         const std::string& hyperparameter, Response response,
                         bool blocks_are_pairs, double bound_percent,
                         const std::vector<NoiseFloor>& noise) {
  SensitivityTest test;
  test.hyperparameter = hyperparameter;
  test.response = response;
  test.confirmatory = hyperparameter == "learning_rate" || hyperparameter == "epochs";
  test.block = blocks_are_pairs ? "pair" : "repetition";
  test.equivalence_bound_percent = bound_percent;
  test.noise_percent = noise_percent(noise, response);
  test.bound_below_noise = test.noise_percent && *test.noise_percent > bound_percent;
  const BlockMeans percent_forms = means_of(by_block(sensitivities, hyperparameter, response,
                                                     blocks_are_pairs, &Sensitivity::percent_form));
  test.solo_percent_form = mean(percent_forms.solo);
  test.concurrent_percent_form = mean(percent_forms.concurrent);
  test.difference_percent_form = estimate_mean(percent_forms.difference);
  const std::map<size_t, SoloAndConcurrent> blocks =
      by_block(sensitivities, hyperparameter, response, blocks_are_pairs);
  const auto& [solo, concurrent, difference] = means_of(blocks);
  test.solo = mean(solo);
  test.concurrent = mean(concurrent);
  test.difference = estimate_mean(difference);
  test.t_test = paired_t_test(concurrent, solo);
  test.wilcoxon_test = wilcoxon_signed_rank_test(concurrent, solo);
  test.hedges_g = hedges_g_paired(concurrent, solo);
  const double bound = bound_of_difference(sensitivities, hyperparameter, bound_percent);
  if (bound > 0) {
    test.equivalence = tost_paired(concurrent, solo, {-bound, bound});
  } else {
    test.equivalence.difference = test.difference.mean;
    test.equivalence.test = no_test("TOST (paired t)", difference.size(),
                                    "no bound: no level has a logarithm or the bound is 0");
  }
  if (blocks_are_pairs) {
    add_mixed_model(blocks, test);
  } else {
    const std::string reason = "one pair: its repetitions are the values";
    test.mixed_difference = no_estimate(difference.size(), reason);
    test.mixed_p = Reading::missing(reason);
  }
  return test;
}

constexpr Response responses[] = {Response::performance, Response::energy, Response::duration};

}  // namespace

std::vector<std::string> hyperparameters_of(std::span<const Sensitivity> sensitivities) {
  std::vector<std::string> names;
  for (const Sensitivity& entry : sensitivities) {
    if (std::find(names.begin(), names.end(), entry.hyperparameter) == names.end()) {
      names.push_back(entry.hyperparameter);
    }
  }
  return names;
}

std::map<size_t, double> sensitivity_changes(std::span<const Sensitivity> sensitivities,
                                             const std::string& hyperparameter, Response response) {
  std::map<size_t, double> changes;
  for (const auto& [pair, values] : by_block(sensitivities, hyperparameter, response, true)) {
    if (const Reading change = difference_of_means(values.concurrent, values.solo)) {
      changes[pair] = *change;
    }
  }
  return changes;
}

SensitivityEstimates sensitivity_estimates(std::span<const Sensitivity> of_pair,
                                           const std::string& hyperparameter, Response response) {
  std::vector<double> solo, concurrent;
  for (const auto& [repetition, values] : by_block(of_pair, hyperparameter, response, false)) {
    solo.push_back(*mean(values.solo));
    concurrent.push_back(*mean(values.concurrent));
  }
  return {estimate_mean(solo), estimate_mean(concurrent)};
}

std::vector<SensitivityTest> sensitivity_tests(std::span<const Sensitivity> sensitivities,
                                               double equivalence_bound_percent,
                                               const std::vector<NoiseFloor>& noise) {
  std::set<size_t> pairs;
  for (const Sensitivity& entry : sensitivities) pairs.insert(entry.pair);
  std::vector<SensitivityTest> confirmatory, exploratory;
  for (const std::string& hyperparameter : hyperparameters_of(sensitivities)) {
    for (const Response response : responses) {
      const SensitivityTest test = test_one(sensitivities, hyperparameter, response,
                                            pairs.size() > 1, equivalence_bound_percent, noise);
      (test.confirmatory ? confirmatory : exploratory).push_back(test);
    }
  }
  adjust_family(confirmatory, &SensitivityTest::t_test);
  adjust_family(exploratory, &SensitivityTest::t_test, benjamini_hochberg_adjusted);
  confirmatory.insert(confirmatory.end(), exploratory.begin(), exploratory.end());
  return confirmatory;
}

std::vector<PairSensitivityTest> sensitivity_tests_within_pairs(
    std::span<const Sensitivity> sensitivities, double equivalence_bound_percent,
    const std::vector<NoiseFloor>& noise) {
  std::vector<Sensitivity> sorted;
  if (!std::ranges::is_sorted(sensitivities, {}, &Sensitivity::pair)) {
    sorted.assign(sensitivities.begin(), sensitivities.end());
    std::ranges::stable_sort(sorted, {}, &Sensitivity::pair);
    sensitivities = sorted;
  }
  std::set<int> repetitions;
  for (const Sensitivity& entry : sensitivities) repetitions.insert(entry.repetition);
  std::vector<PairSensitivityTest> tests;
  const bool several =
      !sensitivities.empty() && sensitivities.front().pair != sensitivities.back().pair;
  if (!several || repetitions.size() < 2) return tests;
  while (!sensitivities.empty()) {
    const size_t pair = sensitivities.front().pair;
    const auto end = std::ranges::find_if(
        sensitivities, [&](const Sensitivity& entry) { return entry.pair != pair; });
    const auto own = sensitivities.first(static_cast<size_t>(end - sensitivities.begin()));
    sensitivities = sensitivities.subspan(own.size());
    for (const std::string& hyperparameter : hyperparameters_of(own)) {
      for (const Response response : responses) {
        PairSensitivityTest within{
            pair,
            test_one(own, hyperparameter, response, false, equivalence_bound_percent, noise),
            {},
            {}};
        within.t_test = within.test.t_test;
        tests.push_back(within);
      }
    }
  }
  adjust_family(tests, &PairSensitivityTest::t_test, benjamini_hochberg_adjusted);
  for (PairSensitivityTest& within : tests) within.test.adjusted_p = within.adjusted_p;
  return tests;
}

void to_json(core::Json& json, const SensitivityTest& test) {
  json = {{"hyperparameter", test.hyperparameter},
          {"response", name_of(test.response)},
          {"confirmatory", test.confirmatory},
          {"block", test.block},
          {"n", test.difference.n},
          {"solo", test.solo},
          {"concurrent", test.concurrent},
          {"difference", test.difference.mean},
          {"difference_interval", interval_json(test.difference.interval)},
          {"t_test", test.t_test},
          {"wilcoxon_test", test.wilcoxon_test},
          {"hedges_g", test.hedges_g.value},
          {"hedges_g_interval", interval_json(test.hedges_g.interval)},
          {"adjusted_p", test.adjusted_p},
          {"equivalence",
           {{"bound_percent", test.equivalence_bound_percent},
            {"bound", test.equivalence.bounds.high},
            {"interval", interval_json(test.equivalence.interval)},
            {"test", test.equivalence.test},
            {"equivalent", test.equivalence.equivalent},
            {"noise_floor_percent", test.noise_percent},
            {"bound_below_noise", test.bound_below_noise},
            {"claimed", test.equivalence_claimed()}}},
          {"percent_form",
           {{"n", test.difference_percent_form.n},
            {"solo", test.solo_percent_form},
            {"concurrent", test.concurrent_percent_form},
            {"difference", test.difference_percent_form.mean},
            {"difference_interval", interval_json(test.difference_percent_form.interval)}}},
          {"mixed_difference", test.mixed_difference},
          {"mixed_p", test.mixed_p}};
}

void to_json(core::Json& json, const PairSensitivityTest& test) {
  json = {{"pair", test.pair + 1}, {"test", test.test}};
}

}  // namespace tandem::analyse
