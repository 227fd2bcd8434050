#include "analyse/sensitivity.h"

#include <cmath>
#include <iterator>

#include "analyse/effects.h"

namespace tandem::analyse {
namespace {

using core::Reading;

Reading percent_form(const Reading& changed, const Reading& at_default,
                     const study::Setting& setting) {
  return core::ratio(relative_change(changed, at_default),
                     relative_change(setting.value, setting.default_value));
}

Reading log_form(const Reading& changed, const Reading& at_default, const study::Setting& setting) {
  const Reading response = core::ratio(changed, at_default);
  const Reading factor = core::ratio(setting.value, setting.default_value);
  if ((response && *response <= 0) || (factor && *factor <= 0)) {
    static const Reading no_sign =
        Reading::missing("the logarithm needs two values of the same sign");
    return no_sign;
  }
  return core::both(response, factor, [](double y, double x) { return std::log(y) / std::log(x); });
}

/// Fills in both forms.
void measure(const study::Setting& setting, const PlannedResult& changed,
             const PlannedResult& at_default, Sensitivity& sensitivity) {
  static const Reading no_change = Reading::missing("the level equals the default");
  const auto fail = [&](const Reading& reason) {
    sensitivity.percent_form = sensitivity.log_form = reason;
  };
  if (changed.run == nullptr) return fail(changed.problem);
  if (at_default.run == nullptr) return fail(at_default.problem);
  if (setting.value == setting.default_value) return fail(no_change);
  if (sensitivity.response == Response::energy) {
    const std::string conflict = energy_source_conflict(*changed.run, *at_default.run);
    if (!conflict.empty()) return fail(Reading::missing(conflict));
  }
  const TrainingFigures& b = changed.run->b();
  const Reading after = response_of(b, sensitivity.response);
  const Reading before = response_of(at_default.run->b(), sensitivity.response);
  sensitivity.percent_form = percent_form(after, before, setting);
  sensitivity.log_form = log_form(after, before, setting);
  if (sensitivity.response == Response::performance && !b.higher_is_better) {
    for (Reading* form : {&sensitivity.percent_form, &sensitivity.log_form}) {
      if (*form) *form = -**form;
    }
  }
}

constexpr Response responses[] = {Response::performance, Response::energy, Response::duration};

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

const Reading& response_of(const TrainingFigures& training, Response response) {
  switch (response) {
    case Response::energy:
      return training.energy_joules;
    case Response::duration:
      return training.duration_seconds;
    case Response::performance:
      break;
  }
  return training.performance;
}

SensitivitiesOfPair::SensitivitiesOfPair(size_t pair, const std::vector<study::Setting>& settings,
                                         const PlannedResults& results)
    : settings_(settings), results_(results, pair, settings) {
  for (const bool concurrent : {false, true}) {
    for (const study::Setting& setting : settings) {
      if (setting.hyperparameter.empty()) continue;
      const double factor = setting.value / setting.default_value;
      const double log_factor = factor > 0 && std::isfinite(factor) ? std::log(factor) : 0;
      for (const Response response : responses) {
        entries_.push_back({pair,
                            setting.hyperparameter,
                            setting.name,
                            1,
                            response,
                            concurrent,
                            log_factor,
                            {},
                            {}});
      }
    }
  }
}

std::span<const Sensitivity> SensitivitiesOfPair::of(int repetition) {
  auto entry = entries_.begin();
  for (const bool concurrent : {false, true}) {
    const auto run_of = [&](size_t setting) {
      return concurrent ? results_.concurrent(setting, repetition)
                        : results_.solo_b(setting, repetition);
    };
    const PlannedResult at_default = run_of(0);
    for (size_t setting = 0; setting < settings_.size(); ++setting) {
      if (settings_[setting].hyperparameter.empty()) continue;
      const PlannedResult changed = run_of(setting);
      for (size_t i = 0; i < std::size(responses); ++i, ++entry) {
        entry->repetition = repetition;
        measure(settings_[setting], changed, at_default, *entry);
      }
    }
  }
  return entries_;
}

std::vector<Sensitivity> sensitivities(size_t pair, const std::vector<study::Setting>& settings,
                                       int repetitions, const PlannedResults& results) {
  SensitivitiesOfPair of_pair(pair, settings, results);
  std::vector<Sensitivity> all;
  for (int repetition = 1; repetition <= repetitions; ++repetition) {
    const std::span<const Sensitivity> of_repetition = of_pair.of(repetition);
    all.insert(all.end(), of_repetition.begin(), of_repetition.end());
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
