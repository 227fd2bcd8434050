#include "analyse/sensitivity.h"

#include <algorithm>
#include <cmath>

#include "analyse/effects.h"
#include "analyse/training_metrics.h"

namespace tandem::analyse {
namespace {

using core::Reading;

/// B's response in a run: B is the second training of a pair and the only one alone.
Reading response_of_b(const record::RunResult& run, Response response) {
  const size_t b = run.participants.size() - 1;
  switch (response) {
    case Response::performance:
      return run.participants[b].performance;
    case Response::energy:
      return training_energy_joules(run, b);
    case Response::duration:
      return run.participants[b].duration_seconds;
  }
  return Reading::missing("unknown response");
}

Reading percent_form(const Reading& changed, const Reading& at_default,
                     const study::Setting& setting) {
  return core::ratio(relative_change(changed, at_default),
                     relative_change(setting.value, setting.default_value));
}

Reading log_form(const Reading& changed, const Reading& at_default, const study::Setting& setting) {
  const Reading response = core::ratio(changed, at_default);
  const Reading factor = core::ratio(setting.value, setting.default_value);
  if ((response && *response <= 0) || (factor && *factor <= 0)) {
    return Reading::missing("the logarithm needs two values of the same sign");
  }
  return core::both(response, factor, [](double y, double x) { return std::log(y) / std::log(x); });
}

Sensitivity measure(Sensitivity sensitivity, const study::Setting& setting,
                    const PlannedResult& changed, const PlannedResult& at_default) {
  const auto fail = [&](const std::string& reason) {
    sensitivity.percent_form = sensitivity.log_form = Reading::missing(reason);
    return sensitivity;
  };
  if (changed.run == nullptr) return fail(changed.problem);
  if (at_default.run == nullptr) return fail(at_default.problem);
  if (setting.value == setting.default_value) return fail("the level equals the default");
  if (sensitivity.response == Response::energy) {
    const std::string conflict = energy_source_conflict(*changed.run, *at_default.run);
    if (!conflict.empty()) return fail(conflict);
  }
  const Reading after = response_of_b(*changed.run, sensitivity.response);
  const Reading before = response_of_b(*at_default.run, sensitivity.response);
  sensitivity.percent_form = percent_form(after, before, setting);
  sensitivity.log_form = log_form(after, before, setting);
  if (sensitivity.response == Response::performance &&
      !changed.run->participants.back().higher_is_better) {
    for (Reading* form : {&sensitivity.percent_form, &sensitivity.log_form}) {
      if (*form) *form = -**form;
    }
  }
  return sensitivity;
}

}  // namespace

std::string name_of(Response response) {
  switch (response) {
    case Response::performance:
      return "performance";
    case Response::energy:
      return "energy";
    case Response::duration:
      return "duration";
  }
  return "?";
}

std::vector<Sensitivity> sensitivities(size_t pair, const std::vector<study::Setting>& settings,
                                       int repetitions, const PlannedResults& results) {
  constexpr size_t responses_in_both_modes = 6;
  std::vector<Sensitivity> all;
  all.reserve(responses_in_both_modes * settings.size() *
              static_cast<size_t>(std::max(repetitions, 0)));
  for (int repetition = 1; repetition <= repetitions; ++repetition) {
    for (const bool concurrent : {false, true}) {
      const auto run_of = [&](const std::string& setting) {
        return concurrent ? results.concurrent(pair, setting, repetition)
                          : results.solo_b(pair, setting, repetition);
      };
      const PlannedResult at_default = run_of("default");
      for (const study::Setting& setting : settings) {
        if (setting.hyperparameter.empty()) continue;
        const PlannedResult changed = run_of(setting.name);
        for (const Response response :
             {Response::performance, Response::energy, Response::duration}) {
          const double factor = setting.value / setting.default_value;
          const Sensitivity named{pair,
                                  setting.hyperparameter,
                                  setting.name,
                                  repetition,
                                  response,
                                  concurrent,
                                  factor > 0 && std::isfinite(factor) ? std::log(factor) : 0,
                                  {},
                                  {}};
          all.push_back(measure(named, setting, changed, at_default));
        }
      }
    }
  }
  return all;
}

void to_json(core::Json& json, const Sensitivity& sensitivity) {
  json = {{"hyperparameter", sensitivity.hyperparameter},
          {"setting", sensitivity.setting},
          {"repetition", sensitivity.repetition},
          {"response", name_of(sensitivity.response)},
          {"mode", sensitivity.concurrent ? "concurrent" : "solo"},
          {"percent_form", sensitivity.percent_form},
          {"log_form", sensitivity.log_form}};
}

}  // namespace tandem::analyse
