#pragma once

#include <algorithm>
#include <tuple>

#include "record/run_result.h"

namespace tandem::analyse {

/// Orders runs by which experiment they are: two of which neither is less are the same experiment
/// made again, for they differ in repetition and seed alone, on the same device, with energy from
/// the same source. Without the hyperparameters: the same trainings at any setting.
struct ExperimentOrder {
  bool with_hyperparameters = true;

  bool operator()(const record::RunResult* left, const record::RunResult* right) const {
    const auto training_is_less = [&](const record::ParticipantResult& one,
                                      const record::ParticipantResult& other) {
      const int by_workload = one.spec.workload.compare(other.spec.workload);
      if (by_workload != 0 || !with_hyperparameters) return by_workload < 0;
      return one.spec.hyperparameters < other.spec.hyperparameters;
    };
    const auto is_less = [&](const record::RunResult* one, const record::RunResult* other) {
      return std::lexicographical_compare(one->participants.begin(), one->participants.end(),
                                          other->participants.begin(), other->participants.end(),
                                          training_is_less);
    };
    if (is_less(left, right)) return true;
    const auto circumstances = [](const record::RunResult& run) {
      return std::tie(run.machine.hostname, run.device, run.spec.gpu,
                      run.total_energy_joules.source, run.total_energy_joules.model);
    };
    return !is_less(right, left) && circumstances(*left) < circumstances(*right);
  }
};

}  // namespace tandem::analyse
