#include "analyse/noise_floor.h"

#include <cmath>
#include <map>

#include "analyse/experiment_key.h"
#include "analyse/statistics/descriptive.h"

namespace tandem::analyse {
namespace {

using core::Reading;

Reading figure_of(const record::RunResult& run, Response response) {
  switch (response) {
    case Response::performance:
      return run.participants.back().performance;
    case Response::energy:
      return run.total_energy_joules.joules;
    case Response::duration:
      return run.participants.back().duration_seconds;
  }
  return Reading::missing("unknown response");
}

/// The runs of each, by one of them.
using Experiments =
    std::map<const record::RunResult*, std::vector<const record::RunResult*>, ExperimentOrder>;

NoiseFloor floor_of(const Experiments& experiments, Response response, bool concurrent) {
  NoiseFloor floor;
  floor.response = response;
  floor.concurrent = concurrent;
  double squares = 0;
  for (const auto& [one, runs] : experiments) {
    if ((one->participants.size() > 1) != concurrent) continue;
    std::vector<double> values;
    for (const record::RunResult* run : runs) {
      if (const Reading figure = figure_of(*run, response)) values.push_back(*figure);
    }
    const Reading centre = mean(values);
    const Reading variance = sample_variance(values);
    if (!centre || !variance || *centre == 0) continue;
    const double relative = *variance / *centre / *centre;
    if (!std::isfinite(relative)) continue;
    ++floor.experiments;
    floor.n += values.size();
    squares += static_cast<double>(values.size() - 1) * relative;
  }
  floor.percent = floor.experiments == 0
                      ? Reading::missing("no experiment was made twice with this figure")
                      : Reading(100 * std::sqrt(2 * squares /
                                                static_cast<double>(floor.n - floor.experiments)));
  return floor;
}

}  // namespace

std::vector<NoiseFloor> noise_floors(const std::vector<const record::RunResult*>& runs) {
  Experiments experiments;
  for (const record::RunResult* run : runs) {
    if (!run->participants.empty()) experiments[run].push_back(run);
  }
  std::vector<NoiseFloor> floors;
  for (const Response response : {Response::performance, Response::energy, Response::duration}) {
    for (const bool concurrent : {false, true}) {
      floors.push_back(floor_of(experiments, response, concurrent));
    }
  }
  return floors;
}

Reading noise_percent(const std::vector<NoiseFloor>& floors, Response response) {
  Reading noisier = Reading::missing("no experiment was made twice");
  for (const NoiseFloor& floor : floors) {
    if (floor.response != response || !floor.percent) continue;
    if (!noisier || *floor.percent > *noisier) noisier = floor.percent;
  }
  return noisier;
}

void to_json(core::Json& json, const NoiseFloor& floor) {
  json = {{"response", name_of(floor.response)},
          {"mode", floor.concurrent ? "concurrent" : "solo"},
          {"experiments", floor.experiments},
          {"n", floor.n},
          {"percent", floor.percent}};
}

}  // namespace tandem::analyse
