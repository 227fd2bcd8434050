#pragma once

#include <optional>
#include <vector>

#include "core/json.h"
#include "core/measured.h"
#include "core/reading.h"
#include "record/run_result.h"

namespace tandem::analyse {

/// What the meters of a run said beside its total, and how well they were read.
struct RunMeasurements {
  core::Energy gpu_energy_total_joules;
  core::Energy cpu_energy_total_joules;
  core::Energy gpu_energy_cross_check_joules;
  /// (cross-check − total) / total of the GPU.
  core::Reading gpu_cross_check_difference_percent;
  core::Reading dram_energy_joules;  ///< within the CPU's
  core::IdlePower idle;
  core::Reading gpu_energy_above_idle_joules;
  core::Reading cpu_energy_above_idle_joules;
  std::vector<record::PhaseRecord> phases;  ///< of a pair
  std::vector<core::SamplingSummary> sampling;
  std::optional<record::GpuRecord> gpu;
  std::optional<record::ImportRecord> imported;
};

RunMeasurements measurements_of(const record::RunResult& run);

void to_json(core::Json& json, const RunMeasurements& measured);

}  // namespace tandem::analyse
