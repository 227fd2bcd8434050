#include "analyse/sensitivity.h"

#include <gmock/gmock.h>

#include <cmath>

#include "analyse/sensitivity_test.h"
#include "made_up_study.h"

namespace tandem::analyse {
namespace {

std::vector<Sensitivity> sensitivities_of(size_t pairs, int repetitions,
                                          const test::MadeUpEffects& effects,
                                          bool lower_is_better = false) {
  const study::Catalogue catalogue = study::Catalogue::shipped();
  const study::Study study = test::made_up_study(pairs, repetitions);
  const study::Plan plan = study::make_plan(study, catalogue, "made-up");
  std::vector<record::RunResult> results = test::made_up_results(plan, catalogue, effects);
  for (record::RunResult& result : results) {
    for (auto& participant : result.participants) participant.higher_is_better = !lower_is_better;
  }
  const PlannedResults planned(plan, results);
  std::vector<Sensitivity> all;
  for (size_t pair = 0; pair < pairs; ++pair) {
    const auto settings = study::settings_of(study, study.pairs[pair], catalogue);
    const auto of_pair = sensitivities(pair, settings, repetitions, planned);
    all.insert(all.end(), of_pair.begin(), of_pair.end());
  }
  return all;
}

Sensitivity find(const std::vector<Sensitivity>& all, const std::string& setting, Response response,
                 bool concurrent) {
  for (const Sensitivity& entry : all) {
    if (entry.setting == setting && entry.response == response && entry.concurrent == concurrent) {
      return entry;
    }
  }
  throw std::logic_error("no such sensitivity");
}

TEST(Sensitivities, HaveAPercentAndALogForm) {
  const auto all = sensitivities_of(1, 1, {});
  // Performance 0.8 + 0.05 log10(0.2) at a fifth of the learning rate.
  const double gain = 0.05 * std::log10(0.2);
  const Sensitivity rate = find(all, "learning_rate_min", Response::performance, false);
  EXPECT_NEAR(*rate.percent_form, (gain / 0.8) / -0.8, 1e-9);
  EXPECT_NEAR(*rate.log_form, std::log((0.8 + gain) / 0.8) / std::log(0.2), 1e-9);
  // Duration and energy are proportional to the epochs.
  for (const Response response : {Response::duration, Response::energy}) {
    const Sensitivity epochs = find(all, "epochs_max", response, true);
    EXPECT_NEAR(*epochs.percent_form, 1, 1e-9);
    EXPECT_NEAR(*epochs.log_form, 1, 1e-9);
  }
}

TEST(Sensitivities, OfALowerIsBetterMetricArePositiveWhenItImproves) {
  const auto higher = sensitivities_of(1, 1, {});
  const auto lower = sensitivities_of(1, 1, {}, true);
  const auto value = [](const std::vector<Sensitivity>& all) {
    return *find(all, "learning_rate_max", Response::performance, false).log_form;
  };
  EXPECT_NEAR(value(higher), -value(lower), 1e-12);
}

TEST(SensitivityTests, FindTheDependenceThatWasBuiltIn) {
  const auto tests = sensitivity_tests(
      sensitivities_of(6, 1, {.extra_learning_rate_exponent = 0.1, .noise = 0.005}));
  ASSERT_EQ(tests.size(), 6u);
  for (const SensitivityTest& test : tests) {
    EXPECT_TRUE(test.confirmatory);
    EXPECT_EQ(test.block, "pair");
    EXPECT_EQ(test.difference.n, 6u);
    if (test.hyperparameter == "learning_rate" && test.response == Response::duration) {
      EXPECT_NEAR(*test.difference.mean, 0.1, 0.01);
      EXPECT_LT(*test.adjusted_p, 0.001);
    }
    EXPECT_GE(*test.adjusted_p, *test.t_test.p_value);
  }
}

TEST(SensitivityTests, TakeTheRepetitionsOfASinglePairAsBlocks) {
  const auto tests = sensitivity_tests(sensitivities_of(1, 4, {.noise = 0.01}));
  EXPECT_EQ(tests[0].block, "repetition");
  EXPECT_EQ(tests[0].difference.n, 4u);
  EXPECT_TRUE(tests[0].adjusted_p);
}

TEST(SensitivityTests, OfOneRunAModeHaveNoPValue) {
  const auto tests = sensitivity_tests(sensitivities_of(1, 1, {.noise = 0.01}));
  EXPECT_TRUE(tests[0].difference.mean);
  EXPECT_EQ(tests[0].adjusted_p.reason(), "fewer than two values");
}

}  // namespace
}  // namespace tandem::analyse
