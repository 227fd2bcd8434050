#include "analyse/partner_effects.h"

#include <algorithm>
#include <map>

#include "analyse/effects.h"
#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/location_tests.h"
#include "analyse/statistics/rank_tests.h"
#include "analyse/training_metrics.h"

namespace tandem::analyse {
namespace {

using core::Reading;

Reading response_of_a(const record::RunResult& run, Response response) {
  switch (response) {
    case Response::performance:
      return run.participants.at(0).performance;
    case Response::energy:
      return training_energy_joules(run, 0);
    case Response::duration:
      return run.participants.at(0).duration_seconds;
  }
  return Reading::missing("unknown response");
}

Reading change_of(const PlannedResult& changed, const PlannedResult& at_default,
                  Response response) {
  for (const PlannedResult* needed : {&changed, &at_default}) {
    if (needed->run == nullptr) return Reading::missing(needed->problem);
  }
  if (response == Response::energy) {
    for (const std::string& problem : {why_more_work(*changed.run), why_more_work(*at_default.run),
                                       energy_source_conflict(*changed.run, *at_default.run)}) {
      if (!problem.empty()) return Reading::missing(problem);
    }
  }
  Reading change = relative_change(response_of_a(*changed.run, response),
                                   response_of_a(*at_default.run, response));
  const bool reversed =
      response == Response::performance && !changed.run->participants.at(0).higher_is_better;
  return change && reversed ? Reading(-*change) : change;
}

}  // namespace

std::vector<PartnerResponse> partner_responses(size_t pair,
                                               const std::vector<study::Setting>& settings,
                                               int repetitions, const PlannedResults& results) {
  std::vector<PartnerResponse> responses;
  for (int repetition = 1; repetition <= repetitions; ++repetition) {
    const PlannedResult at_default = results.concurrent(pair, "default", repetition);
    for (const study::Setting& setting : settings) {
      if (setting.hyperparameter.empty()) continue;
      const PlannedResult changed = results.concurrent(pair, setting.name, repetition);
      for (const Response response :
           {Response::performance, Response::energy, Response::duration}) {
        responses.push_back(
            {pair, setting.name, repetition, response, change_of(changed, at_default, response)});
      }
    }
  }
  return responses;
}

std::vector<PartnerEffect> partner_effects(const std::vector<PartnerResponse>& responses) {
  std::vector<PartnerEffect> effects;
  for (const PartnerResponse& first : responses) {
    const bool known = std::any_of(effects.begin(), effects.end(), [&](const auto& effect) {
      return effect.setting == first.setting && effect.response == first.response;
    });
    if (known) continue;
    PartnerEffect effect;
    effect.setting = first.setting;
    effect.response = first.response;
    const EffectColumn column{
        "change_of_a",
        first.response == Response::performance ? Averaging::linear : Averaging::log_ratio, nullptr,
        first.response};
    std::map<size_t, std::vector<double>> of_pair;
    std::string problem;
    for (const PartnerResponse& entry : responses) {
      if (entry.setting != first.setting || entry.response != first.response) continue;
      const Reading value = on_scale(entry.change, column.averaging);
      if (value) {
        of_pair[entry.pair].push_back(*value);
      } else if (problem.empty()) {
        problem = value.reason();
      }
    }
    std::vector<double> values;
    for (const auto& [pair, of_repetitions] : of_pair) {
      if (const Reading centre = mean(of_repetitions)) values.push_back(*centre);
    }
    effect.summary = summarise_values(column, values, problem);
    const std::vector<double> zeros(values.size(), 0.0);
    effect.t_test = paired_t_test(values, zeros);
    effect.wilcoxon_test = wilcoxon_signed_rank_test(values, zeros);
    effects.push_back(effect);
  }
  adjust_family(effects, &PartnerEffect::t_test, benjamini_hochberg_adjusted);
  return effects;
}

void to_json(core::Json& json, const PartnerResponse& response) {
  json = {{"setting", response.setting},
          {"repetition", response.repetition},
          {"response", name_of(response.response)},
          {"change", response.change}};
}

void to_json(core::Json& json, const PartnerEffect& effect) {
  json = {{"setting", effect.setting},
          {"response", name_of(effect.response)},
          {"summary", effect.summary},
          {"t_test", effect.t_test},
          {"wilcoxon_test", effect.wilcoxon_test},
          {"adjusted_p", effect.adjusted_p}};
}

}  // namespace tandem::analyse
