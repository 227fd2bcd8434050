#include "analyse/findings.h"

#include <gmock/gmock.h>

#include <cmath>

#include "made_up_study.h"

namespace tandem::analyse {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

class FindingsTest : public testing::Test {
 protected:
  void make(size_t pairs, int repetitions, const test::MadeUpEffects& effects = {.noise = 0.01}) {
    study = test::made_up_study(pairs, repetitions);
    plan = study::make_plan(study, catalogue, "made-up");
    results = test::made_up_results(plan, catalogue, effects);
  }
  std::vector<Finding> findings(const AnalysisOptions& options = {}) const {
    return analyse_study(study, plan, catalogue, results, options).findings;
  }
  static auto with(const std::string& topic, const std::string& question, const std::string& text) {
    return Contains(AllOf(Field(&Finding::topic, topic), Field(&Finding::question, question),
                          Field(&Finding::text, HasSubstr(text))));
  }

  study::Catalogue catalogue = study::Catalogue::shipped();
  study::Study study;
  study::Plan plan;
  std::vector<record::RunResult> results;
};

TEST_F(FindingsTest, AnswerEachQuestionOfTheStudy) {
  make(6, 3);
  const std::vector<Finding> all = findings();
  EXPECT_THAT(all, with("H0", "H0", "Sensitivity of energy to epochs"));
  EXPECT_THAT(all, with("H0", "H0", "A mixed model of all 18 repetitions"));
  EXPECT_THAT(all, with("H0", "H0", "In the percent form"));
  EXPECT_THAT(all, with("H0", "H0", "H0 within single pairs"));
  EXPECT_THAT(all, with("best setting", "RQ1", "Best setting for energy"));
  EXPECT_THAT(all, with("advice", "RQ1", "for the best energy: epochs_min for 6 pairs"));
  EXPECT_THAT(all, with("partner", "RQ2", "What B's setting does to A"));
  EXPECT_THAT(all, with("kinds of pair", "RQ3", "Effects by kind of pair"));
  EXPECT_THAT(all, with("kinds of pair", "RQ3", "sensitivity, by kind of pair"));
  EXPECT_THAT(all, with("relations", "RQ3", "memory and GPU utilisation"));
  EXPECT_THAT(all, with("trade-off", "RQ4", "performance-best one in 0 of 6 pairs alone"));
  EXPECT_THAT(all, with("noise floor", "", "n = 90 runs of 30 experiments"));
  EXPECT_THAT(all, with("covariates", "", "no evidence"));
}

TEST_F(FindingsTest, HoldTheVerdictOfEachTestAsAWordToo) {
  make(6, 1);
  for (const Finding& finding : findings()) {
    SCOPED_TRACE(finding.text);
    const bool says_equivalent = finding.text.find("equivalent within") != std::string::npos;
    if (finding.verdict == "equivalent" || finding.verdict == "difference within the bound") {
      EXPECT_TRUE(says_equivalent);
    } else {
      EXPECT_FALSE(says_equivalent);
    }
    const bool says_no_evidence = finding.text.find("no evidence") != std::string::npos;
    if (!finding.verdict.empty()) {
      EXPECT_EQ(says_no_evidence, finding.verdict == "no evidence");
    }
  }
  EXPECT_THAT(findings(), Contains(Field(&Finding::verdict, "difference")));
  EXPECT_THAT(findings(), Contains(Field(&Finding::verdict, "equivalent")));
}

TEST_F(FindingsTest, SayThatADriftMattersAndWhatTheOrderOfTheRunsMakesOfIt) {
  make(3, 3);
  for (size_t i = 0; i < results.size(); ++i) {
    record::ParticipantResult& b = results[i].participants.back();
    b.duration_seconds = *b.duration_seconds * std::pow(1.02, static_cast<double>(i) / 10);
  }
  EXPECT_THAT(findings(),
              with("covariates", "", "time_per_epoch per 10 runs later in the session"));
  EXPECT_THAT(findings(), with("covariates", "", "The order is randomised"));
  study.order = study::RunOrder::as_listed;
  EXPECT_THAT(findings(), with("covariates", "", "can pass for an effect"));
}

TEST_F(FindingsTest, FindInterferenceThatGrowsWithMemory) {
  make(12, 1);
  for (record::RunResult& run : results) {
    if (run.participants.size() != 2) continue;
    double memory_mb = 0;
    for (const auto& training : run.participants) {
      memory_mb += catalogue.at(training.spec.workload).catalogue.memory_mb;
    }
    core::Reading& performance = run.participants[1].performance;
    performance = *performance * (1 - 0.05 * memory_mb / 1000);
  }
  EXPECT_THAT(findings(), with("relations", "RQ3", "interference_b with the pair's memory_mb: +"));
}

TEST_F(FindingsTest, AskForTheWeightedCostOnlyWithWeights) {
  make(2, 3);
  EXPECT_THAT(findings(), Not(with("best setting", "RQ1", "weighted_cost")));
  EXPECT_THAT(findings({{.energy = 1}, {}}), with("best setting", "RQ1", "weighted_cost"));
}

TEST_F(FindingsTest, SayHowMuchOfTheEnergyIsEstimatedWhereTheRestIsMeasured) {
  make(3, 1);
  for (record::RunResult& run : results) {
    run.gpu_energy_total_joules.joules = 900.0;
    run.cpu_energy_total_joules = {100.0, core::EnergySource::estimated, "a model"};
    run.total_energy_joules = {1000.0, core::EnergySource::mixed, "nvml_counter + a model"};
  }
  const StudyAnalysis analysis = analyse_study(study, plan, catalogue, results, {});
  EXPECT_THAT(
      analysis.quality.cautions,
      Contains(HasSubstr("10.0 % of the energy is estimated from a power model, the rest is "
                         "measured")));
  EXPECT_THAT(analysis.quality.cautions, Not(Contains(HasSubstr("not measured"))));
  EXPECT_THAT(analysis.findings,
              Contains(Field(&Finding::text, AllOf(HasSubstr("Energy saved by running together"),
                                                   HasSubstr("[energy partly estimated]")))));
}

TEST_F(FindingsTest, FlagSyntheticDataAndEstimatedEnergyBesideTheFigure) {
  make(3, 1, {.noise = 0.01, .metered = false});
  EXPECT_THAT(findings(),
              Contains(Field(&Finding::text, AllOf(HasSubstr("Energy saved by running together"),
                                                   HasSubstr("[energy estimated]")))));
  EXPECT_THAT(findings(),
              Contains(Field(&Finding::text, AllOf(HasSubstr("Performance of B beside A"),
                                                   HasSubstr("[synthetic data]")))));
}

}  // namespace
}  // namespace tandem::analyse
