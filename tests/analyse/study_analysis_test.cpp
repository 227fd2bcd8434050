#include "analyse/study_analysis.h"

#include <gmock/gmock.h>

#include "made_up_study.h"

namespace tandem::analyse {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

struct Case {
  study::Catalogue catalogue = study::Catalogue::shipped();
  study::Study study;
  study::Plan plan;
  std::vector<record::RunResult> results;

  Case(size_t pairs, int repetitions, const test::MadeUpEffects& effects = {.noise = 0.01})
      : study(test::made_up_study(pairs, repetitions)),
        plan(study::make_plan(study, catalogue, "made-up")),
        results(test::made_up_results(plan, catalogue, effects)) {}

  StudyAnalysis analyse(const AnalysisOptions& options = {}) const {
    return analyse_study(study, plan, catalogue, results, options);
  }
};

std::vector<std::string> texts(const StudyAnalysis& analysis) {
  std::vector<std::string> all;
  for (const Finding& finding : analysis.findings) all.push_back(finding.text);
  return all;
}

/// Whatever was missing, the document has reasons instead of NaN (which JSON shows as null).
void expect_honest(const StudyAnalysis& analysis) {
  const std::string text = core::Json(analysis).dump();
  EXPECT_THAT(text, Not(HasSubstr("nan")));
  for (const std::string& finding : texts(analysis)) {
    EXPECT_THAT(finding, AllOf(Not(HasSubstr("nan")), Not(HasSubstr("inf "))));
  }
}

TEST(StudyAnalysis, OfTheSeedsTwelvePairsCountsEveryRun) {
  const StudyAnalysis analysis = Case(12, 1).analyse();
  EXPECT_EQ(analysis.quality.planned, 107u);
  EXPECT_EQ(analysis.quality.ok, 107u);
  EXPECT_EQ(analysis.runs.size(), 107u);
  EXPECT_EQ(analysis.trainings.size(), 107u + 60u);
  EXPECT_EQ(analysis.pairs.size(), 12u);
  EXPECT_THAT(texts(analysis),
              Contains(AllOf(HasSubstr("makespan_overhead"), HasSubstr("n = 12 pairs"),
                             HasSubstr("Holm-adjusted p"))));
  EXPECT_THAT(analysis.quality.cautions, Contains(HasSubstr("share its solo runs")));
  expect_honest(analysis);
}

TEST(DataQuality, SaysThatRunsCameFromDifferentGpus) {
  Case two_boards(1, 2);
  two_boards.study.device = study::Device::cuda;
  for (record::RunResult& run : two_boards.results) {
    run.spec.device = study::Device::cuda;
    run.gpu.emplace();
    run.gpu->device.uuid = "GPU-" + std::to_string(run.spec.repetition);
  }
  const auto cautions = [&] { return two_boards.analyse().quality.cautions; };
  EXPECT_THAT(cautions(), Contains(HasSubstr("comparable within a pair, not between pairs")));
  two_boards.results[0].gpu->device.uuid = "GPU-3";
  EXPECT_THAT(cautions(), Contains(HasSubstr("different GPUs")));
  for (record::RunResult& run : two_boards.results) run.gpu->device.uuid = "GPU-1";
  EXPECT_THAT(cautions(), Not(Contains(HasSubstr("different GPUs"))));
}

TEST(DataQuality, SaysThatRunsCameFromSeveralMachinesOfOneClass) {
  Case two_nodes(1, 2);
  for (record::RunResult& run : two_nodes.results) {
    run.device = run.machine.hostname = "n" + std::to_string(run.spec.repetition);
  }
  const auto cautions = [&] { return two_nodes.analyse().quality.cautions; };
  EXPECT_THAT(cautions(), Contains(HasSubstr("come from one machine")));
  two_nodes.results[0].machine.hostname = "n3";
  EXPECT_THAT(cautions(), Contains(HasSubstr("come from different machines")));
}

TEST(StudyAnalysis, NeverSaysNoChangeFromALargePValue) {
  const StudyAnalysis analysis = Case(6, 1, {.noise = 0.2}).analyse();
  EXPECT_THAT(texts(analysis), Contains(HasSubstr("no evidence that concurrency changes it, which "
                                                  "is not evidence that it doesn't")));
  for (const std::string& text : texts(analysis)) {
    EXPECT_THAT(text, AllOf(Not(HasSubstr("no change")), Not(HasSubstr("has no effect"))));
  }
}

TEST(StudyAnalysis, SaysEquivalentWithinTheBoundOnlyWhereTostSaysSo) {
  const StudyAnalysis analysis = Case(6, 1, {.noise = 0.01}).analyse();
  EXPECT_EQ(analysis.study.equivalence_bound_percent, 5);
  EXPECT_THAT(texts(analysis), Contains(AllOf(HasSubstr("Sensitivity of duration to learning_rate"),
                                              HasSubstr("equivalent within ±5 %"))));
  for (const SensitivityTest& test : analysis.sensitivity_tests) {
    EXPECT_EQ(test.equivalence.equivalent, *test.equivalence.test.p_value < 0.05);
  }
  // A slow-down of 30 % is not within 5 %.
  EXPECT_EQ(analysis.overall[3].summary.effect, "concurrent_overhead_b");
  EXPECT_FALSE(analysis.overall[3].equivalence.equivalent);
  EXPECT_GT(*analysis.overall[3].equivalence.test.p_value, 0.99);
}

TEST(StudyAnalysis, ComparesTheKindsOfPairsWithThePairAsTheUnit) {
  const StudyAnalysis analysis = Case(12, 2).analyse();
  ASSERT_EQ(analysis.groupings.size(), 30u);
  const EffectGrouping& by_class = analysis.groupings[2];
  EXPECT_EQ(by_class.effect, "makespan_overhead");
  EXPECT_EQ(by_class.by, "memory_class");
  size_t pairs = 0;
  for (const EffectGroup& group : by_class.groups) pairs += group.summary.n;
  EXPECT_EQ(pairs, 12u);
  EXPECT_EQ(by_class.anova.n, 12u);
  EXPECT_GE(*by_class.adjusted_p, *by_class.anova.p_value);
  EXPECT_THAT(texts(analysis), Contains(HasSubstr("Effects by kind of pair")));
}

TEST(StudyAnalysis, TestsKindAndHyperparameterTogetherAndSaysTheFigures) {
  const StudyAnalysis analysis = Case(12, 2).analyse();
  ASSERT_EQ(analysis.kind_interactions.size(), 27u);
  EXPECT_THAT(texts(analysis),
              Contains(AllOf(HasSubstr("sensitivity of energy, type × hyperparameter: F("),
                             HasSubstr("n = 12 pairs, p "),
                             HasSubstr("Benjamini–Hochberg-adjusted"), HasSubstr("ω² "))));
  EXPECT_THAT(texts(Case(1, 2).analyse()),
              Contains(HasSubstr("no test: all pairs are of one kind")));
}

TEST(StudyAnalysis, SaysTheSameWithoutTheRowsOfSingleRuns) {
  Case studied(3, 2);
  studied.results.front().outcome = {record::Outcome::Status::failed, "timeout", "took too long",
                                     ""};
  const StudyAnalysis whole = studied.analyse();
  AnalysisOptions without_runs;
  without_runs.keeps_runs = false;
  const StudyAnalysis summary = studied.analyse(without_runs);
  EXPECT_EQ(texts(summary), texts(whole));
  EXPECT_EQ(core::Json(summary.missing), core::Json(whole.missing));
  ASSERT_EQ(summary.runs.size(), 1u);
  EXPECT_EQ(summary.runs.front().run_id, studied.results.front().run_id);
  EXPECT_EQ(summary.runs.front().outcome, "timeout");
  EXPECT_TRUE(summary.trainings.empty());
  EXPECT_TRUE(sensitivities_of(summary).empty());
  EXPECT_GT(whole.runs.size(), 1u);
}

TEST(StudyAnalysis, FindsNoPartnerEffectWhereNoneWasBuiltInAndTheOneThatWas) {
  Case studied(6, 1);
  const auto duration_effect = [&](const StudyAnalysis& analysis) {
    for (const PartnerEffect& effect : analysis.partner_effects) {
      if (effect.setting == "epochs_max" && effect.response == Response::duration) return effect;
    }
    return PartnerEffect{};
  };
  const PartnerEffect none = duration_effect(studied.analyse());
  EXPECT_EQ(none.summary.n, 6u);
  EXPECT_NEAR(*none.summary.percent, 0, 2);
  for (record::RunResult& run : studied.results) {
    const bool longer = run.participants.size() == 2 &&
                        run.spec.participants[1].hyperparameters.at("epochs") >
                            1.4 * studied.catalogue.at(run.spec.participants[1].workload)
                                      .defaults(run.spec.scale)
                                      .at("epochs");
    if (longer) run.participants[0].duration_seconds = *run.participants[0].duration_seconds * 1.2;
  }
  const StudyAnalysis analysis = studied.analyse();
  EXPECT_NEAR(*duration_effect(analysis).summary.percent, 20, 3);
  EXPECT_LT(*duration_effect(analysis).adjusted_p, 0.001);
  EXPECT_THAT(texts(analysis), Contains(HasSubstr("duration of A with B at epochs_max")));
}

TEST(StudyAnalysis, SaysWhatItWouldSayWithoutTheMarkedRuns) {
  Case marked(6, 1);
  EXPECT_EQ(marked.analyse().without_marked.left_out, 0u);
  for (record::RunResult& run : marked.results) {
    if (run.participants.size() == 2) run.cautions = {{"contaminated", "another process"}};
  }
  const StudyAnalysis analysis = marked.analyse();
  EXPECT_EQ(analysis.without_marked.left_out, 30u);
  EXPECT_EQ(analysis.overall[0].summary.n, 6u);
  EXPECT_EQ(analysis.without_marked.overall[0].summary.n, 0u);
  EXPECT_THAT(analysis.without_marked.overall[0].summary.percent.reason(),
              HasSubstr("left out, marked contaminated"));
  EXPECT_THAT(texts(analysis), Contains(AllOf(HasSubstr("Leaving out the 30 marked runs changes"),
                                              HasSubstr("energy_saving (with them p = 0.001"))));
  expect_honest(analysis);
}

TEST(StudyAnalysis, ComparesNothingWhereEveryRunIsMarked) {
  // As on several devices: each run shares the CPU with those of the others.
  Case marked(6, 1);
  for (record::RunResult& run : marked.results) run.cautions = {{"cpu_shared", "2 at a time"}};
  const StudyAnalysis analysis = marked.analyse();
  EXPECT_EQ(analysis.without_marked.left, 0u);
  const std::string all = std::to_string(analysis.without_marked.left_out);
  EXPECT_THAT(texts(analysis), Contains(HasSubstr("All " + all + " runs that count are marked")));
  EXPECT_THAT(texts(analysis), Not(Contains(HasSubstr("Leaving out the"))));
  expect_honest(analysis);
}

TEST(StudyAnalysis, TestsH0WithinEachPairWhereThereAreRepetitions) {
  EXPECT_TRUE(Case(3, 1).analyse().sensitivity_tests_within_pairs.empty());
  const StudyAnalysis analysis =
      Case(3, 4, {.extra_learning_rate_exponent = 0.2, .noise = 0.01}).analyse();
  ASSERT_EQ(analysis.sensitivity_tests_within_pairs.size(), 18u);
  for (const PairSensitivityTest& within : analysis.sensitivity_tests_within_pairs) {
    EXPECT_EQ(within.test.difference.n, 4u);
    EXPECT_EQ(within.test.block, "repetition");
  }
  for (const SensitivityTest& test : analysis.sensitivity_tests) {
    if (test.hyperparameter != "learning_rate" || test.response != Response::duration) continue;
    EXPECT_EQ(test.mixed_difference.n, 12u);
    EXPECT_NEAR(*test.mixed_difference.value, 0.2, 0.02);
    EXPECT_LT(*test.mixed_p, 0.01);
  }
}

TEST(StudyAnalysis, OfOnePairOnceSaysThatThereIsNoTest) {
  const StudyAnalysis analysis = Case(1, 1).analyse();
  EXPECT_THAT(texts(analysis), Contains(HasSubstr("no test over pairs with one pair")));
  EXPECT_THAT(analysis.quality.cautions, Contains(HasSubstr("One repetition")));
  expect_honest(analysis);
}

TEST(StudyAnalysis, WithoutASingleResultIsHonest) {
  Case none(3, 2);
  none.results.clear();
  const StudyAnalysis analysis = none.analyse();
  EXPECT_EQ(analysis.quality.not_run, analysis.quality.planned);
  EXPECT_EQ(analysis.runs.front().status, "not run");
  EXPECT_THAT(texts(analysis), testing::ElementsAre(HasSubstr("no findings")));
  expect_honest(analysis);
}

TEST(StudyAnalysis, WithEveryRunFailedListsTheReasons) {
  Case failed(1, 1);
  for (record::RunResult& result : failed.results) {
    test::make_fail(result, "out_of_memory", "killed at 31 GiB");
  }
  const StudyAnalysis analysis = failed.analyse();
  EXPECT_EQ(analysis.quality.failed, 11u);
  EXPECT_EQ(analysis.runs.front().outcome, "out_of_memory");
  EXPECT_EQ(analysis.runs.front().message, "killed at 31 GiB");
  EXPECT_THAT(analysis.quality.cautions, Contains(HasSubstr("No run ended ok")));
  expect_honest(analysis);
}

TEST(StudyAnalysis, OfASingleRunHasNoEffects) {
  Case single(1, 1);
  single.results.resize(1);
  const StudyAnalysis analysis = single.analyse();
  EXPECT_EQ(analysis.quality.ok, 1u);
  EXPECT_THAT(texts(analysis), Contains(HasSubstr("has no result")));
  expect_honest(analysis);
}

TEST(StudyAnalysis, OfAConstantMetricHasNoTest) {
  Case constant(3, 1, {});
  for (record::RunResult& result : constant.results) {
    for (auto& participant : result.participants) participant.performance = 0.5;
  }
  const StudyAnalysis analysis = constant.analyse();
  EXPECT_THAT(texts(analysis), Contains(AllOf(HasSubstr("Performance of B"), HasSubstr("0.0 %"),
                                              HasSubstr("no test: all differences are equal"))));
  expect_honest(analysis);
}

TEST(StudyAnalysis, WithoutEnergySaysSo) {
  Case unmetered(2, 1);
  for (record::RunResult& result : unmetered.results) {
    result.total_energy_joules = {core::Reading::missing("no meter"), core::EnergySource::none, ""};
  }
  const StudyAnalysis analysis = unmetered.analyse();
  EXPECT_THAT(texts(analysis),
              Contains(HasSubstr("Energy saved by running together: no value (no meter)")));
  expect_honest(analysis);
}

TEST(StudyAnalysis, FlagsEstimatedEnergyAndSyntheticData) {
  const StudyAnalysis analysis = Case(1, 1, {.metered = false}).analyse();
  EXPECT_TRUE(analysis.quality.energy_estimated);
  EXPECT_TRUE(analysis.quality.data_synthetic);
  EXPECT_THAT(analysis.quality.cautions, Contains(HasSubstr("estimated")));
  EXPECT_THAT(analysis.quality.cautions, Contains(HasSubstr("Synthetic data")));
}

TEST(StudyAnalysis, CountsInterruptedAttemptsAndForeignResults) {
  Case mixed(1, 1);
  record::RunResult interrupted = mixed.results.front();
  interrupted.attempt = 2;
  interrupted.outcome.status = record::Outcome::Status::interrupted;
  record::RunResult foreign = mixed.results.front();
  foreign.run_id = "another-study";
  mixed.results.push_back(interrupted);
  mixed.results.push_back(foreign);
  const StudyAnalysis analysis = mixed.analyse();
  EXPECT_EQ(analysis.quality.ok, 11u);
  EXPECT_EQ(analysis.quality.interrupted_attempts, 1u);
  EXPECT_EQ(analysis.quality.results_outside_plan, 1u);
}

TEST(StudyAnalysis, ReadsALiteralPlanAsWell) {
  Case literal(12, 1);
  literal.study.solo_runs = study::SoloRuns::literal;
  literal.plan = study::make_plan(literal.study, literal.catalogue, "made-up");
  literal.results = test::made_up_results(literal.plan, literal.catalogue, {.noise = 0.01});
  const StudyAnalysis analysis = literal.analyse();
  EXPECT_EQ(analysis.quality.planned, 132u);
  EXPECT_THAT(analysis.quality.cautions, Not(Contains(HasSubstr("share its solo runs"))));
  EXPECT_EQ(analysis.overall.front().summary.n, 12u);
}

TEST(StudyAnalysis, SurvivesAResultWithoutItsTrainings) {
  Case broken(1, 1);
  for (record::RunResult& result : broken.results) result.participants.clear();
  const StudyAnalysis analysis = broken.analyse();
  EXPECT_THAT(core::Json(analysis).dump(), HasSubstr("a training is missing in its result"));
}

}  // namespace
}  // namespace tandem::analyse
