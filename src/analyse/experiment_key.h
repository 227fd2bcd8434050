#pragma once

#include <compare>
#include <string>
#include <utility>
#include <vector>

#include "record/run_result.h"

namespace tandem::analyse {

/// What two runs have in common that are the same experiment made again: everything but repetition
/// and seed, on the same device, with energy from the same source.
struct ExperimentKey {
  std::vector<std::pair<std::string, study::Hyperparameters>> trainings;
  std::string place;
  std::string energy_source;

  friend auto operator<=>(const ExperimentKey&, const ExperimentKey&) = default;
};

inline ExperimentKey experiment_key(const record::RunResult& run) {
  ExperimentKey key;
  for (const record::ParticipantResult& training : run.participants) {
    key.trainings.emplace_back(training.spec.workload, training.spec.hyperparameters);
  }
  key.place = run.machine.hostname + '|' + run.device + '|' + run.spec.gpu;
  key.energy_source =
      core::name_of(run.total_energy_joules.source) + '|' + run.total_energy_joules.model;
  return key;
}

}  // namespace tandem::analyse
