// Our answers beside those of R, scipy and statsmodels, on the cases of oracles/make_statistics.py.
#include <gmock/gmock.h>

#include <cmath>

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
#include "analyse/statistics/power.h"
#include "analyse/statistics/rank_tests.h"
#include "analyse/statistics/regression.h"
#include "analyse/statistics/variance_tests.h"
#include "core/json.h"

namespace tandem::analyse {
namespace {

using core::Json;

constexpr double relative_tolerance = 1e-9;
constexpr double p_tolerance = 1e-7;

const Json& of_python() {
  static const Json answers = core::read_json(TANDEM_TEST_FOLDER "/oracles/python.json");
  return answers;
}
const Json& of_r() {
  static const Json answers = core::read_json(TANDEM_TEST_FOLDER "/oracles/r.json");
  return answers;
}

/// `scale` is the size of the numbers that the value is a difference of, where it is near zero.
void expect_close(const Reading& ours, double oracle, const char* what,
                  double tolerance = relative_tolerance, double scale = 0) {
  ASSERT_TRUE(ours) << what << ": " << ours.reason();
  EXPECT_NEAR(*ours, oracle, tolerance * std::max(std::abs(oracle), scale)) << what;
}

void expect_p(const TestResult& test, const Json& oracle, double tolerance = p_tolerance) {
  ASSERT_TRUE(test.p_value) << test.name << ": " << test.p_value.reason();
  const auto p = oracle.get<double>();
  EXPECT_NEAR(*test.p_value, p, tolerance) << test.name;
  EXPECT_NEAR(*test.p_value, p, 1e-5 * p + 1e-14) << test.name << ": even a tiny p";
}

void expect_interval(const std::optional<Interval>& ours, const Json& oracle, const char* what,
                     double tolerance = relative_tolerance, double scale = 0) {
  ASSERT_TRUE(ours) << what;
  expect_close(ours->low, oracle.at(0), what, tolerance, scale);
  expect_close(ours->high, oracle.at(1), what, tolerance, scale);
}

std::vector<double> numbers(const Json& json) {
  return json.get<std::vector<double>>();
}
std::vector<std::vector<double>> table(const Json& json) {
  return json.get<std::vector<std::vector<double>>>();
}

TEST(Agreement, OfPairedValuesWithScipyAndR) {
  for (const auto& [name, oracle] : of_python().at("pairs").items()) {
    SCOPED_TRACE(name);
    const std::vector<double> first = numbers(oracle.at("first"));
    const std::vector<double> second = numbers(oracle.at("second"));
    const Json& scipy = oracle.at("answers");
    const Json& r = of_r().at("pairs").at(name);
    const std::vector<double> difference = differences(first, second);

    const Estimate estimate = estimate_mean(difference);
    expect_close(estimate.mean, scipy.at("mean"), "mean");
    expect_close(estimate.standard_deviation, scipy.at("standard_deviation"), "deviation");
    expect_interval(estimate.interval, scipy.at("interval"), "interval");
    expect_interval(estimate.interval, r.at("interval"), "interval of R");
    expect_close(median(difference), scipy.at("median"), "median");
    expect_close(quantile(difference, 0.2), scipy.at("quantile_20"), "quantile");

    const TestResult t_test = paired_t_test(first, second);
    expect_close(t_test.statistic, scipy.at("t"), "t");
    expect_p(t_test, scipy.at("t_p"));
    expect_p(t_test, r.at("t_p"));

    const TestResult wilcoxon = wilcoxon_signed_rank_test(first, second);
    expect_close(wilcoxon.statistic, scipy.at("wilcoxon"), "wilcoxon");
    expect_p(wilcoxon, scipy.at("wilcoxon_p"));
    EXPECT_EQ(wilcoxon.name.ends_with("(exact)"), scipy.at("wilcoxon_exact").get<bool>());

    const IntervalEstimate g = hedges_g_paired(first, second);
    if (scipy.at("hedges_g").is_null()) {
      EXPECT_EQ(g.value.reason(), "fewer than three values");
    } else {
      expect_close(g.value, scipy.at("hedges_g"), "g");
      expect_interval(g.interval, r.at("g_interval"), "interval of g", 1e-9, 1);
    }

    const Interval bounds{scipy.at("tost_bounds").at(0), scipy.at("tost_bounds").at(1)};
    expect_p(tost_paired(first, second, bounds).test, scipy.at("tost_p"));

    const Correlation pearson = pearson_correlation(first, second);
    const Correlation spearman = spearman_correlation(first, second);
    if (!scipy.contains("pearson")) {
      EXPECT_THAT(pearson.test.p_value.reason(),
                  testing::AnyOf("fewer than three values", "all values are equal"));
      EXPECT_EQ(spearman.test.p_value.reason(), pearson.test.p_value.reason());
      continue;
    }
    expect_close(pearson.coefficient.value, scipy.at("pearson"), "r", 1e-9, 1e-3);
    expect_p(pearson.test, scipy.at("pearson_p"));
    if (!scipy.at("pearson_interval").is_null()) {
      expect_interval(pearson.coefficient.interval, scipy.at("pearson_interval"), "interval of r");
    }
    expect_close(spearman.coefficient.value, scipy.at("spearman"), "rho", 1e-9, 1e-3);
    expect_p(spearman.test, scipy.at("spearman_p"));
    EXPECT_EQ(spearman.test.name.ends_with("(exact)"), first.size() <= 12);
    if (r.contains("spearman_p") && r.at("spearman_p").is_number()) {
      expect_p(spearman.test, r.at("spearman_p"));
    }
  }
}

TEST(Agreement, OfTwoGroupsWithScipyAndR) {
  for (const auto& [name, oracle] : of_python().at("groups").items()) {
    SCOPED_TRACE(name);
    const std::vector<std::vector<double>> groups = table(oracle.at("groups"));
    const Json& scipy = oracle.at("answers").at("first_two");
    const Json& r = of_r().at("groups").at(name);

    const TestResult welch = welch_t_test(groups[0], groups[1]);
    expect_close(welch.statistic, scipy.at("welch"), "welch");
    expect_close(*welch.degrees_of_freedom, r.at("welch_df"), "degrees of freedom");
    expect_p(welch, scipy.at("welch_p"));

    const TestResult mann_whitney = mann_whitney_test(groups[0], groups[1]);
    expect_close(mann_whitney.statistic, scipy.at("u"), "U");
    expect_p(mann_whitney, scipy.at("u_p"));

    const IntervalEstimate g = hedges_g(groups[0], groups[1]);
    expect_close(g.value, scipy.at("hedges_g"), "g");
    expect_interval(g.interval, r.at("g_interval"), "interval of g", 1e-9, 1);

    const IntervalEstimate delta = cliffs_delta(groups[0], groups[1]);
    expect_close(delta.value, scipy.at("cliffs_delta"), "delta");
    expect_interval(delta.interval, scipy.at("cliffs_delta_interval"), "interval of delta");

    const Interval bounds{scipy.at("tost_bounds").at(0), scipy.at("tost_bounds").at(1)};
    expect_p(tost_welch(groups[0], groups[1], bounds).test, scipy.at("tost_welch_p"));
  }
}

TEST(Agreement, OfSeveralGroupsWithScipyAndR) {
  for (const auto& [name, oracle] : of_python().at("groups").items()) {
    SCOPED_TRACE(name);
    const std::vector<std::vector<double>> groups = table(oracle.at("groups"));
    const Json& scipy = oracle.at("answers");
    const Json& r = of_r().at("groups").at(name);

    const TestResult anova = one_way_anova(groups);
    expect_close(anova.statistic, scipy.at("f"), "F");
    expect_p(anova, scipy.at("f_p"));
    const IntervalEstimate omega = omega_squared(anova);
    expect_close(omega.value, scipy.at("omega_squared"), "omega squared");
    expect_interval(omega.interval, scipy.at("omega_squared_interval"), "its interval");

    if (scipy.at("levene").is_null()) {
      EXPECT_EQ(levene_test(groups).p_value.reason(),
                "the distances from the centre are equal within each group");
    } else {
      const TestResult levene = levene_test(groups);
      expect_close(levene.statistic, scipy.at("levene"), "Levene");
      expect_p(levene, scipy.at("levene_p"));
      expect_close(levene_test(groups, Centre::mean).statistic, scipy.at("levene_mean"), "Levene");
    }

    const TestResult kruskal = kruskal_wallis_test(groups);
    expect_close(kruskal.statistic, scipy.at("kruskal"), "H");
    expect_close(kruskal.statistic, r.at("kruskal"), "H of R");
    expect_p(kruskal, scipy.at("kruskal_p"));
    EXPECT_EQ(kruskal.name.ends_with("(exact)"), scipy.at("kruskal_exact").get<bool>());

    const std::vector<Contrast> contrasts = tukey_contrasts(groups);
    ASSERT_EQ(contrasts.size(), scipy.at("tukey").size());
    for (size_t i = 0; i < contrasts.size(); ++i) {
      const Json& tukey = scipy.at("tukey")[i];
      EXPECT_EQ(contrasts[i].first, tukey.at("first"));
      EXPECT_EQ(contrasts[i].second, tukey.at("second"));
      expect_close(contrasts[i].difference.value, tukey.at("difference"), "difference", 1e-9, 0.1);
      const auto entry = [&](const char* key) {
        const Json& values = r.at(key);
        return values.is_array() ? values[i].get<double>() : values.get<double>();
      };
      EXPECT_NEAR(*contrasts[i].test.p_value, tukey.at("p").get<double>(), p_tolerance);
      EXPECT_NEAR(*contrasts[i].test.p_value, entry("tukey_p"), 1e-4);
      // R ends its search for a quantile at 1e-4.
      expect_interval(contrasts[i].difference.interval, tukey.at("interval"), "interval", 1e-7, 1);
      EXPECT_NEAR(contrasts[i].difference.interval->low, entry("tukey_low"), 1e-2);
    }
  }
}

TEST(Agreement, OfTheStudentizedRangeWithScipyAndR) {
  const auto compare = [](const Json& oracles, double tolerance) {
    for (const Json& oracle : oracles) {
      SCOPED_TRACE(oracle.dump());
      EXPECT_NEAR(
          studentized_range_upper_tail(oracle.at("q"), oracle.at("groups"), oracle.at("df")),
          oracle.at("upper_tail").get<double>(), tolerance);
    }
  };
  ASSERT_EQ(of_python().at("studentized_range").size(), 100u);
  compare(of_python().at("studentized_range"), 1e-9);
  // The quadrature of R's ptukey is good to about 1e-5 where the tail or the error has few degrees
  // of freedom; the case of two groups below, which has a formula, shows whose digits are wrong.
  compare(of_r().at("studentized_range"), 1e-5);
}

TEST(Agreement, OfTheStudentizedRangeOfTwoGroupsWithStudentsT) {
  for (const double df : {1.0, 2.0, 5.0, 7.0, 1000.0, 20000.0}) {
    for (const double q : {0.3, 1.0, 4.0, 9.0}) {
      EXPECT_NEAR(studentized_range_upper_tail(q, 2, df), two_sided_t_p(q / std::sqrt(2), df),
                  1e-13);
    }
  }
  EXPECT_NEAR(studentized_range_upper_tail(studentized_range_quantile(0.95, 4, 9), 4, 9), 0.05,
              1e-12);
}

TEST(Agreement, OfBlocksWithScipyAndR) {
  for (const auto& [name, oracle] : of_python().at("blocks").items()) {
    SCOPED_TRACE(name);
    const TestResult friedman = friedman_test(table(oracle.at("blocks")));
    if (!oracle.at("friedman").is_null()) {
      expect_close(friedman.statistic, oracle.at("friedman"), "Friedman");
    }
    expect_close(friedman.statistic, of_r().at("blocks").at(name).at("statistic"), "of R");
    expect_p(friedman, oracle.at("friedman_p"));
    EXPECT_EQ(friedman.name.ends_with("(exact)"), oracle.at("friedman_exact").get<bool>());
  }
}

TEST(Agreement, OfShapiroWilkWithRAndWithTheSinglePrecisionOfScipy) {
  for (const auto& [name, oracle] : of_r().at("samples").items()) {
    SCOPED_TRACE(name);
    const Json& scipy = of_python().at("samples").at(name);
    const TestResult shapiro = shapiro_wilk_test(numbers(scipy.at("values")));
    expect_close(shapiro.statistic, oracle.at("w"), "W");
    expect_p(shapiro, oracle.at("p"));
    expect_close(shapiro.statistic, scipy.at("w"), "W of scipy", 1e-5);
  }
}

TEST(Agreement, OfAnovaOfTypeTwoWithStatsmodelsAndR) {
  for (const auto& [name, oracle] : of_python().at("anova").items()) {
    SCOPED_TRACE(name);
    const auto factor = [&](const char* key) {
      return Factor{key, oracle.at(key).get<std::vector<size_t>>()};
    };
    const Anova anova = anova_type_2(numbers(oracle.at("response")), {factor("a"), factor("b")},
                                     true, factor("block"));
    ASSERT_EQ(anova.problem, "");
    ASSERT_EQ(anova.terms.size(), 4u);
    const Json& r = of_r().at("anova").at(name);
    EXPECT_EQ(anova.error_degrees_of_freedom, r.at("error_df"));
    expect_close(anova.error_mean_square, r.at("error_mean_square"), "error");
    for (const AnovaTerm& term : anova.terms) {
      SCOPED_TRACE(term.name);
      for (const Json* answers : {&r, &oracle.at("answers")}) {
        if (answers->is_null()) continue;
        const Json& row = answers->at(term.name);
        EXPECT_EQ(static_cast<double>(term.degrees_of_freedom), row.at("df").get<double>());
        expect_close(term.sum_of_squares, row.at("squares"), "squares");
        expect_close(term.test.statistic, row.at("f"), "F");
        expect_p(term.test, row.at("p"));
      }
    }
  }
}

std::vector<Predictor> predictors_of(const Json& oracle) {
  std::vector<Predictor> predictors;
  for (const Json& values : oracle.at("predictors")) {
    predictors.push_back({"x" + std::to_string(predictors.size()), numbers(values)});
  }
  return predictors;
}

TEST(Agreement, OfLinearRegressionWithStatsmodelsAndR) {
  for (const auto& [name, oracle] : of_python().at("regression").items()) {
    SCOPED_TRACE(name);
    const Regression fit = linear_regression(numbers(oracle.at("response")), predictors_of(oracle));
    ASSERT_EQ(fit.problem, "");
    const Json& r = of_r().at("regression").at(name);
    expect_close(fit.residual_deviation, r.at("deviation"), "deviation");
    for (const Json* answers : {&r, &oracle.at("answers")}) {
      if (answers->is_null()) continue;
      expect_close(fit.r_squared, answers->at("r_squared"), "R²");
      for (size_t i = 0; i < fit.coefficients.size(); ++i) {
        SCOPED_TRACE(fit.coefficients[i].name);
        expect_close(fit.coefficients[i].estimate.value, answers->at("coefficients")[i], "value");
        expect_close(fit.coefficients[i].standard_error, answers->at("errors")[i], "error");
        expect_p(fit.coefficients[i].test, answers->at("p")[i]);
      }
    }
  }
}

TEST(Agreement, OfTheMixedModelWithLme4AndStatsmodels) {
  constexpr double tolerance = 1e-5;
  for (const auto& [name, oracle] : of_python().at("mixed").items()) {
    SCOPED_TRACE(name);
    const auto group = oracle.at("group").get<std::vector<size_t>>();
    const MixedModel fit =
        random_intercept_model(numbers(oracle.at("response")), predictors_of(oracle), group);
    ASSERT_EQ(fit.problem, "");
    const Json& r = of_r().at("mixed").at(name);
    expect_close(fit.reml_criterion, r.at("reml"), "REML criterion", 1e-9);
    for (size_t i = 0; i < fit.coefficients.size(); ++i) {
      SCOPED_TRACE(fit.coefficients[i].name);
      const Coefficient& coefficient = fit.coefficients[i];
      expect_close(coefficient.standard_error, r.at("errors")[i], "error", tolerance);
      expect_close(*coefficient.test.degrees_of_freedom, r.at("df")[i], "Satterthwaite", tolerance);
      EXPECT_NEAR(*coefficient.test.p_value, r.at("p")[i].get<double>(), tolerance);
    }
    for (const Json* answers : {&r, &oracle.at("answers")}) {
      if (answers->is_null()) continue;
      expect_close(fit.group_variance, answers->at("group_variance"), "group variance", tolerance,
                   1e-3);
      expect_close(fit.residual_variance, answers->at("residual_variance"), "residual", tolerance);
      for (size_t i = 0; i < fit.coefficients.size(); ++i) {
        expect_close(fit.coefficients[i].estimate.value, answers->at("coefficients")[i], "value",
                     tolerance);
      }
    }
  }
}

TEST(Agreement, OfAdjustedPValuesWithStatsmodels) {
  for (const Json& oracle : of_python().at("families")) {
    const std::vector<double> p = numbers(oracle.at("p"));
    const auto close = [](const Json& answers) {
      return testing::Pointwise(testing::DoubleNear(1e-15), numbers(answers));
    };
    EXPECT_THAT(holm_adjusted(p), close(oracle.at("holm")));
    EXPECT_THAT(benjamini_hochberg_adjusted(p), close(oracle.at("benjamini_hochberg")));
  }
}

TEST(Agreement, OfPowerWithRAndWithTheMixtureOfBetaFunctions) {
  for (const Json& oracle : of_r().at("power")) {
    SCOPED_TRACE(oracle.dump());
    expect_close(
        power_paired_t(oracle.at("delta"), 1, oracle.at("n").get<size_t>(), oracle.at("alpha")),
        oracle.at("power"), "power");
  }
  for (const Json& oracle : of_python().at("anova_power")) {
    SCOPED_TRACE(oracle.dump());
    expect_close(power_anova(oracle.at("f"), oracle.at("groups").get<size_t>(),
                             oracle.at("n").get<size_t>()),
                 oracle.at("power"), "power");
  }
}

TEST(Agreement, OfTheBcaIntervalWithItsFormulaInNumpyAndWithTheBootstrapOfScipy) {
  const Json& oracle = of_python().at("bootstrap");
  const IntervalEstimate bca = bca_interval(numbers(oracle.at("replicates")), oracle.at("estimate"),
                                            numbers(oracle.at("without_each")));
  expect_interval(bca.interval, oracle.at("interval"), "interval");

  const std::vector<double> values = numbers(oracle.at("values"));
  const Statistic mean_of = [](std::span<const double> sample) { return *mean(sample); };
  const IntervalEstimate ours = bootstrap_interval(values, mean_of);
  // The limits of 9999 resamples scatter by about 2 % of the interval's width.
  const Json& scipy = oracle.at("mean_interval_by_scipy");
  const double width = scipy[1].get<double>() - scipy[0].get<double>();
  EXPECT_NEAR(ours.interval->low, scipy[0].get<double>(), 0.06 * width);
  EXPECT_NEAR(ours.interval->high, scipy[1].get<double>(), 0.06 * width);
}

}  // namespace
}  // namespace tandem::analyse
