#include "analyse/study_analysis.h"

#include <algorithm>
#include <iterator>

#include "analyse/findings.h"
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
    std::vector<BlockEffects> of_setting;
    std::copy_if(blocks.begin(), blocks.end(), std::back_inserter(of_setting),
                 [&](const BlockEffects& block) { return block.setting == setting.name; });
    summaries.push_back({setting.name, summarise(of_setting)});
  }
  return summaries;
}

PairAnalysis analyse_pair(const study::Study& study, size_t index,
                          const study::Catalogue& catalogue, const PlannedResults& results) {
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
  analysis.trade_off = trade_off(index, settings, study.repetitions, results);
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

WithoutMarkedRuns without_marked_runs(const study::Study& study, const study::Plan& plan,
                                      const study::Catalogue& catalogue,
                                      const std::vector<record::RunResult>& results,
                                      const std::vector<const record::RunResult*>& deciding) {
  WithoutMarkedRuns without;
  for (const record::RunResult* run : deciding) {
    if (run->outcome.ok() && !run->cautions.empty()) ++without.left_out;
  }
  if (without.left_out == 0) return without;
  const PlannedResults planned(plan, results, PlannedResults::Marked::left_out);
  std::vector<std::vector<BlockEffects>> effects;
  std::vector<Sensitivity> all_sensitivities;
  for (size_t pair = 0; pair < study.pairs.size(); ++pair) {
    const std::vector<study::Setting> settings =
        study::settings_of(study, study.pairs[pair], catalogue);
    effects.push_back(block_effects(pair, settings, study.repetitions, planned));
    append(sensitivities(pair, settings, study.repetitions, planned), all_sensitivities);
  }
  without.overall = overall_effects(effects, study.equivalence_bound_percent);
  without.sensitivity_tests = sensitivity_tests(all_sensitivities, study.equivalence_bound_percent);
  return without;
}

core::Json study_json(const study::Study& study) {
  std::vector<std::string> mutated;
  for (const study::MutatedHyperparameter& hyperparameter : study.mutated) {
    mutated.push_back(hyperparameter.name);
  }
  return {{"name", study.name},
          {"file", study.file.string()},
          {"pairs", study.pairs.size()},
          {"repetitions", study.repetitions},
          {"mutated", mutated},
          {"scale", study::name_of(study.scale)},
          {"device", study::name_of(study.device)},
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
                            const std::vector<record::RunResult>& results) {
  const PlannedResults planned(plan, results);
  StudyAnalysis analysis;
  analysis.study = study;
  analysis.quality = data_quality(study, plan, planned, results);
  analysis.runs = run_statuses(plan, planned, results);
  std::vector<const record::RunResult*> deciding;
  for (const study::PlannedRun& run : plan.runs) {
    if (const record::RunResult* result = planned.deciding(run.id)) deciding.push_back(result);
  }
  for (const record::RunResult* result : deciding) {
    const std::vector<TrainingMetrics> rows = training_metrics(*result);
    analysis.trainings.insert(analysis.trainings.end(), rows.begin(), rows.end());
  }
  analysis.machines = distinct_machines(deciding);

  std::vector<std::vector<BlockEffects>> effects_of_pairs;
  std::vector<Sensitivity> all_sensitivities;
  std::vector<PartnerResponse> all_partner_responses;
  for (size_t pair = 0; pair < study.pairs.size(); ++pair) {
    analysis.pairs.push_back(analyse_pair(study, pair, catalogue, planned));
    const PairAnalysis& added = analysis.pairs.back();
    effects_of_pairs.push_back(added.effects);
    append(added.sensitivities, all_sensitivities);
    append(added.partner_responses, all_partner_responses);
  }
  std::vector<GroupedPair> grouped;
  for (const PairAnalysis& pair : analysis.pairs) {
    grouped.push_back({pair.type, pair.complementarity, &pair.effects});
  }
  const double bound = study.equivalence_bound_percent;
  analysis.overall = overall_effects(effects_of_pairs, bound);
  analysis.sensitivity_tests = sensitivity_tests(all_sensitivities, bound);
  analysis.sensitivity_tests_within_pairs =
      sensitivity_tests_within_pairs(all_sensitivities, bound);
  analysis.groupings = effect_groupings(grouped);
  analysis.partner_effects = partner_effects(all_partner_responses);
  analysis.without_marked = without_marked_runs(study, plan, catalogue, results, deciding);
  analysis.findings = findings_of(analysis);
  return analysis;
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
  json = {{"topic", finding.topic}, {"text", finding.text}};
}

void to_json(core::Json& json, const StudyAnalysis& analysis) {
  json = {{"study", study_json(analysis.study)},
          {"quality", analysis.quality},
          {"findings", analysis.findings},
          {"overall", analysis.overall},
          {"sensitivity_tests", analysis.sensitivity_tests},
          {"sensitivity_tests_within_pairs", analysis.sensitivity_tests_within_pairs},
          {"groupings", analysis.groupings},
          {"partner_effects", analysis.partner_effects},
          {"without_marked_runs",
           {{"left_out", analysis.without_marked.left_out},
            {"overall", analysis.without_marked.overall},
            {"sensitivity_tests", analysis.without_marked.sensitivity_tests}}},
          {"pairs", analysis.pairs},
          {"runs", analysis.runs},
          {"trainings", analysis.trainings},
          {"machines", analysis.machines}};
}

}  // namespace tandem::analyse
