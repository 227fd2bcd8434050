#include "analyse/study_analysis.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <span>
#include <utility>

#include "analyse/findings.h"
#include "analyse/statistics/descriptive.h"
#include "study/pair.h"

namespace tandem::analyse {
namespace {

constexpr std::uint64_t bootstrap_seed = 1;

/// The machines of runs, which hardly ever differ from that of the run before.
class DistinctMachines {
 public:
  void add(const core::Machine& machine) {
    const auto is_same = [&](const core::Machine& other) {
      return other.hostname == machine.hostname && other.cpu_model == machine.cpu_model &&
             other.logical_cpus == machine.logical_cpus && other.gpu == machine.gpu;
    };
    if (!machines_.empty() && is_same(machines_.back())) return;
    if (std::ranges::none_of(machines_, is_same)) machines_.push_back(machine);
  }
  const std::vector<core::Machine>& machines() const { return machines_; }

 private:
  std::vector<core::Machine> machines_;
};

template <typename Item>
void append(std::vector<Item> items, std::vector<Item>& all) {
  all.insert(all.end(), std::make_move_iterator(items.begin()),
             std::make_move_iterator(items.end()));
}

constexpr size_t most_reasons = 3;

/// Counts the readings of a column that are missing.
class MissingCount {
 public:
  void add(const core::Reading& reading) {
    ++of_;
    if (reading) return;
    ++missing_;
    if (reasons_.size() < most_reasons && std::ranges::find(reasons_, reading) == reasons_.end()) {
      reasons_.push_back(reading);
    }
  }
  void add_to(std::vector<MissingFigure>& figures, const char* table, const char* name) const {
    if (missing_ == 0) return;
    MissingFigure& figure = figures.emplace_back(table, name);
    figure.missing = missing_;
    figure.of = of_;
    for (const core::Reading& reason : reasons_) figure.reasons.push_back(reason.reason());
  }

 private:
  size_t missing_ = 0;
  size_t of_ = 0;
  std::vector<core::Reading> reasons_;
};

/// Counts what trainings that count and effects don't have.
class MissingFigures {
 public:
  MissingFigures() : trainings_(metric_columns().size()), effects_(effect_columns().size()) {}

  /// A run that is ok.
  void add(const record::RunResult& run) {
    for (size_t training = 0; training < run.participants.size(); ++training) {
      if (!run.participants[training].outcome.ok()) continue;
      fill_in_readings(run, training, row_);
      for (size_t i = 0; i < trainings_.size(); ++i) {
        const auto value = metric_columns()[i].value;
        // A run alone has nothing to overlap with.
        const bool none =
            value == &TrainingMetrics::overlap_fraction && run.participants.size() != 2;
        if (!none) trainings_[i].add(row_.*value);
      }
    }
  }
  void add(const std::vector<BlockEffects>& blocks) {
    for (size_t i = 0; i < effects_.size(); ++i) {
      for (const BlockEffects& block : blocks) effects_[i].add(effect_columns()[i].value(block));
    }
  }
  std::vector<MissingFigure> figures() const {
    std::vector<MissingFigure> all;
    for (size_t i = 0; i < trainings_.size(); ++i) {
      trainings_[i].add_to(all, "trainings", metric_columns()[i].name);
    }
    for (size_t i = 0; i < effects_.size(); ++i) {
      effects_[i].add_to(all, "effects", effect_columns()[i].name);
    }
    return all;
  }

 private:
  std::vector<MissingCount> trainings_;  ///< in the order of metric_columns()
  std::vector<MissingCount> effects_;    ///< in the order of effect_columns()
  TrainingMetrics row_;
};

/// Adds those of a pair to the ones of the pairs before; `rows` gets each of them.
void add_sensitivities(size_t pair, const std::vector<study::Setting>& settings, int repetitions,
                       const PlannedResults& results, std::vector<PairSensitivities>& both_modes,
                       std::vector<Sensitivity>* rows = nullptr) {
  SensitivitiesOfPair of_pair(pair, settings, results);
  PairSensitivities in_both;
  in_both.pair = pair;
  for (int repetition = 1; repetition <= repetitions; ++repetition) {
    const std::span<const Sensitivity> of_repetition = of_pair.of(repetition);
    in_both.add(of_repetition);
    if (rows != nullptr) rows->insert(rows->end(), of_repetition.begin(), of_repetition.end());
  }
  if (!in_both.values.empty()) both_modes.push_back(std::move(in_both));
}

/// Analyses the pairs one after the other and collects what is compared between them.
class PairByPair {
 public:
  PairByPair(const study::Study& study, const study::Catalogue& catalogue,
             const AnalysisOptions& options, bool keeps_runs)
      : study_(study),
        catalogue_(catalogue),
        options_(options),
        keeps_runs_(keeps_runs),
        resample_counts_(study.repetitions, bootstrap_seed) {}

  PairAnalysis analyse(size_t index, const PlannedResults& results, MissingFigures& missing) {
    const study::StudyPair& pair = study_.pairs[index];
    const study::WorkloadPair workloads{&catalogue_.at(pair.a), &catalogue_.at(pair.b)};
    const std::vector<study::Setting> settings = study::settings_of(study_, pair, catalogue_);
    PairAnalysis analysis;
    analysis.number = index + 1;
    analysis.a = pair.a;
    analysis.b = pair.b;
    analysis.title = workload_label(pair.a) + " + " + workload_label(pair.b);
    analysis.type = workloads.type();
    analysis.complementarity = study::name_of(study::complementarity_of(workloads));
    analysis.memory_mb = workloads.memory_mb();
    analysis.gpu_util_percent = workloads.gpu_util_percent();
    std::vector<BlockEffects> effects =
        block_effects(index, settings, study_.repetitions, results, keeps_runs_);
    missing.add(effects);
    analysis.comparisons = comparisons(effects);
    PairSummary summary = summarise_blocks(settings, effects);
    analysis.summaries = std::move(summary.effects);
    analysis.setting_summaries = std::move(summary.of_settings);
    values.push_back(std::move(summary.values));
    add_sensitivities(index, settings, study_.repetitions, results, both_modes,
                      keeps_runs_ ? &analysis.sensitivities : nullptr);
    std::vector<PartnerResponse> responses =
        partner_responses(index, settings, study_.repetitions, results);
    append(partner_changes(responses), changes_of_partners);
    analysis.trade_off = trade_off(index, settings, results, resample_counts_, options_.weights);
    if (keeps_runs_) {
      analysis.effects = std::move(effects);
      analysis.partner_responses = std::move(responses);
    }
    return analysis;
  }

  std::vector<std::vector<core::Reading>> values;  ///< PairSummary::values of each
  std::vector<PairSensitivities> both_modes;
  std::vector<PartnerChange> changes_of_partners;

 private:
  const study::Study& study_;
  const study::Catalogue& catalogue_;
  const AnalysisOptions& options_;
  bool keeps_runs_;
  ResampleCounts resample_counts_;
};

WithoutMarkedRuns without_marked_runs(const study::Study& study, const study::Catalogue& catalogue,
                                      const record::StudyRuns& runs, size_t counted,
                                      size_t marked) {
  WithoutMarkedRuns without;
  without.left_out = marked;
  without.left = counted - marked;
  if (without.left_out == 0) return without;
  const PlannedResults planned(runs, PlannedResults::Marked::left_out);
  std::vector<std::vector<core::Reading>> values;
  std::vector<PairSensitivities> both_modes;
  for (size_t pair = 0; pair < study.pairs.size(); ++pair) {
    const std::vector<study::Setting> settings =
        study::settings_of(study, study.pairs[pair], catalogue);
    PairSummary summary = summarise_blocks(
        settings, block_effects(pair, settings, study.repetitions, planned, false));
    without.pair_summaries.push_back(std::move(summary.effects));
    values.push_back(std::move(summary.values));
    add_sensitivities(pair, settings, study.repetitions, planned, both_modes);
  }
  const std::vector<NoiseFloor> noise = noise_floors(planned.counted());
  without.overall = overall_effects(values, study.equivalence_bound_percent, noise);
  without.sensitivity_tests = sensitivity_tests(both_modes, study.equivalence_bound_percent, noise);
  return without;
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
  return analyse_study(study, catalogue, record::RecordedRuns(plan, results), options);
}

StudyAnalysis analyse_study(const study::Study& study, const study::Catalogue& catalogue,
                            const record::StudyRuns& runs, const AnalysisOptions& options) {
  const PlannedResults planned(runs);
  StudyAnalysis analysis;
  analysis.study = study;
  analysis.options = options;
  analysis.quality = data_quality(study, runs, core::Texts::in(options.language));
  const bool keeps_runs = options.keeps_runs || !options.jobs.empty();
  analysis.runs = run_statuses(runs, keeps_runs ? Listed::every_run : Listed::runs_that_dont_count);
  MissingFigures missing;
  DistinctMachines machines;
  size_t marked = 0;
  for (size_t run = 0; run < runs.size(); ++run) {
    const record::RunResult* result = runs.deciding(run);
    if (result == nullptr) continue;
    machines.add(result->machine);
    if (keeps_runs) append(training_metrics(*result), analysis.trainings);
    if (!result->outcome.ok()) continue;
    missing.add(*result);
    marked += result->cautions.empty() ? 0 : 1;
  }
  analysis.machines = machines.machines();

  PairByPair pairs(study, catalogue, options, keeps_runs);
  for (size_t pair = 0; pair < study.pairs.size(); ++pair) {
    analysis.pairs.push_back(pairs.analyse(pair, planned, missing));
  }
  std::vector<GroupedPair> grouped;
  std::vector<RelatedPair> related;
  for (size_t i = 0; i < analysis.pairs.size(); ++i) {
    const PairAnalysis& pair = analysis.pairs[i];
    grouped.push_back({pair.type, pair.complementarity, &pairs.values[i]});
    related.push_back({pair.memory_mb, pair.gpu_util_percent, &pair.summaries});
  }
  analysis.missing = missing.figures();
  const std::vector<const RunFigures*> counted = planned.counted();
  analysis.noise_floors = noise_floors(counted);
  const double bound = study.equivalence_bound_percent;
  analysis.overall = overall_effects(pairs.values, bound, analysis.noise_floors);
  analysis.sensitivity_tests = sensitivity_tests(pairs.both_modes, bound, analysis.noise_floors);
  analysis.sensitivity_tests_within_pairs =
      sensitivity_tests_within_pairs(pairs.both_modes, bound, analysis.noise_floors);
  analysis.groupings = effect_groupings(grouped);
  analysis.sensitivity_groupings = sensitivity_groupings(grouped, pairs.both_modes);
  analysis.kind_interactions = kind_interactions(grouped, pairs.both_modes);
  analysis.relations = pair_relations(related);
  analysis.covariates = covariate_effects(counted);
  analysis.partner_effects = partner_effects(pairs.changes_of_partners);
  analysis.without_marked = without_marked_runs(study, catalogue, runs, counted.size(), marked);
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
