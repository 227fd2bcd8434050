#include "analyse/sensitivity_test.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "analyse/effect_summary.h"
#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/effect_size.h"
#include "analyse/statistics/location_tests.h"
#include "analyse/statistics/mixed_model.h"
#include "analyse/statistics/rank_tests.h"

namespace tandem::analyse {
namespace {

using Values = PairSensitivities::Values;
using InBothModes = PairSensitivities::InBothModes;

/// What is compared with each other: a pair's values, or those of one of its repetitions.
struct Block {
  size_t pair = 0;
  std::span<const double> solo;
  std::span<const double> concurrent;
  std::span<const int> repetition;
};

Block part_of(size_t pair, const InBothModes& values, size_t begin, size_t end) {
  const auto part = [&](const auto& all) { return std::span(all).subspan(begin, end - begin); };
  return {pair, part(values.solo), part(values.concurrent), part(values.repetition)};
}

/// The end of the repetition that begins there.
size_t end_of_repetition(std::span<const int> repetition, size_t begin) {
  size_t end = begin + 1;
  while (end < repetition.size() && repetition[end] == repetition[begin]) ++end;
  return end;
}

const Values* find(const PairSensitivities& pair, const std::string& hyperparameter,
                   Response response) {
  const auto found = std::ranges::find_if(pair.values, [&](const Values& values) {
    return values.response == response && values.hyperparameter == hyperparameter;
  });
  return found == pair.values.end() ? nullptr : &*found;
}

/// Those that have values.
std::vector<Block> blocks_of(std::span<const PairSensitivities> pairs,
                             const std::string& hyperparameter, Response response,
                             bool blocks_are_pairs, InBothModes Values::*form = &Values::log_form) {
  std::vector<Block> blocks;
  for (const PairSensitivities& pair : pairs) {
    const Values* const found = find(pair, hyperparameter, response);
    if (found == nullptr) continue;
    const InBothModes& values = found->*form;
    for (size_t begin = 0; begin < values.solo.size();) {
      const size_t end =
          blocks_are_pairs ? values.solo.size() : end_of_repetition(values.repetition, begin);
      blocks.push_back(part_of(pair.pair, values, begin, end));
      begin = end;
    }
  }
  return blocks;
}

/// The sensitivity whose effect at the farthest level is the bound; 0 where no level has a
/// logarithm.
double bound_of_difference(std::span<const PairSensitivities> pairs,
                           const std::string& hyperparameter, double bound_percent) {
  double farthest = 0;
  for (const PairSensitivities& pair : pairs) {
    for (const Values& values : pair.values) {
      if (values.hyperparameter != hyperparameter) continue;
      farthest = std::max(farthest, values.farthest_log_factor);
    }
  }
  return farthest > 0 ? std::log1p(bound_percent / 100) / farthest : 0;
}

void add_mixed_model(const std::vector<Block>& pairs, SensitivityTest& test) {
  std::vector<double> difference;
  std::vector<size_t> group;
  bool repeated = false;
  for (const Block& values : pairs) {
    // The levels of one repetition are no replicates of each other: their mean is the value.
    std::vector<double> of_levels;
    for (size_t begin = 0; begin < values.solo.size();) {
      const size_t end = end_of_repetition(values.repetition, begin);
      repeated = repeated || begin > 0;
      of_levels.clear();
      for (size_t i = begin; i < end; ++i) {
        of_levels.push_back(values.concurrent[i] - values.solo[i]);
      }
      difference.push_back(*mean(of_levels));
      group.push_back(values.pair);
      begin = end;
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
BlockMeans means_of(const std::vector<Block>& blocks) {
  BlockMeans means;
  for (const Block& values : blocks) {
    const Reading solo = mean(values.solo);
    const Reading concurrent = mean(values.concurrent);
    if (!solo || !concurrent) continue;
    means.solo.push_back(*solo);
    means.concurrent.push_back(*concurrent);
    means.difference.push_back(*concurrent - *solo);
  }
  return means;
}

SensitivityTest test_one(std::span<const PairSensitivities> pairs,
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
  const BlockMeans percent_forms =
      means_of(blocks_of(pairs, hyperparameter, response, blocks_are_pairs, &Values::percent_form));
  test.solo_percent_form = mean(percent_forms.solo);
  test.concurrent_percent_form = mean(percent_forms.concurrent);
  test.difference_percent_form = estimate_mean(percent_forms.difference);
  const std::vector<Block> blocks = blocks_of(pairs, hyperparameter, response, blocks_are_pairs);
  const auto& [solo, concurrent, difference] = means_of(blocks);
  test.solo = mean(solo);
  test.concurrent = mean(concurrent);
  test.difference = estimate_mean(difference);
  test.t_test = paired_t_test(concurrent, solo);
  test.wilcoxon_test = wilcoxon_signed_rank_test(concurrent, solo);
  test.hedges_g = hedges_g_paired(concurrent, solo);
  const double bound = bound_of_difference(pairs, hyperparameter, bound_percent);
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

void note(const std::string& name, std::vector<std::string>& names) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(name);
}

constexpr Response responses[] = {Response::performance, Response::energy, Response::duration};

}  // namespace

std::vector<PairSensitivities> in_both_modes(std::span<const Sensitivity> sensitivities) {
  const auto place = [](const Sensitivity& entry) {
    return std::pair(entry.pair, entry.repetition);
  };
  std::vector<Sensitivity> sorted;
  if (!std::ranges::is_sorted(sensitivities, {}, place)) {
    sorted.assign(sensitivities.begin(), sensitivities.end());
    std::ranges::stable_sort(sorted, {}, place);
    sensitivities = sorted;
  }
  std::vector<PairSensitivities> pairs;
  while (!sensitivities.empty()) {
    const auto first = place(sensitivities.front());
    const auto end = std::ranges::find_if(
        sensitivities, [&](const Sensitivity& entry) { return place(entry) != first; });
    const auto count = static_cast<size_t>(end - sensitivities.begin());
    if (pairs.empty() || pairs.back().pair != first.first) pairs.emplace_back().pair = first.first;
    pairs.back().add(sensitivities.first(count));
    sensitivities = sensitivities.subspan(count);
  }
  return pairs;
}

void PairSensitivities::add(std::span<const Sensitivity> of_repetition) {
  if (of_repetition.empty()) return;
  last_repetition = of_repetition.front().repetition;
  if (first_repetition == 0) first_repetition = last_repetition;
  for (const Sensitivity& entry : of_repetition) {
    auto known = std::ranges::find_if(values, [&](const Values& of) {
      return of.response == entry.response && of.hyperparameter == entry.hyperparameter;
    });
    if (known == values.end()) {
      values.push_back({entry.hyperparameter, entry.response, 0, {}, {}});
      known = values.end() - 1;
    }
    known->farthest_log_factor = std::max(known->farthest_log_factor, std::abs(entry.log_factor));
    if (!entry.concurrent) continue;
    const auto alone = std::ranges::find_if(of_repetition, [&](const Sensitivity& other) {
      return !other.concurrent && other.response == entry.response &&
             other.setting == entry.setting && other.hyperparameter == entry.hyperparameter;
    });
    if (alone == of_repetition.end()) continue;
    const auto add_form = [&](const Reading& solo, const Reading& concurrent, InBothModes& both) {
      if (!solo || !concurrent) return;
      both.solo.push_back(*solo);
      both.concurrent.push_back(*concurrent);
      both.repetition.push_back(entry.repetition);
    };
    add_form(alone->log_form, entry.log_form, known->log_form);
    add_form(alone->percent_form, entry.percent_form, known->percent_form);
  }
}

std::vector<std::string> hyperparameters_of(std::span<const PairSensitivities> pairs) {
  std::vector<std::string> names;
  for (const PairSensitivities& pair : pairs) {
    for (const Values& values : pair.values) note(values.hyperparameter, names);
  }
  return names;
}

std::vector<std::string> hyperparameters_of(std::span<const Sensitivity> sensitivities) {
  std::vector<std::string> names;
  for (const Sensitivity& entry : sensitivities) note(entry.hyperparameter, names);
  return names;
}

std::map<size_t, double> sensitivity_changes(std::span<const PairSensitivities> pairs,
                                             const std::string& hyperparameter, Response response) {
  std::map<size_t, double> changes;
  for (const Block& values : blocks_of(pairs, hyperparameter, response, true)) {
    if (const Reading change = difference_of_means(values.concurrent, values.solo)) {
      changes[values.pair] = *change;
    }
  }
  return changes;
}

SensitivityEstimates sensitivity_estimates(std::span<const Sensitivity> of_pair,
                                           const std::string& hyperparameter, Response response) {
  std::vector<double> solo, concurrent;
  const std::vector<PairSensitivities> pairs = in_both_modes(of_pair);
  for (const Block& values : blocks_of(pairs, hyperparameter, response, false)) {
    solo.push_back(*mean(values.solo));
    concurrent.push_back(*mean(values.concurrent));
  }
  return {estimate_mean(solo), estimate_mean(concurrent)};
}

std::vector<SensitivityTest> sensitivity_tests(std::span<const PairSensitivities> pairs,
                                               double equivalence_bound_percent,
                                               const std::vector<NoiseFloor>& noise) {
  std::vector<SensitivityTest> confirmatory, exploratory;
  for (const std::string& hyperparameter : hyperparameters_of(pairs)) {
    for (const Response response : responses) {
      const SensitivityTest test = test_one(pairs, hyperparameter, response, pairs.size() > 1,
                                            equivalence_bound_percent, noise);
      (test.confirmatory ? confirmatory : exploratory).push_back(test);
    }
  }
  adjust_family(confirmatory, &SensitivityTest::t_test);
  adjust_family(exploratory, &SensitivityTest::t_test, benjamini_hochberg_adjusted);
  confirmatory.insert(confirmatory.end(), exploratory.begin(), exploratory.end());
  return confirmatory;
}

std::vector<PairSensitivityTest> sensitivity_tests_within_pairs(
    std::span<const PairSensitivities> pairs, double equivalence_bound_percent,
    const std::vector<NoiseFloor>& noise) {
  std::vector<PairSensitivityTest> tests;
  const bool repeated = std::ranges::any_of(pairs, [&](const PairSensitivities& pair) {
    return pair.last_repetition != pairs.front().first_repetition;
  });
  if (pairs.size() < 2 || !repeated) return tests;
  for (size_t pair = 0; pair < pairs.size(); ++pair) {
    const auto own = pairs.subspan(pair, 1);
    for (const std::string& hyperparameter : hyperparameters_of(own)) {
      for (const Response response : responses) {
        PairSensitivityTest within{
            pairs[pair].pair,
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
