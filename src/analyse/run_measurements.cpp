#include "analyse/run_measurements.h"

#include <functional>

#include "analyse/effects.h"

namespace tandem::analyse {

RunMeasurements measurements_of(const record::RunResult& run) {
  RunMeasurements measured;
  measured.gpu_energy_total_joules = run.gpu_energy_total_joules;
  measured.cpu_energy_total_joules = run.cpu_energy_total_joules;
  measured.gpu_energy_cross_check_joules = run.gpu_energy_cross_check_joules;
  measured.gpu_cross_check_difference_percent = core::both(
      relative_change(run.gpu_energy_cross_check_joules.joules, run.gpu_energy_total_joules.joules),
      100.0, std::multiplies<>());
  measured.dram_energy_joules = run.dram_energy_joules;
  measured.idle = run.idle;
  measured.gpu_energy_above_idle_joules = run.gpu_energy_above_idle_joules;
  measured.cpu_energy_above_idle_joules = run.cpu_energy_above_idle_joules;
  measured.phases = run.phases;
  measured.sampling = run.sampling;
  measured.gpu = run.gpu;
  measured.imported = run.imported;
  return measured;
}

void to_json(core::Json& json, const RunMeasurements& measured) {
  core::Json phases = core::Json::array();
  for (const record::PhaseRecord& phase : measured.phases) {
    phases.push_back(record::to_document(phase));
  }
  json = {{"gpu_energy_total_joules", measured.gpu_energy_total_joules},
          {"cpu_energy_total_joules", measured.cpu_energy_total_joules},
          {"gpu_energy_cross_check_joules", measured.gpu_energy_cross_check_joules},
          {"gpu_cross_check_difference_percent", measured.gpu_cross_check_difference_percent},
          {"dram_energy_joules", measured.dram_energy_joules},
          {"idle", measured.idle},
          {"gpu_energy_above_idle_joules", measured.gpu_energy_above_idle_joules},
          {"cpu_energy_above_idle_joules", measured.cpu_energy_above_idle_joules},
          {"phases", phases},
          {"sampling", measured.sampling},
          {"gpu", measured.gpu ? record::to_document(*measured.gpu) : core::Json()}};
  if (measured.imported) json["imported"] = record::to_document(*measured.imported);
}

}  // namespace tandem::analyse
