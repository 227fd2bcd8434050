#pragma once

#include <span>
#include <string>

#include "core/json.h"
#include "core/reading.h"

namespace tandem::measure {

/// From `begin_s` to `end_s` on a recording's time base.
struct Window {
  double begin_s = 0;
  double end_s = 0;
  double duration_s() const { return end_s - begin_s; }
};

/// Where a number of joules comes from. Figures of different sources are never added or compared
/// without saying so.
enum class EnergySource { nvml_counter, nvml_power, rapl, estimated, mixed, none };
std::string name_of(EnergySource source);
EnergySource energy_source_of(const std::string& name);

struct Energy {
  core::Reading joules = core::Reading::missing("not measured");
  EnergySource source = EnergySource::none;
  std::string model;  ///< name of the power model when estimated; the parts when mixed
};
void to_json(core::Json& json, const Energy& energy);
void from_json(const core::Json& json, Energy& energy);

/// Integral of a sampled power over the window: trapezoid over each sample's own time, values at
/// the two edges interpolated. Missing when the window isn't covered by samples on both sides or
/// one in it is missing.
core::Reading integrate_power(std::span<const double> t_s, std::span<const double> power_w,
                              Window window);

/// Growth of a sampled counter over the window, values at the two edges interpolated. Missing as
/// above, and when the counter went backwards.
core::Reading counter_growth(std::span<const double> t_s, std::span<const double> counter,
                             Window window);

/// Time-weighted mean of a gauge over the window.
core::Reading mean_over(std::span<const double> t_s, std::span<const double> gauge, Window window);

/// Largest sample within the window, the edges' neighbours included.
core::Reading maximum_over(std::span<const double> t_s, std::span<const double> gauge,
                           Window window);

/// How a pair's energy is divided between A and B. The parts add up to the whole.
struct Shares {
  core::Reading a;
  core::Reading b;
  std::string model;  ///< `cpu_time`
};

/// Divides in proportion to the two trainings' CPU time (a model, not a measurement).
Shares shares_by_cpu_time(const core::Reading& pair_joules, const core::Reading& cpu_time_a_s,
                          const core::Reading& cpu_time_b_s);

}  // namespace tandem::measure
