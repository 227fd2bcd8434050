#pragma once

#include <string>
#include <vector>

#include "core/file.h"
#include "study/workload.h"

namespace tandem::test {

/// A workload whose trainer is fake-trainer with one of its behaviours. Its epochs take `epoch_s`.
inline study::Workload fake_workload(const std::string& model,
                                     const std::string& behaviour = "good", double epoch_s = 0.05) {
  study::Workload workload;
  workload.repo = "fake";
  workload.model = model;
  workload.command = {(core::program_folder() / "fake-trainer").string(), behaviour,
                      std::to_string(epoch_s), "--seed", "{seed}"};
  workload.hyperparameters = {{"epochs", "--epochs", true, {4, 4}, 1, 1000},
                              {"learning_rate", "--learning-rate", false, {0.1, 0.1}, 0, 10}};
  workload.expected_duration_s = {4 * epoch_s, 4 * epoch_s};
  workload.performance_metric = "accuracy";
  return workload;
}

/// A run of these workloads: one is solo, two are concurrent.
inline study::RunSpec fake_run(const std::vector<study::Workload>& workloads) {
  study::RunSpec spec;
  for (const study::Workload& workload : workloads) {
    spec.participants.push_back({workload.id(), workload.defaults(study::Scale::quick), 1});
  }
  spec.scale = study::Scale::quick;
  spec.machine_class = "test machine";
  return spec;
}

}  // namespace tandem::test
