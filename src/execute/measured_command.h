#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/measured.h"
#include "execute/child_process.h"
#include "measure/instruments.h"
#include "measure/meter.h"

namespace tandem::execute {

struct MeasureOptions {
  std::vector<std::string> arguments;  ///< program first
  double sampling_hz = 10;
  std::filesystem::path samples_folder;  ///< must exist
  std::optional<core::PowerModel> power_model;
  double grace_s = 5;  ///< between TERM and KILL when it is to be ended
};

/// What one GPU did while a command ran.
struct MeasuredGpu {
  core::GpuDescription device;
  core::GpuState at_start;
  core::GpuState at_end;
  core::Energy energy_joules;
  core::Energy energy_cross_check_joules;
  core::Reading util_avg_percent;
  core::Reading power_avg_watts;
  core::Reading memory_peak_mib;
  core::Reading temperature_peak_c;
};

/// What a command used, from its start to its end, with which what it left behind is ended.
/// Energies are those of the whole machine and the whole boards in that time; an estimate is of the
/// command's own CPU time.
struct MeasuredCommand {
  std::vector<std::string> arguments;
  std::string started_at;
  ProcessEnd end;
  double duration_seconds = 0;
  core::Energy cpu_energy_joules;
  core::Reading dram_energy_joules;
  std::vector<MeasuredGpu> gpus;
  std::string why_no_gpu;
  core::Reading cpu_time_seconds;
  core::Reading memory_peak_mib;
  core::Reading memory_pss_peak_mib;
  core::Reading io_read_mib;
  core::Reading io_written_mib;
  std::vector<core::SamplingSummary> sampling;
  std::vector<core::Caution> cautions;
};
void to_json(core::Json& json, const MeasuredCommand& measured);

/// Runs a command with the meter beside it; its standard streams are tandem's own. `stop`, once
/// true, ends it and all its processes. A command that fails is a result like others. Throws
/// core::SystemError when nothing can be started or written.
MeasuredCommand measure_command(const MeasureOptions& options,
                                const measure::Instruments& instruments,
                                const std::atomic<bool>& stop);

}  // namespace tandem::execute
