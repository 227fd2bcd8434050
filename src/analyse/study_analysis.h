#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analyse/advice.h"
#include "analyse/covariates.h"
#include "analyse/data_quality.h"
#include "analyse/effect_groups.h"
#include "analyse/effect_summary.h"
#include "analyse/effects.h"
#include "analyse/interference.h"
#include "analyse/job_advice.h"
#include "analyse/kind_interaction.h"
#include "analyse/noise_floor.h"
#include "analyse/partner_effects.h"
#include "analyse/sensitivity.h"
#include "analyse/sensitivity_test.h"
#include "analyse/trade_off.h"
#include "analyse/training_metrics.h"
#include "core/json.h"
#include "core/language.h"
#include "core/measured.h"
#include "record/run_result.h"
#include "record/study_runs.h"
#include "study/plan.h"
#include "study/study_file.h"

namespace tandem::analyse {

struct PairAnalysis {
  size_t number = 0;  ///< in the study, from 1
  std::string a;      ///< workload id
  std::string b;
  std::string title;                     ///< `mnist + densenet121`
  std::string type;                      ///< `low+high`
  std::string complementarity;           ///< `complementary`, `competing` or `neutral`
  double memory_mb = 0;                  ///< sum of the catalogue's figures
  double gpu_util_percent = 0;           ///< sum of the catalogue's figures
  std::vector<EffectSummary> summaries;  ///< in the order of effect_columns()
  std::vector<SettingSummary> setting_summaries;
  std::vector<Comparison> comparisons;
  std::vector<BlockEffects> effects;
  std::vector<Sensitivity> sensitivities;
  std::vector<PartnerResponse> partner_responses;
  TradeOff trade_off;
};

/// A sentence that was made from numbers.
struct Finding {
  /// `data`, `noise floor`, `time`, `energy`, `performance`, `H0`, `sensitivity`, `partner`, `kinds
  /// of pair`, `relations`, `best setting`, `trade-off`, `covariates`, `marked runs`, `advice`,
  /// `jobs`.
  std::string topic;
  std::string text;
  std::string question = "";  ///< that it helps to answer: `RQ1` … `RQ4`, `H0`, or empty
  /// Of a single test: `difference`, `equivalent`, `difference within the bound`, `no evidence`,
  /// `no test`, `no value`; empty where the sentence is about several, or none.
  std::string verdict = "";
};

/// What the study says when the runs that are marked doubtful are left out.
struct WithoutMarkedRuns {
  size_t left_out = 0;  ///< runs; with none, the rest is empty: nothing would differ
  size_t left = 0;      ///< runs; with none, the rest has no values: there is nothing to compare
  std::vector<OverallEffect> overall;
  std::vector<SensitivityTest> sensitivity_tests;
  /// Of each pair in the order of effect_columns().
  std::vector<std::vector<EffectSummary>> pair_summaries;
};

/// A figure that some rows of a table don't have, and why.
struct MissingFigure {
  std::string table;  ///< `trainings` or `effects`
  std::string figure;
  size_t missing = 0;
  size_t of = 0;
  std::vector<std::string> reasons;  ///< distinct, at most a few

  MissingFigure(std::string in_table, std::string name)
      : table(std::move(in_table)), figure(std::move(name)) {}
};

/// What a caller wants beyond what every report shows.
struct AnalysisOptions {
  CostWeights weights;
  std::vector<JobCount> jobs;  ///< that someone has to make; empty: none are asked about
  /// Of the findings and the cautions; names and figures are the same in all of them.
  core::Language language = core::Language::english;
  /// Whether the analysis keeps the rows of single runs, which are most of its memory: a summary
  /// needs none. Without them StudyAnalysis::runs has those that don't count, and its trainings,
  /// effects, sensitivities and partner responses are empty. With `jobs` they are kept.
  bool keeps_runs = true;
};

/// Everything that a report shows.
struct StudyAnalysis {
  study::Study study;
  AnalysisOptions options;
  DataQuality quality;
  std::vector<MissingFigure> missing;  ///< of trainings that count, and of effects
  std::vector<NoiseFloor> noise_floors;
  std::vector<Finding> findings;
  std::vector<OverallEffect> overall;  ///< in the order of effect_columns()
  std::vector<SensitivityTest> sensitivity_tests;
  std::vector<PairSensitivityTest> sensitivity_tests_within_pairs;
  std::vector<EffectGrouping> groupings;
  std::vector<SensitivityGrouping> sensitivity_groupings;
  std::vector<KindInteraction> kind_interactions;
  std::vector<PairRelation> relations;
  std::vector<PartnerEffect> partner_effects;
  std::vector<CovariateEffect> covariates;
  WithoutMarkedRuns without_marked;
  std::vector<Advice> advice;
  std::optional<JobAdvice> job_advice;  ///< where jobs were asked about
  std::vector<PairAnalysis> pairs;
  std::vector<RunStatus> runs;             ///< every planned run
  std::vector<TrainingMetrics> trainings;  ///< of every planned run that has a result
  std::vector<core::Machine> machines;     ///< distinct
};

/// Analyses what there is: missing and failed runs, single pairs and single runs are stated, never
/// filled in. Results outside the plan are only counted.
StudyAnalysis analyse_study(const study::Study& study, const study::Catalogue& catalogue,
                            const record::StudyRuns& runs, const AnalysisOptions& options = {});
/// The same of a plan and all attempts at its runs.
StudyAnalysis analyse_study(const study::Study& study, const study::Plan& plan,
                            const study::Catalogue& catalogue,
                            const std::vector<record::RunResult>& results,
                            const AnalysisOptions& options = {});

/// Those of all pairs, in their order.
std::vector<Sensitivity> sensitivities_of(const StudyAnalysis& analysis);

void to_json(core::Json& json, const PairAnalysis& pair);
void to_json(core::Json& json, const Finding& finding);
void to_json(core::Json& json, const MissingFigure& missing);
/// The document of `tandem report --json`. Texts of programs may be broken UTF-8: dump it with
/// `Json::error_handler_t::replace`.
void to_json(core::Json& json, const StudyAnalysis& analysis);

}  // namespace tandem::analyse
