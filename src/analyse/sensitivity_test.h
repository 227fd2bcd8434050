#pragma once

#include <string>
#include <vector>

#include "analyse/sensitivity.h"
#include "analyse/statistics/intervals.h"
#include "core/json.h"

namespace tandem::analyse {

/// The test of H0, 'concurrency does not change hyperparameter sensitivity', for one hyperparameter
/// and one response. The blocks are the pairs (each the mean over its levels and repetitions of the
/// log form, where both modes have it); in a study of one pair they are its repetitions.
struct SensitivityTest {
  std::string hyperparameter;
  Response response = Response::performance;
  bool confirmatory = false;  ///< learning_rate and epochs; the others are exploratory
  std::string block;          ///< `pair` or `repetition`
  core::Reading solo;         ///< mean sensitivity, log form
  core::Reading concurrent;
  Estimate difference;  ///< concurrent − solo
  TestResult t_test;
  TestResult wilcoxon_test;
  IntervalEstimate hedges_g;
  core::Reading adjusted_p;  ///< of the t-test: Holm within the confirmatory or the other tests
};

/// One test for each hyperparameter among the sensitivities and each response, the confirmatory
/// ones first.
std::vector<SensitivityTest> sensitivity_tests(const std::vector<Sensitivity>& sensitivities);

void to_json(core::Json& json, const SensitivityTest& test);

}  // namespace tandem::analyse
