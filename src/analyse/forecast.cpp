#include "analyse/forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>

#include "analyse/statistics/descriptive.h"
#include "core/json.h"
#include "record/run_store.h"

namespace tandem::analyse {
namespace {

using core::Reading;
using study::ParticipantSpec;
using study::RunSpec;

/// What makes runs comparable for a forecast, each key wider than the one before. A machine's,
/// scale's and device's runs say nothing of another's.
struct Keys {
  std::string experiment, workloads, mode;
};

Keys keys_of(const RunSpec& spec) {
  Keys keys;
  keys.mode =
      fmt::format("{}|{}|{}|{}|{}", spec.machine_class, study::name_of(spec.scale),
                  study::name_of(spec.device), study::name_of(spec.overlap), spec.concurrent());
  keys.workloads = keys.mode;
  keys.experiment = keys.mode;
  for (const ParticipantSpec& participant : spec.participants) {
    keys.workloads += "|" + participant.workload;
    keys.experiment += "|" + participant.workload + core::Json(participant.hyperparameters).dump();
  }
  return keys;
}

/// Of a training alone; the joules are missing where the catalogue has none.
struct Alone {
  double seconds = 0;
  Reading joules;
  Reading idle_w;
};

Alone alone(const study::Catalogue& catalogue, const ParticipantSpec& participant,
            study::Scale scale) {
  const study::Workload& workload = catalogue.at(participant.workload);
  const double share =
      participant.hyperparameters.at("epochs") / workload.defaults(scale).at("epochs");
  const study::CatalogueFigures& figures = workload.catalogue;
  return {workload.expected_duration_s.at(scale) * share,
          figures.energy.joules
              ? Reading(*figures.energy.joules * share)
              : Reading::missing("the catalogue has no energy of " + participant.workload +
                                 " ('tandem workloads profile' measures it)"),
          figures.idle_power_w};
}

struct FromCatalogue {
  double seconds = 0;
  Reading joules;
  bool idle_counted_twice = false;
  std::set<std::string> sources;
};

std::string source_name(const core::Energy& energy) {
  return core::name_of(energy.source) + (energy.model.empty() ? "" : " (" + energy.model + ")");
}

FromCatalogue from_catalogue(const study::Catalogue& catalogue, const RunSpec& spec) {
  FromCatalogue forecast;
  forecast.joules = 0;
  double sum_s = 0;
  Reading idle_w;
  for (const ParticipantSpec& participant : spec.participants) {
    const Alone of = alone(catalogue, participant, spec.scale);
    forecast.seconds = std::max(forecast.seconds, of.seconds);
    sum_s += of.seconds;
    idle_w = of.idle_w;
    forecast.joules = core::both(forecast.joules, of.joules, std::plus<>());
    if (of.joules) {
      forecast.sources.insert(source_name(catalogue.at(participant.workload).catalogue.energy));
    }
  }
  if (!spec.concurrent() || !forecast.joules) return forecast;
  if (idle_w) {
    forecast.joules = *forecast.joules - *idle_w * (sum_s - forecast.seconds);
  } else {
    forecast.idle_counted_twice = true;
  }
  return forecast;
}

/// What runs that have been made say of those alike.
struct Experience {
  std::vector<double> seconds, log_pace, joules, watts;
};

ForecastError error_of(const std::vector<double>& percents) {
  std::vector<double> absolute;
  for (const double percent : percents) absolute.push_back(std::abs(percent));
  return {percents.size(), mean(percents), mean(absolute)};
}

/// The first of the keys from narrow to wide that has values.
template <typename Values>
std::optional<std::pair<ForecastBasis, double>> from_experience(
    const std::map<std::string, Experience>& experience, const Keys& keys, Values values,
    const std::function<double(ForecastBasis, double)>& forecast) {
  const std::pair<ForecastBasis, const std::string*> order[] = {
      {ForecastBasis::same_experiment, &keys.experiment},
      {ForecastBasis::same_workloads, &keys.workloads},
      {ForecastBasis::same_mode, &keys.mode}};
  for (const auto& [basis, key] : order) {
    const auto found = experience.find(*key);
    if (found == experience.end()) continue;
    const Reading of_values = mean(values(found->second, basis));
    if (of_values) return std::pair(basis, forecast(basis, *of_values));
  }
  return std::nullopt;
}

}  // namespace

std::string name_of(ForecastBasis basis) {
  switch (basis) {
    case ForecastBasis::measured:
      return "measured";
    case ForecastBasis::same_experiment:
      return "same experiment";
    case ForecastBasis::same_workloads:
      return "same workloads";
    case ForecastBasis::same_mode:
      return "same mode";
    case ForecastBasis::catalogue:
      return "catalogue";
  }
  return "?";
}

Forecast make_forecast(const study::Plan& plan, const study::Catalogue& catalogue,
                       const std::vector<record::RunResult>& results) {
  std::map<std::string, std::vector<const record::RunResult*>> attempts;
  for (const record::RunResult& result : results) attempts[result.run_id].push_back(&result);
  std::map<std::string, const record::RunResult*> made;
  std::map<std::string, Experience> experience;
  std::vector<double> duration_errors, energy_errors;
  for (const auto& [id, of_run] : attempts) {
    const record::RunResult* deciding = record::deciding_attempt(of_run);
    if (deciding == nullptr || !deciding->outcome.ok() || !deciding->makespan_seconds) continue;
    bool known = true;
    for (const ParticipantSpec& participant : deciding->spec.participants) {
      const auto ids = catalogue.ids();
      known = known && std::find(ids.begin(), ids.end(), participant.workload) != ids.end();
    }
    if (!known || *deciding->makespan_seconds <= 0) continue;
    made[id] = deciding;
    const FromCatalogue expected = from_catalogue(catalogue, deciding->spec);
    const double seconds = *deciding->makespan_seconds;
    const Reading& joules = deciding->total_energy_joules.joules;
    duration_errors.push_back(100 * (expected.seconds - seconds) / seconds);
    if (joules && *joules > 0 && expected.joules) {
      energy_errors.push_back(100 * (*expected.joules - *joules) / *joules);
    }
    const Keys keys = keys_of(deciding->spec);
    for (const std::string* key : {&keys.experiment, &keys.workloads, &keys.mode}) {
      Experience& of = experience[*key];
      of.seconds.push_back(seconds);
      if (expected.seconds > 0) of.log_pace.push_back(std::log(seconds / expected.seconds));
      if (joules) {
        of.joules.push_back(*joules);
        of.watts.push_back(*joules / seconds);
      }
    }
  }

  Forecast forecast;
  forecast.duration_error = error_of(duration_errors);
  forecast.energy_error = error_of(energy_errors);
  double total_j = 0;
  double left_j = 0;
  size_t without_energy = 0;
  std::string why_without;
  bool idle_twice = false;
  for (const study::PlannedRun& run : plan.runs) {
    const FromCatalogue expected = from_catalogue(catalogue, run.spec);
    RunForecast of_run{expected.seconds, ForecastBasis::catalogue, expected.joules,
                       ForecastBasis::catalogue};
    const auto own = made.find(run.id);
    if (own != made.end()) {
      const core::Energy& energy = own->second->total_energy_joules;
      of_run = {*own->second->makespan_seconds, ForecastBasis::measured, energy.joules,
                ForecastBasis::measured};
      ++forecast.made;
    } else {
      const Keys keys = keys_of(run.spec);
      const auto seconds = from_experience(
          experience, keys,
          [](const Experience& of, ForecastBasis basis) {
            return basis == ForecastBasis::same_experiment ? of.seconds : of.log_pace;
          },
          [&](ForecastBasis basis, double value) {
            return basis == ForecastBasis::same_experiment ? value
                                                           : expected.seconds * std::exp(value);
          });
      if (seconds) {
        of_run.basis = seconds->first;
        of_run.seconds = seconds->second;
      }
      const auto joules = from_experience(
          experience, keys,
          [](const Experience& of, ForecastBasis basis) {
            return basis == ForecastBasis::same_experiment ? of.joules : of.watts;
          },
          [&](ForecastBasis basis, double value) {
            return basis == ForecastBasis::same_experiment ? value : value * of_run.seconds;
          });
      if (joules) {
        of_run.energy_basis = joules->first;
        of_run.joules = joules->second;
      }
      forecast.left_s += of_run.seconds;
    }
    forecast.total_s += of_run.seconds;
    if (of_run.joules) {
      total_j += *of_run.joules;
      if (own == made.end()) left_j += *of_run.joules;
      if (of_run.energy_basis == ForecastBasis::catalogue) {
        forecast.energy_sources.insert(expected.sources.begin(), expected.sources.end());
        idle_twice = idle_twice || expected.idle_counted_twice;
      }
    } else {
      ++without_energy;
      why_without = of_run.joules.reason();
    }
    forecast.runs.push_back(std::move(of_run));
  }
  for (const auto& [id, result] : made) {
    if (result->total_energy_joules.joules) {
      forecast.energy_sources.insert(source_name(result->total_energy_joules));
    }
  }
  if (without_energy == 0) {
    forecast.total_joules = total_j;
    forecast.left_joules = left_j;
  } else {
    forecast.total_joules = Reading::missing(fmt::format(
        "{} of {} runs have no forecast: {}", without_energy, plan.runs.size(), why_without));
    forecast.left_joules = forecast.total_joules;
  }
  if (idle_twice) {
    forecast.notes.push_back(
        "The energy of pairs is too high: without the machine's idle power its part is counted "
        "for both models.");
  }
  if (forecast.energy_sources.size() > 1) {
    forecast.notes.push_back("The forecast of energy adds up joules of different sources.");
  }
  return forecast;
}

}  // namespace tandem::analyse
