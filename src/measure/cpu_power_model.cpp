#include "measure/cpu_power_model.h"

#include <fmt/format.h>

namespace tandem::measure {
namespace {

constexpr double idle_w_per_cpu = 0.74;
constexpr double full_load_w_per_cpu = 3.5;

}  // namespace

PowerModel default_power_model(int logical_cpus) {
  return {fmt::format("cloud average ({} CPUs at {}-{} W)", logical_cpus, idle_w_per_cpu,
                      full_load_w_per_cpu),
          idle_w_per_cpu * logical_cpus, full_load_w_per_cpu - idle_w_per_cpu};
}

core::Energy estimate_cpu_energy(const PowerModel& model, Window window,
                                 const core::Reading& cpu_time_s) {
  if (!cpu_time_s) return {cpu_time_s, core::EnergySource::none, ""};
  return {model.idle_w * window.duration_s() + model.busy_core_w * *cpu_time_s,
          core::EnergySource::estimated, model.name};
}

}  // namespace tandem::measure
