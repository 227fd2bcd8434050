#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "analyse/noise_floor.h"
#include "analyse/sensitivity.h"
#include "analyse/statistics/equivalence.h"
#include "analyse/statistics/intervals.h"
#include "core/json.h"

namespace tandem::analyse {

/// A pair's sensitivities that are there alone and beside A, brought together: all that the tests
/// need of them.
struct PairSensitivities {
  /// In the order of the repetitions.
  struct InBothModes {
    std::vector<double> solo;
    std::vector<double> concurrent;
    std::vector<int> repetition;
  };
  struct Values {
    std::string hyperparameter;
    Response response = Response::performance;
    double farthest_log_factor = 0;  ///< |ln| of its level farthest from the default
    InBothModes log_form;
    InBothModes percent_form;
  };
  size_t pair = 0;           ///< index into Study::pairs
  int first_repetition = 0;  ///< 0 before there is one
  int last_repetition = 0;
  std::vector<Values> values;

  /// The next repetition's.
  void add(std::span<const Sensitivity> of_repetition);
};
/// One for each pair that has sensitivities, in their order.
std::vector<PairSensitivities> in_both_modes(std::span<const Sensitivity> sensitivities);

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
  /// Of the t-test: Holm within the confirmatory tests, Benjamini–Hochberg within the others.
  core::Reading adjusted_p;
  /// TOST of the difference. Its bound is the difference of sensitivities that would change the
  /// response by the study's bound at the level farthest from the default: ln(1 + bound) / |ln
  /// factor|. Without a p-value also where no level has a logarithm.
  Equivalence equivalence;
  double equivalence_bound_percent = 0;  ///< the study's
  core::Reading noise_percent;  ///< the response's A/A noise floor; missing when it isn't known
  bool bound_below_noise = false;
  /// Whether a report says 'equivalent': not where the bound is finer than the study's own noise.
  bool equivalence_claimed() const { return equivalence.equivalent && !bound_below_noise; }
  // The same means in the percent form, (Δy / y) / (Δx / x), which isn't symmetric in the levels.
  core::Reading solo_percent_form;
  core::Reading concurrent_percent_form;
  Estimate difference_percent_form;
  /// Where a pair has several values (repetitions): the difference by a mixed model with a random
  /// intercept for each pair, from all of them.
  IntervalEstimate mixed_difference;
  Reading mixed_p;
};

/// One test for each hyperparameter among the sensitivities and each response, the confirmatory
/// ones first.
std::vector<SensitivityTest> sensitivity_tests(std::span<const PairSensitivities> pairs,
                                               double equivalence_bound_percent,
                                               const std::vector<NoiseFloor>& noise = {});

/// H0 within one pair, whose blocks are its repetitions: exploratory.
struct PairSensitivityTest {
  size_t pair = 0;
  SensitivityTest test;
  TestResult t_test;         ///< the test's
  core::Reading adjusted_p;  ///< Benjamini–Hochberg over all pairs
};
/// Of every pair of several; empty with fewer than two repetitions.
std::vector<PairSensitivityTest> sensitivity_tests_within_pairs(
    std::span<const PairSensitivities> pairs, double equivalence_bound_percent,
    const std::vector<NoiseFloor>& noise = {});

/// Concurrent − solo of the log form by pair (index into Study::pairs), the mean over its levels
/// and repetitions where both modes have it.
std::map<size_t, double> sensitivity_changes(std::span<const PairSensitivities> pairs,
                                             const std::string& hyperparameter, Response response);

/// A pair's sensitivity in both modes, log form. The unit is the repetition (the mean over its
/// levels where both modes have it): with one repetition there is no interval.
struct SensitivityEstimates {
  Estimate solo;
  Estimate concurrent;
};
/// `of_pair` are one pair's, as in PairAnalysis.
SensitivityEstimates sensitivity_estimates(std::span<const Sensitivity> of_pair,
                                           const std::string& hyperparameter, Response response);

/// The hyperparameters among the sensitivities, in their order.
std::vector<std::string> hyperparameters_of(std::span<const PairSensitivities> pairs);
std::vector<std::string> hyperparameters_of(std::span<const Sensitivity> sensitivities);

void to_json(core::Json& json, const SensitivityTest& test);
void to_json(core::Json& json, const PairSensitivityTest& test);

}  // namespace tandem::analyse
