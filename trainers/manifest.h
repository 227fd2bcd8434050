#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "workload.h"

namespace tandem::trainers {

/// The flag of a hyperparameter: `--` and its name with dashes.
std::string flag_of(const std::string& name);

/// The workload's manifest (docs/own-scripts.md) as far as the program knows it: all of it but
/// `catalogue` and `expected_duration_s`, which are measured on a machine. Members stand in the
/// order of the shipped manifests. Throws std::out_of_range when no catalogue names the workload.
nlohmann::ordered_json manifest_of(const WorkloadKind& kind);

}  // namespace tandem::trainers
