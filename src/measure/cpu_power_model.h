#pragma once

#include "core/measured.h"
#include "core/power_model.h"
#include "measure/energy.h"

namespace tandem::measure {

using core::PowerModel;

/// For a machine nobody described: average figures of cloud servers per virtual CPU (0.74 W idle,
/// 3.5 W at full load; Cloud Carbon Footprint, methodology page, "Compute", AWS averages, linear in
/// between) times the number of logical CPUs. Off by tens of percent on any real machine, and
/// therefore only ever called an estimate.
PowerModel default_power_model(int logical_cpus);

/// The model's energy for a window in which the trainings used this much CPU time; missing when the
/// CPU time is.
core::Energy estimate_cpu_energy(const PowerModel& model, Window window,
                                 const core::Reading& cpu_time_s);

}  // namespace tandem::measure
