#include "analyse/study_analysis.h"

#include <algorithm>
#include <iterator>
#include <map>

#include "analyse/findings.h"
#include "analyse/statistics/descriptive.h"
#include "study/pair.h"

namespace tandem::analyse {
namespace {

std::vector<EffectSummary> summarise(const std::vector<BlockEffects>& blocks) {
  std::vector<EffectSummary> summaries;
  for (const EffectColumn& column : effect_columns()) {
    summaries.push_back(summarise_pair(column, blocks));
  }
  return summaries;
}

std::vector<SettingSummary> summarise_by_setting(const std::vector<study::Setting>& settings,
                                                 const std::vector<BlockEffects>& blocks) {
  std::vector<SettingSummary> summaries;
  for (const study::Setting& setting : settings) {
    SettingSummary& of_setting = summaries.emplace_back(setting.name);
    for (const EffectColumn& column : effect_columns()) {
      of_setting.summaries.push_back(summarise_setting(column, blocks, setting.name));
    }
  }
  return summaries;
}

PairAnalysis analyse_pair(const study::Study& study, size_t index,
                          const study::Catalogue& catalogue, const PlannedResults& results,
                          const AnalysisOptions& options) {
  const study::StudyPair& pair = study.pairs[index];
  const study::WorkloadPair workloads{&catalogue.at(pair.a), &catalogue.at(pair.b)};
  const std::vector<study::Setting> settings = study::settings_of(study, pair, catalogue);
  PairAnalysis analysis;
  analysis.number = index + 1;
  analysis.a = pair.a;
  analysis.b = pair.b;
  analysis.title = workload_label(pair.a) + " + " + workload_label(pair.b);
  analysis.type = workloads.type();
  analysis.complementarity = study::name_of(study::complementarity_of(workloads));
  analysis.memory_mb = workloads.memory_mb();
  analysis.gpu_util_percent = workloads.gpu_util_percent();
  analysis.effects = block_effects(index, settings, study.repetitions, results);
  analysis.comparisons = comparisons(analysis.effects);
  analysis.summaries = summarise(analysis.effects);
  analysis.setting_summaries = summarise_by_setting(settings, analysis.effects);
  analysis.sensitivities = sensitivities(index, settings, study.repetitions, results);
  analysis.partner_responses = partner_responses(index, settings, study.repetitions, results);
  analysis.trade_off = trade_off(index, settings, study.repetitions, results, options.weights);
  return analysis;
}

std::vector<core::Machine> distinct_machines(const std::vector<const record::RunResult*>& runs) {
  std::vector<core::Machine> machines;
  for (const record::RunResult* run : runs) {
    const bool known = std::any_of(machines.begin(), machines.end(), [&](const auto& machine) {
      return machine.hostname == run->machine.hostname &&
             machine.machine_class() == run->machine.machine_class();
    });
    if (!known) machines.push_back(run->machine);
  }
  return machines;
}

template <typename Item>
void append(const std::vector<Item>& items, std::vector<Item>& all) {
  all.insert(all.end(), items.begin(), items.end());
}

/// Moves them from where they are.
template <typename Item>
void move_to(std::vector<Item>& items, std::vector<Item>& all) {
  all.insert(all.end(), std::make_move_iterator(items.begin()),
             std::make_move_iterator(items.end()));
  items = {};
}

WithoutMarkedRuns without_marked_runs(const study::Study& study, const study::Plan& plan,
                                      const study::Catalogue& catalogue,
                                      const std::vector<record::RunResult>& results,
                                      const std::vector<const record::RunResult*>& counted) {
  WithoutMarkedRuns without;
  std::vector<const record::RunResult*> unmarked;
  for (const record::RunResult* run : counted) {
    if (run->cautions.empty()) unmarked.push_back(run);
  }
  without.left_out = counted.size() - unmarked.size();
  without.left = unmarked.size();
  if (without.left_out == 0) return without;
  const PlannedResults planned(plan, results, PlannedResults::Marked::left_out);
  std::vector<std::vector<BlockEffects>> effects;
  std::vector<const std::vector<BlockEffects>*> effects_of_pairs;
  std::vector<Sensitivity> all_sensitivities;
  for (size_t pair = 0; pair < study.pairs.size(); ++pair) {
    const std::vector<study::Setting> settings =
        study::settings_of(study, study.pairs[pair], catalogue);
    effects.push_back(block_effects(pair, settings, study.repetitions, planned));
    without.pair_summaries.push_back(summarise(effects.back()));
    append(sensitivities(pair, settings, study.repetitions, planned), all_sensitivities);
  }
  const std::vector<NoiseFloor> noise = noise_floors(unmarked);
  for (const std::vector<BlockEffects>& of_pair : effects) effects_of_pairs.push_back(&of_pair);
  without.overall = overall_effects(effects_of_pairs, study.equivalence_bound_percent, noise);
  without.sensitivity_tests =
      sensitivity_tests(all_sensitivities, study.equivalence_bound_percent, noise);
  return without;
}

constexpr size_t most_reasons = 3;

/// Counts the readings of a column that are missing.
void count_missing(const core::Reading& reading, MissingFigure& column) {
  ++column.of;
  if (reading) return;
  ++column.missing;
  std::vector<std::string>& reasons = column.reasons;
  const bool full = reasons.size() == most_reasons;
  if (full || std::find(reasons.begin(), reasons.end(), reading.reason()) != reasons.end()) return;
  reasons.push_back(reading.reason());
}

/// Counts of each training that counts what it doesn't have.
class MissingOfTrainings {
 public:
  MissingOfTrainings() {
    for (const MetricColumn& metric : metric_columns()) {
      columns_.emplace_back("trainings", metric.name);
    }
  }
  void add(const TrainingMetrics& training) {
    if (!training.outcome.ok()) return;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const auto value = metric_columns()[i].value;
      // A run alone has nothing to overlap with.
      const bool none = value == &TrainingMetrics::overlap_fraction && training.role == "solo";
      if (!none) count_missing(training.*value, columns_[i]);
    }
  }
  const std::vector<MissingFigure>& columns() const { return columns_; }

 private:
  std::vector<MissingFigure> columns_;
};

std::vector<MissingFigure> missing_figures(const MissingOfTrainings& trainings,
                                           const std::vector<PairAnalysis>& pairs) {
  std::vector<MissingFigure> columns = trainings.columns();
  for (const EffectColumn& effect : effect_columns()) {
    MissingFigure& column = columns.emplace_back("effects", effect.name);
    for (const PairAnalysis& pair : pairs) {
      for (const BlockEffects& block : pair.effects) count_missing(effect.value(block), column);
    }
  }
  std::erase_if(columns, [](const MissingFigure& column) { return column.missing == 0; });
  return columns;
}

/// Means of the runs alone at the study's default setting, of the workloads that are asked about.
std::map<std::string, SoloFigures> solo_figures(const StudyAnalysis& analysis) {
  std::map<std::string, study::Hyperparameters> defaults;
  for (const study::StudyPair& pair : analysis.study.pairs) {
    defaults.try_emplace(pair.a, pair.base_a);
    defaults.try_emplace(pair.b, pair.base_b);
  }
  std::map<std::string, SoloFigures> figures;
  for (const JobCount& job : analysis.options.jobs) {
    const auto known = defaults.find(job.workload);
    if (known == defaults.end()) continue;
    std::vector<double> joules, seconds;
    std::string problem;
    const auto add = [&](const core::Reading& reading, std::vector<double>& values) {
      if (reading) values.push_back(*reading);
      if (!reading && problem.empty()) problem = reading.reason();
    };
    for (const TrainingMetrics& training : analysis.trainings) {
      if (training.role != "solo" || training.workload != job.workload ||
          training.hyperparameters != known->second || !training.outcome.ok()) {
        continue;
      }
      add(training.total_energy_joules, joules);
      add(training.duration_seconds, seconds);
    }
    const auto mean_or_why = [&](const std::vector<double>& values) {
      return !values.empty() ? mean(values)
                             : core::Reading::missing(problem.empty() ? "no run alone" : problem);
    };
    figures[job.workload] = {mean_or_why(joules), mean_or_why(seconds)};
  }
  return figures;
}

core::Json study_json(const study::Study& study, bool is_stated) {
  std::vector<std::string> mutated;
  for (const study::MutatedHyperparameter& hyperparameter : study.mutated) {
    mutated.push_back(hyperparameter.name);
  }
  return {{"name", study.name},
          {"file", study.file.string()},
          {"pairs", study.pairs.size()},
          {"repetitions", study.repetitions},
          {"mutated", mutated},
          {"scale", is_stated ? study::name_of(study.scale) : "not stated"},
          {"device", is_stated ? study::name_of(study.device) : "not stated"},
          {"overlap", study::name_of(study.overlap)},
          {"solo_runs", study.solo_runs == study::SoloRuns::shared ? "shared" : "literal"},
          {"order", study.order == study::RunOrder::randomised ? "randomised" : "as_listed"},
          {"order_seed", study.order_seed},
          {"seed", study.seed},
          {"sampling_hz", study.sampling_hz},
          {"cool_down_s", study.cool_down_s},
          {"threads", study.resources.threads},
          {"wait_policy", study.resources.wait_policy},
          {"cores", study.resources.cores},
          {"equivalence_bound_percent", study.equivalence_bound_percent}};
}

}  // namespace

StudyAnalysis analyse_study(const study::Study& study, const study::Plan& plan,
                            const study::Catalogue& catalogue,
                            const std::vector<record::RunResult>& results,
                            const AnalysisOptions& options) {
  const PlannedResults planned(plan, results);
  StudyAnalysis analysis;
  analysis.study = study;
  analysis.options = options;
  analysis.quality = data_quality(study, plan, planned, results, core::Texts::in(options.language));
  const bool keeps_runs = options.keeps_runs || !options.jobs.empty();
  analysis.runs = run_statuses(plan, planned, results,
                               keeps_runs ? Listed::every_run : Listed::runs_that_dont_count);
  std::vector<const record::RunResult*> deciding;
  std::vector<const record::RunResult*> counted;
  for (size_t run = 0; run < plan.runs.size(); ++run) {
    const record::RunResult* result = planned.deciding(run);
    if (result == nullptr) continue;
    deciding.push_back(result);
    if (result->outcome.ok()) counted.push_back(result);
  }
  MissingOfTrainings missing_of_trainings;
  for (const record::RunResult* result : deciding) {
    std::vector<TrainingMetrics> rows = training_metrics(*result);
    for (const TrainingMetrics& row : rows) missing_of_trainings.add(row);
    if (keeps_runs) move_to(rows, analysis.trainings);
  }
  analysis.machines = distinct_machines(deciding);

  std::vector<const std::vector<BlockEffects>*> effects_of_pairs;
  std::vector<Sensitivity> all_sensitivities;
  std::vector<PartnerResponse> all_partner_responses;
  for (size_t pair = 0; pair < study.pairs.size(); ++pair) {
    analysis.pairs.push_back(analyse_pair(study, pair, catalogue, planned, options));
    PairAnalysis& added = analysis.pairs.back();
    if (pair == 0) {
      all_sensitivities.reserve(study.pairs.size() * added.sensitivities.size());
      all_partner_responses.reserve(study.pairs.size() * added.partner_responses.size());
    }
    if (keeps_runs) {
      append(added.sensitivities, all_sensitivities);
      append(added.partner_responses, all_partner_responses);
    } else {
      move_to(added.sensitivities, all_sensitivities);
      move_to(added.partner_responses, all_partner_responses);
    }
  }
  std::vector<GroupedPair> grouped;
  std::vector<RelatedPair> related;
  for (const PairAnalysis& pair : analysis.pairs) {
    effects_of_pairs.push_back(&pair.effects);
    grouped.push_back({pair.type, pair.complementarity, &pair.effects});
    related.push_back({pair.memory_mb, pair.gpu_util_percent, &pair.effects});
  }
  analysis.missing = missing_figures(missing_of_trainings, analysis.pairs);
  analysis.noise_floors = noise_floors(counted);
  const double bound = study.equivalence_bound_percent;
  analysis.overall = overall_effects(effects_of_pairs, bound, analysis.noise_floors);
  analysis.sensitivity_tests = sensitivity_tests(all_sensitivities, bound, analysis.noise_floors);
  analysis.sensitivity_tests_within_pairs =
      sensitivity_tests_within_pairs(all_sensitivities, bound, analysis.noise_floors);
  analysis.groupings = effect_groupings(grouped);
  analysis.sensitivity_groupings = sensitivity_groupings(grouped, all_sensitivities);
  analysis.kind_interactions = kind_interactions(grouped, all_sensitivities);
  analysis.relations = pair_relations(related);
  analysis.covariates = covariate_effects(counted);
  analysis.partner_effects = partner_effects(all_partner_responses);
  analysis.without_marked = without_marked_runs(study, plan, catalogue, results, counted);
  std::vector<AdvisedPair> advised;
  std::vector<JobPair> job_pairs;
  for (const PairAnalysis& pair : analysis.pairs) {
    advised.push_back({pair.title, &pair.summaries});
    job_pairs.push_back({pair.a, pair.b, &pair.effects});
  }
  analysis.advice = advice_on(advised);
  if (!options.jobs.empty()) {
    analysis.job_advice = job_advice(options.jobs, job_pairs, solo_figures(analysis));
  }
  analysis.findings = findings_of(analysis);
  return analysis;
}

std::vector<Sensitivity> sensitivities_of(const StudyAnalysis& analysis) {
  std::vector<Sensitivity> all;
  for (const PairAnalysis& pair : analysis.pairs) append(pair.sensitivities, all);
  return all;
}

void to_json(core::Json& json, const SettingSummary& summary) {
  json = {{"setting", summary.setting}, {"summaries", summary.summaries}};
}

void to_json(core::Json& json, const PairAnalysis& pair) {
  json = {{"number", pair.number},
          {"a", pair.a},
          {"b", pair.b},
          {"title", pair.title},
          {"type", pair.type},
          {"complementarity", pair.complementarity},
          {"memory_mb", pair.memory_mb},
          {"gpu_util_percent", pair.gpu_util_percent},
          {"summaries", pair.summaries},
          {"setting_summaries", pair.setting_summaries},
          {"comparisons", pair.comparisons},
          {"effects", pair.effects},
          {"sensitivities", pair.sensitivities},
          {"partner_responses", pair.partner_responses},
          {"trade_off", pair.trade_off}};
}

void to_json(core::Json& json, const Finding& finding) {
  json = {{"topic", finding.topic},
          {"text", finding.text},
          {"question", finding.question},
          {"verdict", finding.verdict}};
}

void to_json(core::Json& json, const MissingFigure& missing) {
  json = {{"table", missing.table},
          {"figure", missing.figure},
          {"missing", missing.missing},
          {"of", missing.of},
          {"reasons", missing.reasons}};
}

void to_json(core::Json& json, const StudyAnalysis& analysis) {
  json = {{"study", study_json(analysis.study, analysis.quality.scale != "not stated")},
          {"language", core::code_of(analysis.options.language)},
          {"weights",
           {{"energy", analysis.options.weights.energy},
            {"duration", analysis.options.weights.duration},
            {"performance", analysis.options.weights.performance}}},
          {"quality", analysis.quality},
          {"missing", analysis.missing},
          {"noise_floors", analysis.noise_floors},
          {"findings", analysis.findings},
          {"overall", analysis.overall},
          {"sensitivity_tests", analysis.sensitivity_tests},
          {"sensitivity_tests_within_pairs", analysis.sensitivity_tests_within_pairs},
          {"groupings", analysis.groupings},
          {"sensitivity_groupings", analysis.sensitivity_groupings},
          {"kind_interactions", analysis.kind_interactions},
          {"relations", analysis.relations},
          {"partner_effects", analysis.partner_effects},
          {"covariates", analysis.covariates},
          {"without_marked_runs",
           {{"left_out", analysis.without_marked.left_out},
            {"overall", analysis.without_marked.overall},
            {"sensitivity_tests", analysis.without_marked.sensitivity_tests},
            {"pair_summaries", analysis.without_marked.pair_summaries}}},
          {"advice", analysis.advice},
          {"job_advice", analysis.job_advice ? core::Json(*analysis.job_advice) : core::Json()},
          {"pairs", analysis.pairs},
          {"runs", analysis.runs},
          {"trainings", analysis.trainings},
          {"machines", analysis.machines}};
}

}  // namespace tandem::analyse
