#include "analyse/statistics.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "core/json.h"

namespace tandem::analyse {
namespace {

constexpr double relative_tolerance = 1e-9;
constexpr double p_tolerance = 1e-7;

void expect_close(const Reading& ours, double oracle, const char* what) {
  ASSERT_TRUE(ours) << what << ": " << ours.reason();
  EXPECT_NEAR(*ours, oracle, relative_tolerance * std::abs(oracle)) << what;
}

TEST(Statistics, AgreeWithScipy) {
  const core::Json oracles = core::read_json(TANDEM_TEST_FOLDER "/oracles/statistics.json");
  ASSERT_GE(oracles.at("cases").size(), 6u);
  for (const core::Json& oracle : oracles.at("cases")) {
    SCOPED_TRACE(oracle.at("name").get<std::string>());
    const auto first = oracle.at("first").get<std::vector<double>>();
    const auto second = oracle.at("second").get<std::vector<double>>();
    std::vector<double> difference;
    for (size_t i = 0; i < first.size(); ++i) difference.push_back(first[i] - second[i]);

    const Estimate estimate = estimate_mean(difference);
    expect_close(estimate.mean, oracle.at("mean"), "mean");
    expect_close(estimate.standard_deviation, oracle.at("standard_deviation"), "deviation");
    expect_close(estimate.interval->low, oracle.at("interval")[0], "low");
    expect_close(estimate.interval->high, oracle.at("interval")[1], "high");
    expect_close(median(difference), oracle.at("median"), "median");
    expect_close(hedges_g_paired(first, second), oracle.at("hedges_g"), "g");

    const TestResult t_test = paired_t_test(first, second);
    expect_close(t_test.statistic, oracle.at("t"), "t");
    EXPECT_NEAR(*t_test.p_value, oracle.at("t_p").get<double>(), p_tolerance);

    const TestResult wilcoxon = wilcoxon_signed_rank_test(first, second);
    expect_close(wilcoxon.statistic, oracle.at("wilcoxon"), "wilcoxon");
    EXPECT_NEAR(*wilcoxon.p_value, oracle.at("wilcoxon_p").get<double>(), p_tolerance);
    EXPECT_EQ(wilcoxon.name.find("(exact)") != std::string::npos,
              oracle.at("wilcoxon_exact").get<bool>());
  }
}

TEST(Statistics, StandardDeviationOfJouleCountersKeepsItsDigits) {
  const std::vector<double> counters = {1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4};
  EXPECT_DOUBLE_EQ(*sample_standard_deviation(counters), std::sqrt(2.5));
}

TEST(Statistics, NothingIsComputedFromTooFewValues) {
  const std::vector<double> none;
  const std::vector<double> one = {3.0};
  EXPECT_EQ(mean(none).reason(), "no values");
  EXPECT_EQ(median(none).reason(), "no values");
  EXPECT_EQ(sample_standard_deviation(one).reason(), "fewer than two values");
  EXPECT_EQ(*estimate_mean(one).mean, 3.0);
  EXPECT_FALSE(estimate_mean(one).interval);
  EXPECT_EQ(paired_t_test(one, one).p_value.reason(), "fewer than two values");
  EXPECT_FALSE(wilcoxon_signed_rank_test(one, one).p_value);
  EXPECT_FALSE(hedges_g_paired(one, one));
}

TEST(Statistics, EqualDifferencesHaveNoTestEvenWhenRoundingMakesThemDiffer) {
  const std::vector<double> first = {0.3, 0.7, 1.1, 3.3};
  const std::vector<double> second = {0.2, 0.6, 1.0, 3.2};
  EXPECT_EQ(paired_t_test(first, second).p_value.reason(), "all differences are equal");
  EXPECT_EQ(hedges_g_paired(first, second).reason(), "all differences are equal");
  EXPECT_EQ(paired_t_test(first, first).p_value.reason(), "all differences are equal");
  EXPECT_FALSE(wilcoxon_signed_rank_test(first, first).p_value);
}

TEST(Statistics, PairedValuesMustBeEquallyMany) {
  const std::vector<double> two = {1, 2};
  const std::vector<double> three = {1, 2, 3};
  EXPECT_THROW(paired_t_test(two, three), std::invalid_argument);
  EXPECT_THROW(wilcoxon_signed_rank_test(two, three), std::invalid_argument);
}

TEST(Statistics, HolmStepsDownAndKeepsTheOrderGiven) {
  // R: p.adjust(c(0.04, 0.001, 0.03, 0.5), "holm")
  EXPECT_THAT(holm_adjusted(std::vector<double>{0.04, 0.001, 0.03, 0.5}),
              testing::ElementsAre(testing::DoubleEq(0.09), testing::DoubleEq(0.004),
                                   testing::DoubleEq(0.09), testing::DoubleEq(0.5)));
  EXPECT_TRUE(holm_adjusted(std::vector<double>{}).empty());
}

TEST(Statistics, FivePercentTestsRejectFivePercentWithoutAnEffect) {
  std::mt19937_64 generator(7);
  std::normal_distribution<double> normal;
  constexpr int studies = 4000;
  int rejected = 0;
  int covered = 0;
  for (int study = 0; study < studies; ++study) {
    std::vector<double> first(12), second(12), difference(12);
    for (size_t i = 0; i < first.size(); ++i) {
      first[i] = normal(generator);
      second[i] = normal(generator);
      difference[i] = first[i] - second[i];
    }
    rejected += *paired_t_test(first, second).p_value < 0.05;
    const Interval interval = *estimate_mean(difference).interval;
    covered += interval.low <= 0 && 0 <= interval.high;
  }
  // Four standard errors of a binomial share.
  const double tolerance = 4 * std::sqrt(0.05 * 0.95 / studies);
  EXPECT_NEAR(static_cast<double>(rejected) / studies, 0.05, tolerance);
  EXPECT_NEAR(static_cast<double>(covered) / studies, 0.95, tolerance);
}

}  // namespace
}  // namespace tandem::analyse
