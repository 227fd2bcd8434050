#include "analyse/sensitivity.h"

#include <gmock/gmock.h>

#include <cmath>

#include "analyse/sensitivity_test.h"
#include "made_up_study.h"

namespace tandem::analyse {
namespace {

/// A study whose pairs share no runs.
class MadeUpCase {
 public:
  MadeUpCase(size_t pairs, int repetitions) : study_(test::made_up_study(pairs, repetitions)) {
    study_.solo_runs = study::SoloRuns::literal;
    plan_ = study::make_plan(study_, catalogue_, "made-up");
  }

  std::vector<Sensitivity> sensitivities(const test::MadeUpEffects& effects,
                                         bool higher_is_better = true) const {
    auto results = test::made_up_results(plan_, catalogue_, effects);
    for (record::RunResult& result : results) {
      for (auto& participant : result.participants) {
        participant.higher_is_better = higher_is_better;
      }
    }
    const PlannedResults planned(plan_, results);
    std::vector<Sensitivity> all;
    for (size_t pair = 0; pair < study_.pairs.size(); ++pair) {
      const auto settings = study::settings_of(study_, study_.pairs[pair], catalogue_);
      const auto of_pair = analyse::sensitivities(pair, settings, study_.repetitions, planned);
      all.insert(all.end(), of_pair.begin(), of_pair.end());
    }
    return all;
  }

 private:
  study::Catalogue catalogue_ = study::Catalogue::shipped();
  study::Study study_;
  study::Plan plan_;
};

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
  const auto all = MadeUpCase(1, 1).sensitivities({});
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
  const auto higher = MadeUpCase(1, 1).sensitivities({});
  const auto lower = MadeUpCase(1, 1).sensitivities({}, false);
  const auto value = [](const std::vector<Sensitivity>& all) {
    return *find(all, "learning_rate_max", Response::performance, false).log_form;
  };
  EXPECT_NEAR(value(higher), -value(lower), 1e-12);
}

TEST(SensitivityTests, FindTheDependenceThatWasBuiltIn) {
  const auto tests = sensitivity_tests(in_both_modes(MadeUpCase(6, 1).sensitivities(
                                           {.extra_learning_rate_exponent = 0.1, .noise = 0.005})),
                                       5);
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
  const auto tests =
      sensitivity_tests(in_both_modes(MadeUpCase(1, 4).sensitivities({.noise = 0.01})), 5);
  EXPECT_EQ(tests[0].block, "repetition");
  EXPECT_EQ(tests[0].difference.n, 4u);
  EXPECT_TRUE(tests[0].adjusted_p);
}

TEST(SensitivityTests, OfOneRunAModeHaveNoPValue) {
  const auto tests =
      sensitivity_tests(in_both_modes(MadeUpCase(1, 1).sensitivities({.noise = 0.01})), 5);
  EXPECT_TRUE(tests[0].difference.mean);
  EXPECT_EQ(tests[0].adjusted_p.reason(), "fewer than two values");
}

TEST(SensitivityEstimates, OfAPairAreItsRepetitionsMeansInBothModes) {
  const auto all = MadeUpCase(1, 3).sensitivities({.extra_learning_rate_exponent = 0.25});
  const SensitivityEstimates made = sensitivity_estimates(all, "learning_rate", Response::duration);
  EXPECT_EQ(made.solo.n, 3U);
  EXPECT_EQ(made.concurrent.n, 3U);
  EXPECT_NEAR(*made.solo.mean, 0, 1e-9);
  EXPECT_NEAR(*made.concurrent.mean, 0.25, 1e-9);
  EXPECT_NEAR(*sensitivity_estimates(all, "epochs", Response::duration).solo.mean, 1, 1e-9);
}

TEST(SensitivityEstimates, OfOneRepetitionHaveNoIntervalAndOfNoneNoMean) {
  const auto all = MadeUpCase(1, 1).sensitivities({});
  EXPECT_FALSE(sensitivity_estimates(all, "epochs", Response::energy).solo.interval);
  const Estimate none = sensitivity_estimates(all, "momentum", Response::energy).solo;
  EXPECT_EQ(none.n, 0U);
  EXPECT_THAT(none.mean.reason(), testing::Not(testing::IsEmpty()));
}

TEST(SensitivityTests, RejectFivePercentOfStudiesWithoutAnEffect) {
  const MadeUpCase six_pairs(6, 1);
  constexpr int studies = 400;
  int rejected = 0;
  int any_adjusted = 0;
  for (std::uint64_t seed = 1; seed <= studies; ++seed) {
    const auto tests =
        sensitivity_tests(in_both_modes(six_pairs.sensitivities({.noise = 0.02, .seed = seed})), 5);
    bool any = false;
    for (const SensitivityTest& test : tests) {
      any = any || *test.adjusted_p < 0.05;
      if (test.hyperparameter == "epochs" && test.response == Response::duration) {
        rejected += *test.t_test.p_value < 0.05;
      }
    }
    any_adjusted += any;
  }
  // Four standard errors of a binomial share; Holm keeps the family's share at or below 5 %.
  const double tolerance = 4 * std::sqrt(0.05 * 0.95 / studies);
  EXPECT_NEAR(static_cast<double>(rejected) / studies, 0.05, tolerance);
  EXPECT_LT(static_cast<double>(any_adjusted) / studies, 0.05 + tolerance);
}

}  // namespace
}  // namespace tandem::analyse
