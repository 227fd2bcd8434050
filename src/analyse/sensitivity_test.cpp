#include "analyse/sensitivity_test.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "analyse/effect_summary.h"
#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/effect_size.h"
#include "analyse/statistics/location_tests.h"
#include "analyse/statistics/rank_tests.h"

namespace tandem::analyse {
namespace {

struct SoloAndConcurrent {
  std::vector<double> solo;
  std::vector<double> concurrent;
};

/// The sensitivities of both modes that belong together, collected by block.
std::map<size_t, SoloAndConcurrent> by_block(const std::vector<Sensitivity>& sensitivities,
                                             const std::string& hyperparameter, Response response,
                                             bool blocks_are_pairs) {
  using Cell = std::tuple<size_t, int, std::string>;
  std::map<Cell, double> solo;
  for (const Sensitivity& entry : sensitivities) {
    if (entry.hyperparameter != hyperparameter || entry.response != response) continue;
    if (!entry.concurrent && entry.log_form) {
      solo[{entry.pair, entry.repetition, entry.setting}] = *entry.log_form;
    }
  }
  std::map<size_t, SoloAndConcurrent> blocks;
  for (const Sensitivity& entry : sensitivities) {
    if (entry.hyperparameter != hyperparameter || entry.response != response) continue;
    if (!entry.concurrent || !entry.log_form) continue;
    const auto partner = solo.find({entry.pair, entry.repetition, entry.setting});
    if (partner == solo.end()) continue;
    SoloAndConcurrent& block =
        blocks[blocks_are_pairs ? entry.pair : static_cast<size_t>(entry.repetition)];
    block.solo.push_back(partner->second);
    block.concurrent.push_back(*entry.log_form);
  }
  return blocks;
}

SensitivityTest test_one(const std::vector<Sensitivity>& sensitivities,
                         const std::string& hyperparameter, Response response,
                         bool blocks_are_pairs) {
  SensitivityTest test;
  test.hyperparameter = hyperparameter;
  test.response = response;
  test.confirmatory = hyperparameter == "learning_rate" || hyperparameter == "epochs";
  test.block = blocks_are_pairs ? "pair" : "repetition";
  std::vector<double> solo, concurrent, difference;
  for (const auto& [block, values] :
       by_block(sensitivities, hyperparameter, response, blocks_are_pairs)) {
    solo.push_back(*mean(values.solo));
    concurrent.push_back(*mean(values.concurrent));
    difference.push_back(concurrent.back() - solo.back());
  }
  test.solo = mean(solo);
  test.concurrent = mean(concurrent);
  test.difference = estimate_mean(difference);
  test.t_test = paired_t_test(concurrent, solo);
  test.wilcoxon_test = wilcoxon_signed_rank_test(concurrent, solo);
  test.hedges_g = hedges_g_paired(concurrent, solo);
  return test;
}

}  // namespace

std::vector<SensitivityTest> sensitivity_tests(const std::vector<Sensitivity>& sensitivities) {
  std::set<size_t> pairs;
  std::vector<std::string> hyperparameters;
  for (const Sensitivity& entry : sensitivities) {
    pairs.insert(entry.pair);
    if (std::find(hyperparameters.begin(), hyperparameters.end(), entry.hyperparameter) ==
        hyperparameters.end()) {
      hyperparameters.push_back(entry.hyperparameter);
    }
  }
  std::vector<SensitivityTest> confirmatory, exploratory;
  for (const std::string& hyperparameter : hyperparameters) {
    for (const Response response : {Response::performance, Response::energy, Response::duration}) {
      const SensitivityTest test =
          test_one(sensitivities, hyperparameter, response, pairs.size() > 1);
      (test.confirmatory ? confirmatory : exploratory).push_back(test);
    }
  }
  adjust_family(confirmatory);
  adjust_family(exploratory);
  confirmatory.insert(confirmatory.end(), exploratory.begin(), exploratory.end());
  return confirmatory;
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
          {"adjusted_p", test.adjusted_p}};
}

}  // namespace tandem::analyse
