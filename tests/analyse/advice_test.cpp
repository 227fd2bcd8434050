#include "analyse/advice.h"

#include <gmock/gmock.h>

#include "analyse/study_analysis.h"
#include "made_up_study.h"

namespace tandem::analyse {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Summaries of a pair with the same interval for both effects that advice rests on.
std::vector<EffectSummary> summaries(std::optional<Interval> interval) {
  std::vector<EffectSummary> all;
  for (const EffectColumn& column : effect_columns()) {
    EffectSummary summary{column.name, 5, core::Reading::missing("none"), interval};
    if (interval) summary.percent = (interval->low + interval->high) / 2;
    all.push_back(summary);
  }
  return all;
}

TEST(Advice, FollowsTheIntervalAndGivesTiesTheSameRank) {
  const std::vector<std::vector<EffectSummary>> of_pairs = {
      summaries(Interval{1, 4}),  summaries(Interval{10, 20}), summaries(Interval{15, 30}),
      summaries(Interval{-2, 3}), summaries(std::nullopt),     summaries(Interval{-9, -5})};
  std::vector<AdvisedPair> pairs;
  for (const auto& own : of_pairs) pairs.push_back({"pair", &own});
  const auto seen = [](const Advice& advice) {
    std::vector<std::string> all;
    for (const PairAdvice& pair : advice.pairs) {
      all.push_back(std::to_string(pair.pair) + " " + name_of(pair.verdict) + " " +
                    std::to_string(pair.rank));
    }
    return all;
  };
  const std::vector<Advice> advice = advice_on(pairs);
  ASSERT_EQ(advice.size(), 2u);
  EXPECT_EQ(advice[0].effect, "energy_saving");
  EXPECT_THAT(seen(advice[0]), ElementsAre("1 together 1", "2 together 1", "0 together 3",
                                           "3 undecided 3", "5 apart 5", "4 unknown 0"));
  // Of an overhead the smallest is the best.
  EXPECT_EQ(advice[1].effect, "makespan_overhead");
  EXPECT_THAT(seen(advice[1]), ElementsAre("5 together 1", "0 apart 2", "3 undecided 2",
                                           "1 apart 4", "2 apart 4", "4 unknown 0"));
}

class JobAdviceTest : public testing::Test {
 protected:
  void make(size_t pairs, int repetitions, const test::MadeUpEffects& effects = {.noise = 0.01}) {
    study = test::made_up_study(pairs, repetitions);
    plan = study::make_plan(study, catalogue, "made-up");
    results = test::made_up_results(plan, catalogue, effects);
  }
  StudyAnalysis analyse(const std::vector<JobCount>& jobs) const {
    return analyse_study(study, plan, catalogue, results, {{}, jobs});
  }
  static std::vector<std::string> texts(const StudyAnalysis& analysis) {
    std::vector<std::string> all;
    for (const Finding& finding : analysis.findings) {
      if (finding.topic == "jobs") all.push_back(finding.text);
    }
    return all;
  }

  study::Catalogue catalogue = study::Catalogue::shipped();
  study::Study study;
  study::Plan plan;
  std::vector<record::RunResult> results;
  const std::string mnist = "examples/mnist";
  const std::string densenet = "Person_reID_baseline_pytorch/densenet121";
  const std::string ast = "MRT-OAST/default";
};

TEST_F(JobAdviceTest, PairsTheJobsThatSaveMostAndSaysHowMuchWithItsInterval) {
  make(3, 3);
  const StudyAnalysis analysis = analyse({{mnist, 2}, {densenet, 1}, {ast, 2}});
  ASSERT_TRUE(analysis.job_advice);
  const JobPlan& energy = analysis.job_advice->plans[0];
  // 14 % of the energy of densenet121 and MRT-OAST is more than that of mnist with either.
  ASSERT_EQ(energy.pairings.size(), 2u);
  double expected_j = 0;
  for (const JobPairing& pairing : energy.pairings) {
    EXPECT_EQ(pairing.count, 1u);
    EXPECT_EQ(pairing.basis, "3 repetitions at the default setting");
    expected_j += *pairing.saving.value;
    std::vector<double> saved;
    for (const BlockEffects& block : analysis.pairs[pairing.pair].effects) {
      if (block.setting != "default") continue;
      saved.push_back(*block.solo_energy_joules - *block.pair_energy_joules);
    }
    EXPECT_NEAR(*pairing.saving.value, *estimate_mean(saved).mean, 1e-6);
  }
  EXPECT_NEAR(*energy.saving.value, expected_j, 1e-6);
  EXPECT_LT(energy.saving.interval->low, expected_j);
  // 100 W for the catalogue's seconds, with 1 % noise.
  EXPECT_NEAR(*energy.all_alone, 100 * (2 * 155 + 2329 + 2 * 1386), 5e3);
  ASSERT_EQ(energy.alone.size(), 1u);
  EXPECT_EQ(energy.alone[0].workload, mnist);
  EXPECT_THAT(texts(analysis),
              Contains(AllOf(HasSubstr("1 × densenet121 + MRT-OAST"), HasSubstr("alone 1 mnist"),
                             HasSubstr("Expected saving"), HasSubstr("95 % interval"))));
}

TEST_F(JobAdviceTest, CombinesTheIntervalsOfIndependentPairings) {
  make(3, 3);
  const JobAdvice alone_together = *analyse({{densenet, 1}, {ast, 1}}).job_advice;
  const JobAdvice ten = *analyse({{densenet, 10}, {ast, 10}}).job_advice;
  const IntervalEstimate& one = alone_together.plans[0].saving;
  // The same pairing ten times is no ten independent ones.
  EXPECT_NEAR(ten.plans[0].saving.interval->low, 10 * one.interval->low, 1e-3);
  EXPECT_NEAR(ten.plans[0].saving.interval->high, 10 * one.interval->high, 1e-3);
}

TEST_F(JobAdviceTest, OfOneRepetitionTakesTheMeanOverAllSettings) {
  make(3, 1);
  const JobAdvice advice = *analyse({{densenet, 1}, {ast, 1}}).job_advice;
  ASSERT_EQ(advice.plans[0].pairings.size(), 1u);
  EXPECT_EQ(advice.plans[0].pairings[0].basis, "mean percentage over 5 runs at all settings");
  EXPECT_TRUE(advice.plans[0].saving.interval);
  EXPECT_GT(*advice.plans[0].saving_percent, 5);
}

TEST_F(JobAdviceTest, SaysWhatWasNeverMeasured) {
  make(2, 2);
  const StudyAnalysis analysis =
      analyse({{mnist, 1}, {densenet, 1}, {ast, 1}, {"pytorch_resnet_cifar10/resnet20", 4}});
  EXPECT_THAT(
      texts(analysis),
      AllOf(Contains(AllOf(HasSubstr("never measured"), HasSubstr("resnet20"))),
            Contains(AllOf(HasSubstr("Not measured together"), HasSubstr(densenet + " + " + ast))),
            Contains(HasSubstr("resnet20 was never measured alone"))));
}

TEST_F(JobAdviceTest, AdvisesNoPairThatLosesAndNoneWithoutResults) {
  make(1, 2, {.slowdown_a = 20, .slowdown_b = 3, .noise = 0.01});
  EXPECT_THAT(texts(analyse({{mnist, 3}, {densenet, 3}})),
              Contains(HasSubstr("To save time with these jobs: run each alone")));
  results.clear();
  const StudyAnalysis nothing = analyse({{mnist, 3}, {densenet, 3}});
  EXPECT_EQ(nothing.job_advice->never_measured.size(), 2u);
  EXPECT_FALSE(nothing.job_advice->plans[0].saving.value);
}

TEST_F(JobAdviceTest, FlagsEstimatedEnergy) {
  make(3, 2, {.noise = 0.01, .metered = false});
  EXPECT_THAT(texts(analyse({{densenet, 1}, {ast, 1}})),
              Contains(AllOf(HasSubstr("To save energy"), HasSubstr("[energy estimated]"))));
}

}  // namespace
}  // namespace tandem::analyse
