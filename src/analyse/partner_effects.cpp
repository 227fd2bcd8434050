#include "analyse/partner_effects.h"

#include <algorithm>
#include <utility>

#include "analyse/effects.h"
#include "analyse/statistics/descriptive.h"
#include "analyse/statistics/location_tests.h"
#include "analyse/statistics/rank_tests.h"
#include "analyse/training_metrics.h"

namespace tandem::analyse {
namespace {

using core::Reading;

Reading change_of(const PlannedResult& changed, const PlannedResult& at_default,
                  Response response) {
  for (const PlannedResult* needed : {&changed, &at_default}) {
    if (needed->run == nullptr) return needed->problem;
  }
  if (response == Response::energy) {
    if (changed.run->more_work || at_default.run->more_work) return more_work();
    const std::string conflict = energy_source_conflict(*changed.run, *at_default.run);
    if (!conflict.empty()) return Reading::missing(conflict);
  }
  const TrainingFigures& a = changed.run->trainings[0];
  Reading change = relative_change(response_of(a, response),
                                   response_of(at_default.run->trainings[0], response));
  const bool reversed = response == Response::performance && !a.higher_is_better;
  return change && reversed ? Reading(-*change) : change;
}

Averaging averaging_of(Response response) {
  return response == Response::performance ? Averaging::linear : Averaging::log_ratio;
}

}  // namespace

std::vector<PartnerResponse> partner_responses(size_t pair,
                                               const std::vector<study::Setting>& settings,
                                               int repetitions, const PlannedResults& results) {
  const PairResults of_pair(results, pair, settings);
  std::vector<PartnerResponse> responses;
  for (int repetition = 1; repetition <= repetitions; ++repetition) {
    const PlannedResult at_default = of_pair.concurrent(0, repetition);
    for (size_t setting = 0; setting < settings.size(); ++setting) {
      if (settings[setting].hyperparameter.empty()) continue;
      const PlannedResult changed = of_pair.concurrent(setting, repetition);
      for (const Response response :
           {Response::performance, Response::energy, Response::duration}) {
        responses.push_back({pair, settings[setting].name, repetition, response,
                             change_of(changed, at_default, response)});
      }
    }
  }
  return responses;
}

std::vector<PartnerChange> partner_changes(const std::vector<PartnerResponse>& of_pair) {
  struct Values {
    PartnerChange change;
    std::vector<double> of_repetitions;
  };
  std::vector<Values> all;
  for (const PartnerResponse& entry : of_pair) {
    const Reading value = on_scale(entry.change, averaging_of(entry.response));
    auto known = std::ranges::find_if(all, [&](const Values& values) {
      return values.change.response == entry.response && values.change.setting == entry.setting;
    });
    if (known == all.end()) {
      all.push_back({{entry.setting, entry.response, value}, {}});
      known = all.end() - 1;
    }
    if (value) known->of_repetitions.push_back(*value);
  }
  std::vector<PartnerChange> changes;
  for (Values& values : all) {
    if (!values.of_repetitions.empty()) values.change.on_scale = mean(values.of_repetitions);
    changes.push_back(std::move(values.change));
  }
  return changes;
}

std::vector<PartnerEffect> partner_effects(const std::vector<PartnerChange>& changes) {
  std::vector<PartnerEffect> effects;
  for (const PartnerChange& first : changes) {
    const bool known = std::any_of(effects.begin(), effects.end(), [&](const auto& effect) {
      return effect.setting == first.setting && effect.response == first.response;
    });
    if (known) continue;
    PartnerEffect effect;
    effect.setting = first.setting;
    effect.response = first.response;
    const EffectColumn column{"change_of_a", averaging_of(first.response), nullptr, first.response};
    std::vector<double> values;
    std::string problem;
    for (const PartnerChange& entry : changes) {
      if (entry.setting != first.setting || entry.response != first.response) continue;
      if (entry.on_scale) {
        values.push_back(*entry.on_scale);
      } else if (problem.empty()) {
        problem = entry.on_scale.reason();
      }
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
