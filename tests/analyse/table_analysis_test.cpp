// A recorded study, written as a table of rows and read back, has the same answers.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <sstream>

#include "analyse/study_analysis.h"
#include "analyse/table_quality.h"
#include "made_up_study.h"
#include "record/table_study.h"

namespace tandem::analyse {
namespace {

using testing::Contains;
using testing::HasSubstr;

const study::Catalogue& catalogue() {
  static const study::Catalogue shipped = study::Catalogue::shipped();
  return shipped;
}

/// The mapping of a study's models, with the catalogue's figures.
core::Json mapping(const study::Study& study) {
  core::Json models;
  for (const study::StudyPair& pair : study.pairs) {
    for (const std::string& id : {pair.a, pair.b}) {
      const study::Workload& workload = catalogue().at(id);
      const study::Hyperparameters defaults = workload.defaults(study.scale);
      models[workload_label(id)] = {
          {"defaults",
           {{"learning_rate", defaults.at("learning_rate")}, {"epochs", defaults.at("epochs")}}},
          {"metric", {{"name", "accuracy"}, {"direction", "higher_is_better"}}},
          {"memory_mb", workload.catalogue.memory_mb},
          {"gpu_util_percent", workload.catalogue.gpu_util_percent}};
    }
  }
  return {{"name", "As a table"},
          {"simulated", true},
          {"ignored", {"host"}},
          {"columns",
           {{"model", "model"},
            {"partner", "beside"},
            {"run", "run"},
            {"repetition", "repetition"},
            {"outcome", {{"column", "status"}, {"ok", {"ok"}}}},
            {"hyperparameters", {{"learning_rate", "lr"}, {"epochs", "epochs"}}},
            {"energy",
             {{"column", "kJ"}, {"unit", "kJ"}, {"of", "training"}, {"measured_by", "a meter"}}},
            {"duration", {{"column", "minutes"}, {"unit", "min"}}},
            {"performance", "accuracy"}}},
          {"models", models}};
}

std::string cell(const core::Reading& reading, double unit = 1) {
  return reading ? fmt::format("{}", *reading / unit) : "";
}

std::string as_table(const std::vector<record::RunResult>& results) {
  std::string text =
      "model,beside,run,repetition,status,lr,epochs,kJ,minutes,accuracy,host,unknown\r\n";
  for (const record::RunResult& run : results) {
    for (size_t i = 0; i < run.participants.size(); ++i) {
      const record::ParticipantResult& training = run.participants[i];
      const study::Hyperparameters& values = training.spec.hyperparameters;
      text += fmt::format(
          "{},{},{},{},{},{},{},{},{},{},\"a, b\",x\r\n", workload_label(training.spec.workload),
          run.spec.concurrent() ? workload_label(run.participants[1 - i].spec.workload) : "",
          run.run_id, run.spec.repetition, run.outcome.ok() ? "ok" : "failed",
          values.at("learning_rate"), values.at("epochs"),
          cell(training_energy_joules(run, i), 1000), cell(training.duration_seconds, 60),
          cell(training.performance));
    }
  }
  return text;
}

struct Both {
  StudyAnalysis recorded;
  StudyAnalysis table;
  record::RunTable rows;
};

Both both_of(size_t pairs, int repetitions, bool with_failures = false) {
  const study::Study study = test::made_up_study(pairs, repetitions);
  const study::Plan plan = study::make_plan(study, catalogue(), "made up");
  test::MadeUpEffects effects;
  effects.noise = 0.1;
  effects.metered = false;
  std::vector<record::RunResult> results = test::made_up_results(plan, catalogue(), effects);
  if (with_failures) {
    for (const size_t run : {1, 5, 11}) test::make_fail(results[run], "exit_code", "made up");
  }
  std::istringstream in(as_table(results));
  Both both;
  both.rows =
      record::read_run_table(in, "runs.csv", record::parse_table_map(mapping(study), "map.json"));
  const record::StudyInTable found = record::study_in(both.rows);
  both.recorded = analyse_study(study, plan, catalogue(), results);
  both.table = analyse_study(found.study, found.catalogue, *found.runs);
  add_table_quality(both.rows, both.table);
  return both;
}

void expect_same(const core::Reading& left, const core::Reading& right, const std::string& what) {
  ASSERT_EQ(left.has_value(), right.has_value()) << what << ": " << left.reason() << right.reason();
  if (!left) return;
  EXPECT_NEAR(*left, *right, 1e-9 * std::max(1.0, std::abs(*left))) << what;
}

void expect_same_answers(const Both& both) {
  ASSERT_EQ(both.table.pairs.size(), both.recorded.pairs.size());
  for (size_t pair = 0; pair < both.recorded.pairs.size(); ++pair) {
    const PairAnalysis& recorded = both.recorded.pairs[pair];
    const PairAnalysis& table = both.table.pairs[pair];
    SCOPED_TRACE(recorded.title);
    EXPECT_EQ(table.title, recorded.title);
    EXPECT_EQ(table.type, recorded.type);
    EXPECT_EQ(table.complementarity, recorded.complementarity);
    ASSERT_EQ(table.summaries.size(), recorded.summaries.size());
    for (size_t i = 0; i < recorded.summaries.size(); ++i) {
      EXPECT_EQ(table.summaries[i].n, recorded.summaries[i].n);
      expect_same(table.summaries[i].percent, recorded.summaries[i].percent,
                  recorded.summaries[i].effect);
    }
    ASSERT_EQ(table.effects.size(), recorded.effects.size());
  }
  for (size_t i = 0; i < both.recorded.overall.size(); ++i) {
    const OverallEffect& recorded = both.recorded.overall[i];
    expect_same(both.table.overall[i].t_test.p_value, recorded.t_test.p_value,
                recorded.summary.effect);
    expect_same(both.table.overall[i].adjusted_p, recorded.adjusted_p, recorded.summary.effect);
  }
  ASSERT_EQ(both.table.sensitivity_tests.size(), both.recorded.sensitivity_tests.size());
  for (const SensitivityTest& recorded : both.recorded.sensitivity_tests) {
    const auto same = std::ranges::find_if(both.table.sensitivity_tests, [&](const auto& test) {
      return test.hyperparameter == recorded.hyperparameter && test.response == recorded.response;
    });
    ASSERT_NE(same, both.table.sensitivity_tests.end());
    const std::string what = recorded.hyperparameter + " " + name_of(recorded.response);
    expect_same(same->solo, recorded.solo, what);
    expect_same(same->concurrent, recorded.concurrent, what);
    expect_same(same->t_test.p_value, recorded.t_test.p_value, what);
    expect_same(same->wilcoxon_test.p_value, recorded.wilcoxon_test.p_value, what);
  }
}

TEST(TableAnalysis, HasTheAnswersOfTheRecordedStudy) {
  const Both both = both_of(3, 3);
  EXPECT_EQ(both.rows.problem_count, 0u);
  expect_same_answers(both);
}

TEST(TableAnalysis, HasThemWithFailedRunsToo) {
  const Both both = both_of(2, 2, true);
  EXPECT_EQ(both.table.quality.failed, 3u);
  expect_same_answers(both);
}

TEST(TableAnalysis, IsTheSameWhetherRunsAreMadeOneByOneOrAllAtOnce) {
  Both both = both_of(2, 3, true);
  const record::TableStudy made = record::study_of(both.rows);
  const StudyAnalysis at_once = analyse_study(made.study, made.plan, made.catalogue, made.results);
  const record::StudyInTable found = record::study_in(both.rows);
  const StudyAnalysis one_by_one = analyse_study(found.study, found.catalogue, *found.runs);
  EXPECT_EQ(core::Json(at_once), core::Json(one_by_one));
}

TEST(TableAnalysis, SaysFirstWhereItsFiguresComeFrom) {
  const Both both = both_of(1, 2);
  const std::vector<std::string>& cautions = both.table.quality.cautions;
  EXPECT_THAT(cautions.at(0), HasSubstr("Simulated: nobody measured these runs"));
  EXPECT_THAT(cautions.at(1),
              HasSubstr("Measured elsewhere: 32 rows of runs.csv, read by map.json"));
  EXPECT_THAT(cautions, Contains("Energy as imported, measured by: a meter."));
  EXPECT_THAT(cautions,
              Contains("Columns that the mapping doesn't name are not looked at: \"unknown\"."));
  EXPECT_EQ(both.table.quality.scale, "not stated");
}

TEST(TableAnalysis, ComparesARunThatAnswersInBothRolesWithTheRightModelsAlone) {
  // The learning rate of both was changed, so that both are B of a pair; they have one run of their
  // defaults in common.
  const core::Json map = core::parse_json(R"({
    "name": "t", "columns": {
      "model": "model", "partner": "beside", "run": "run", "repetition": "rep",
      "outcome": {"column": "status", "ok": ["ok"]}, "hyperparameters": {"learning_rate": "lr"},
      "energy": {"column": "J", "unit": "J", "of": "training", "measured_by": "wall meter"},
      "duration": {"column": "s", "unit": "s"}, "performance": "accuracy"},
    "models": {
      "small": {"defaults": {"learning_rate": 0.1}, "metric": {"name": "accuracy", "direction": "higher_is_better"}},
      "large": {"defaults": {"learning_rate": 0.01}, "metric": {"name": "accuracy", "direction": "higher_is_better"}}}})",
                                          "map.json");
  std::istringstream in(
      "model,beside,run,rep,status,lr,J,s,accuracy\n"
      "small,,s,1,ok,0.1,100,10,0.9\nsmall,,t,1,ok,0.2,100,11,0.9\n"
      "large,,l,1,ok,0.01,300,20,0.8\nlarge,,m,1,ok,0.05,310,22,0.7\n"
      "small,large,c,1,ok,0.1,90,12,0.91\nlarge,small,c,1,ok,0.01,280,25,0.79\n"
      "small,large,d,1,ok,0.1,95,13,0.9\nlarge,small,d,1,ok,0.05,285,26,0.71\n"
      "small,large,e,1,ok,0.2,95,18,0.9\nlarge,small,e,1,ok,0.01,285,26,0.71\n");
  record::RunTable rows =
      record::read_run_table(in, "runs.csv", record::parse_table_map(map, "map.json"));
  const record::StudyInTable found = record::study_in(rows);
  const StudyAnalysis analysis = analyse_study(found.study, found.catalogue, *found.runs);
  ASSERT_EQ(analysis.pairs.size(), 2u);
  for (const PairAnalysis& pair : analysis.pairs) {
    const BlockEffects& block = pair.effects.at(0);
    ASSERT_EQ(block.setting, "default");
    const bool small_is_a = pair.a == "table/small";
    const TrainingEffects& of_small = small_is_a ? block.a : block.b;
    const TrainingEffects& of_large = small_is_a ? block.b : block.a;
    EXPECT_NEAR(*of_small.concurrent_overhead, 12. / 10 - 1, 1e-12) << pair.title;
    EXPECT_NEAR(*of_large.concurrent_overhead, 25. / 20 - 1, 1e-12) << pair.title;
  }
  // B beside A takes 26 s for 25 s at five times the rate, or 18 s for 12 s at twice the rate.
  for (const PairAnalysis& pair : analysis.pairs) {
    const bool small_is_b = pair.b == "table/small";
    const auto of_duration = std::ranges::find_if(pair.sensitivities, [](const Sensitivity& each) {
      return each.concurrent && each.response == Response::duration && each.log_form;
    });
    ASSERT_NE(of_duration, pair.sensitivities.end());
    const double expected =
        small_is_b ? std::log(18. / 12) / std::log(2.) : std::log(26. / 25) / std::log(5.);
    EXPECT_NEAR(*of_duration->log_form, expected, 1e-12) << pair.title;
  }
}

}  // namespace
}  // namespace tandem::analyse
