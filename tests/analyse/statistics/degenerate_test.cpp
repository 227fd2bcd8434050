// What the statistics do where there is nothing to compute: a reason, never NaN.
#include <gmock/gmock.h>

#include <cmath>
#include <functional>
#include <limits>

#include "analyse/statistics/anova.h"
#include "analyse/statistics/bootstrap.h"
#include "analyse/statistics/contrasts.h"
#include "analyse/statistics/correlation.h"
#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/effect_size.h"
#include "analyse/statistics/equivalence.h"
#include "analyse/statistics/intervals.h"
#include "analyse/statistics/location_tests.h"
#include "analyse/statistics/mixed_model.h"
#include "analyse/statistics/multiplicity.h"
#include "analyse/statistics/normality.h"
#include "analyse/statistics/rank_tests.h"
#include "analyse/statistics/regression.h"
#include "analyse/statistics/variance_tests.h"

namespace tandem::analyse {
namespace {

using Values = std::vector<double>;
using Groups = std::vector<std::vector<double>>;

const Values none;
const Values one = {3.0};
const Values equal = {2.0, 2.0, 2.0, 2.0};
const Values with_nan = {1.0, std::nan(""), 2.0, 3.0};
const Values with_infinity = {1.0, std::numeric_limits<double>::infinity(), 2.0, 4.0};
const Values enormous = {1e308, -1e308, 1.5e308, -1.7e308};
const Values good = {1.0, 4.0, 2.0, 3.5};

const Statistic mean_of = [](std::span<const double> sample) { return mean(sample).value_or(0); };

TEST(Degenerate, FewerThanTwoValuesHaveReasons) {
  EXPECT_EQ(mean(none).reason(), "no values");
  EXPECT_EQ(*mean(one), 3);
  EXPECT_EQ(median(none).reason(), "no values");
  EXPECT_EQ(*median(one), 3);
  EXPECT_EQ(sample_variance(one).reason(), "fewer than two values");
  EXPECT_EQ(*estimate_mean(one).mean, 3);
  EXPECT_FALSE(estimate_mean(one).interval);
  EXPECT_EQ(paired_t_test(one, one).p_value.reason(), "fewer than two values");
  EXPECT_EQ(welch_t_test(one, good).p_value.reason(), "a group: fewer than two values");
  EXPECT_EQ(wilcoxon_signed_rank_test(one, Values{1}).p_value.reason(),
            "fewer than two differences that are not zero");
  EXPECT_EQ(mann_whitney_test(good, one).p_value.reason(), "a group: fewer than two values");
  EXPECT_EQ(levene_test(Groups{good, one}).p_value.reason(), "a group: fewer than two values");
  EXPECT_EQ(shapiro_wilk_test(Values{1, 2}).p_value.reason(), "fewer than three values");
  EXPECT_EQ(one_way_anova(Groups{good}).p_value.reason(), "fewer than two groups");
  EXPECT_EQ(one_way_anova(Groups{good, none}).p_value.reason(), "a group: no values");
  EXPECT_EQ(one_way_anova(Groups{one, {4.0}}).p_value.reason(), "no group has two values");
  EXPECT_EQ(kruskal_wallis_test(Groups{one, {4.0}}).p_value.reason(), "one value a group");
  EXPECT_EQ(friedman_test(Groups{good}).p_value.reason(), "fewer than two blocks");
  EXPECT_EQ(friedman_test(Groups{one, one}).p_value.reason(), "a block: fewer than two values");
  EXPECT_EQ(hedges_g_paired(Values{1, 2}, Values{2, 5}).value.reason(), "fewer than three values");
  EXPECT_EQ(hedges_g(one, good).no_interval_because, "a group: fewer than two values");
  EXPECT_EQ(cliffs_delta(one, good).value.reason(), "a group: fewer than two values");
  EXPECT_EQ(tost_paired(one, one, {-1, 1}).test.p_value.reason(), "fewer than two values");
  EXPECT_EQ(pearson_correlation(Values{1, 2}, Values{2, 5}).test.p_value.reason(),
            "fewer than three values");
  EXPECT_EQ(spearman_correlation(one, one).coefficient.value.reason(), "fewer than three values");
  EXPECT_EQ(linear_regression(Values{1, 2}, {{"x", {0, 1}}}).problem,
            "not more observations than coefficients");
  EXPECT_EQ(random_intercept_model(good, {}, std::vector<size_t>{1, 1, 1, 1}).problem,
            "fewer than two groups");
  EXPECT_EQ(random_intercept_model(good, {}, std::vector<size_t>{1, 2, 3, 4}).problem,
            "no group has two values");
  EXPECT_EQ(bootstrap_interval(one, mean_of).no_interval_because, "fewer than three values");
}

TEST(Degenerate, ValuesWithoutSpreadHaveReasons) {
  EXPECT_EQ(*sample_variance(equal), 0);
  EXPECT_EQ(*estimate_mean(equal).interval, (Interval{2, 2}));
  EXPECT_EQ(paired_t_test(good, good).p_value.reason(), "all differences are equal");
  EXPECT_EQ(welch_t_test(equal, Values{1, 1}).p_value.reason(),
            "the values within each group are equal");
  EXPECT_TRUE(welch_t_test(equal, good).p_value);
  EXPECT_EQ(mann_whitney_test(equal, equal).p_value.reason(), "all values are equal");
  EXPECT_EQ(kruskal_wallis_test(Groups{equal, equal}).p_value.reason(), "all values are equal");
  EXPECT_EQ(friedman_test(Groups{equal, equal}).p_value.reason(),
            "all values within each block are equal");
  EXPECT_EQ(shapiro_wilk_test(equal).p_value.reason(), "all values are equal");
  EXPECT_EQ(levene_test(Groups{equal, equal}).p_value.reason(),
            "the distances from the centre are equal within each group");
  EXPECT_EQ(one_way_anova(Groups{equal, {3, 3}}).p_value.reason(),
            "the values within each group are equal");
  EXPECT_EQ(tukey_contrasts(Groups{equal, {3, 3}})[0].test.p_value.reason(),
            "the values within each group are equal");
  EXPECT_EQ(*tukey_contrasts(Groups{equal, {3, 3}})[0].difference.value, -1);
  EXPECT_EQ(hedges_g(equal, Values{1, 1}).value.reason(), "the values within each group are equal");
  EXPECT_EQ(*cliffs_delta(equal, equal).value, 0);
  EXPECT_EQ(tost_paired(good, good, {-1, 1}).test.p_value.reason(), "all differences are equal");
  EXPECT_EQ(pearson_correlation(good, equal).test.p_value.reason(), "all values are equal");
  EXPECT_EQ(spearman_correlation(good, equal).test.p_value.reason(), "all values are equal");
  EXPECT_EQ(linear_regression(good, {{"x", equal}}).problem, "x: all values are equal");
  EXPECT_EQ(linear_regression(good, {{"x", good}}).problem,
            "the model leaves no residuals to judge by");
  EXPECT_EQ(
      linear_regression(Values{1, 4, 2, 3.5, 7}, {{"x", {1, 2, 3, 4, 6}}, {"y", {2, 4, 6, 8, 12}}})
          .problem,
      "a predictor is a combination of the others");
  EXPECT_EQ(random_intercept_model(Values{1, 1, 2, 2}, {}, std::vector<size_t>{1, 1, 2, 2}).problem,
            "the values within each group are equal");
  EXPECT_EQ(bootstrap_interval(equal, mean_of).no_interval_because, "all resamples agree");
}

TEST(Degenerate, EqualDifferencesHaveNoTestEvenWhenRoundingMakesThemDiffer) {
  const Values first = {0.3, 0.7, 1.1, 3.3};
  const Values second = {0.2, 0.6, 1.0, 3.2};
  EXPECT_EQ(paired_t_test(first, second).p_value.reason(), "all differences are equal");
  EXPECT_EQ(hedges_g_paired(first, second).value.reason(), "all differences are equal");
}

TEST(Degenerate, StandardDeviationOfJouleCountersKeepsItsDigits) {
  const Values counters = {1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4};
  EXPECT_DOUBLE_EQ(*sample_standard_deviation(counters), std::sqrt(2.5));
}

/// Everything at once on whatever values; the answers must be finite or have a reason.
void expect_no_nan(const Values& first, const Values& second) {
  const auto check = [](const Reading& reading) {
    if (!reading) {
      EXPECT_NE(reading.reason(), "");
      EXPECT_NE(reading.reason(), "not recorded");
    }
  };
  const auto check_interval = [](const std::optional<Interval>& interval) {
    if (!interval) return;
    EXPECT_TRUE(std::isfinite(interval->low) && std::isfinite(interval->high));
    EXPECT_LE(interval->low, interval->high);
  };
  const auto check_test = [&](const TestResult& test) {
    SCOPED_TRACE(test.name);
    check(test.statistic);
    check(test.p_value);
    if (test.p_value) {
      EXPECT_GE(*test.p_value, 0);
      EXPECT_LE(*test.p_value, 1);
    }
  };
  const auto check_estimate = [&](const IntervalEstimate& estimate) {
    check(estimate.value);
    check_interval(estimate.interval);
    EXPECT_EQ(estimate.interval.has_value(), estimate.no_interval_because.empty());
  };
  const Groups groups = {first, second, good};
  check(mean(first));
  check(sample_variance(first));
  check(median(first));
  check_interval(estimate_mean(first).interval);
  check_test(welch_t_test(first, second));
  check_test(mann_whitney_test(first, second));
  check_test(kruskal_wallis_test(groups));
  check_test(levene_test(groups));
  check_test(one_way_anova(groups));
  check_test(shapiro_wilk_test(first));
  check_estimate(hedges_g(first, second));
  check_estimate(cliffs_delta(first, second));
  check_estimate(bootstrap_interval(first, mean_of, {.resamples = 50}));
  for (const Contrast& contrast : tukey_contrasts(groups)) {
    check_test(contrast.test);
    check_estimate(contrast.difference);
  }
  if (first.size() != second.size()) return;
  check_test(paired_t_test(first, second));
  check_test(wilcoxon_signed_rank_test(first, second));
  check_test(friedman_test(Groups{first, second}));
  check_estimate(hedges_g_paired(first, second));
  check_test(tost_paired(first, second, {-1, 1}).test);
  check_test(pearson_correlation(first, second).test);
  check_estimate(pearson_correlation(first, second).coefficient);
  check_estimate(spearman_correlation(first, second).coefficient);
  std::vector<size_t> level;
  for (size_t i = 0; i < first.size(); ++i) level.push_back(i % 2);
  const Regression regression = linear_regression(first, {{"x", second}});
  const MixedModel mixed = random_intercept_model(first, {{"x", second}}, level);
  for (const auto& coefficients : {regression.coefficients, mixed.coefficients}) {
    for (const Coefficient& coefficient : coefficients) {
      check_estimate(coefficient.estimate);
      check_test(coefficient.test);
    }
  }
  EXPECT_EQ(regression.coefficients.empty(), !regression.problem.empty());
  EXPECT_EQ(mixed.coefficients.empty(), !mixed.problem.empty());
  for (const AnovaTerm& term : anova_type_2(first, {{"a", level}}, false).terms) {
    check_test(term.test);
    check_estimate(term.omega_squared);
  }
}

TEST(Degenerate, NothingMakesANumberThatIsNone) {
  const Values tiny = {1e-300, 2e-300, -1e-300, 5e-300};
  const Values exact = {1, 2, 3, 4};
  const Values huge_effect = {1e15, 1e15 + 1, 1e15 + 2, 1e15 + 4};
  const std::vector<Values> all = {none,     one,  {1, 2}, equal, with_nan,   with_infinity,
                                   enormous, tiny, exact,  good,  huge_effect};
  for (const Values& first : all) {
    for (const Values& second : all) {
      SCOPED_TRACE(testing::PrintToString(first) + " and " + testing::PrintToString(second));
      expect_no_nan(first, second);
    }
  }
}

TEST(Degenerate, WhatACallerCantMeanThrows) {
  EXPECT_THROW(paired_t_test(good, one), std::invalid_argument);
  EXPECT_THROW(wilcoxon_signed_rank_test(good, one), std::invalid_argument);
  EXPECT_THROW(pearson_correlation(good, one), std::invalid_argument);
  EXPECT_THROW(friedman_test(Groups{good, one}), std::invalid_argument);
  EXPECT_THROW(estimate_mean(good, 95), std::invalid_argument);
  EXPECT_THROW(quantile(good, 2), std::invalid_argument);
  EXPECT_THROW(tost_paired(good, equal, {1, -1}), std::invalid_argument);
  EXPECT_THROW(holm_adjusted(Values{2}), std::invalid_argument);
  EXPECT_THROW(benjamini_hochberg_adjusted(Values{std::nan("")}), std::invalid_argument);
  EXPECT_THROW(linear_regression(good, {{"x", one}}), std::invalid_argument);
  EXPECT_THROW(random_intercept_model(good, {}, std::vector<size_t>{1}), std::invalid_argument);
  EXPECT_THROW(anova_type_2(good, {{"a", {1}}}, false), std::invalid_argument);
  EXPECT_THROW(omega_squared(paired_t_test(good, equal)), std::invalid_argument);
}

TEST(Degenerate, AnEffectThatIsConfoundedWithTheBlocksHasNoTest) {
  const Values response = {1, 2, 1.5, 4, 5, 4.2};
  const Factor pair{"pair", {1, 1, 2, 3, 3, 3}};
  const Factor type{"type", {0, 0, 0, 1, 1, 1}};
  const Anova anova = anova_type_2(response, {type}, false, pair);
  EXPECT_EQ(anova.terms[1].degrees_of_freedom, 0u);
  EXPECT_EQ(anova.terms[1].test.p_value.reason(), "type can't be told from the other terms");
}

TEST(Degenerate, ABootstrapIsTheSameForTheSameSeedAndAnotherForAnother) {
  const Values values = {1, 4, 2, 3.5, 9, 7, 7.5, 3};
  const Statistic median_of = [](std::span<const double> sample) { return *median(sample); };
  const Interval first = *bootstrap_interval(values, mean_of, {.seed = 5}).interval;
  EXPECT_EQ(first, *bootstrap_interval(values, mean_of, {.seed = 5}).interval);
  EXPECT_NE(first, *bootstrap_interval(values, mean_of, {.seed = 6}).interval);
  EXPECT_EQ(*bootstrap_interval(values, median_of).value, 3.75);
  // The first draws of the seed, on every machine.
  std::vector<size_t> drawn(8);
  Resampler(5).draw(drawn, 8);
  EXPECT_THAT(drawn, testing::Each(testing::Lt(8u)));
}

}  // namespace
}  // namespace tandem::analyse
