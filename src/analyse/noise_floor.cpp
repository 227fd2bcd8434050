#include "analyse/noise_floor.h"

#include <algorithm>
#include <cmath>

#include "analyse/statistics/descriptive.h"

namespace tandem::analyse {
namespace {

using core::Reading;

/// B's, but of the energy the whole run's.
const Reading& figure_of(const RunFigures& run, Response response) {
  return response == Response::energy ? run.total_energy_joules : response_of(run.b(), response);
}

/// The runs of each experiment.
using Experiments = std::vector<std::vector<const RunFigures*>>;

NoiseFloor floor_of(const Experiments& experiments, Response response, bool concurrent) {
  NoiseFloor floor;
  floor.response = response;
  floor.concurrent = concurrent;
  double squares = 0;
  std::vector<double> values;
  for (const std::vector<const RunFigures*>& runs : experiments) {
    if (runs.front()->concurrent() != concurrent) continue;
    values.clear();
    for (const RunFigures* run : runs) {
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

std::vector<NoiseFloor> noise_floors(const std::vector<const RunFigures*>& runs) {
  Experiments experiments;
  for (const RunFigures* run : runs) {
    if (!run->has_trainings()) continue;
    const size_t number = run->experiment->number;
    if (number >= experiments.size()) experiments.resize(number + 1);
    experiments[number].push_back(run);
  }
  std::erase_if(experiments, [](const auto& of_one) { return of_one.empty(); });
  std::ranges::sort(experiments, [](const auto& left, const auto& right) {
    return *left.front()->experiment < *right.front()->experiment;
  });
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
