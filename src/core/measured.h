#pragma once

#include <string>
#include <vector>

#include "core/json.h"
#include "core/reading.h"

// What is measured and what is recorded of it are two rooms; the values that pass between them
// are here.
namespace tandem::core {

/// Where a number of joules comes from. Figures of different sources are never added or compared
/// without saying so.
///
/// `imported`: measured elsewhere; the energy's `model` says by what.
enum class EnergySource { nvml_counter, nvml_power, rapl, estimated, mixed, none, imported };
std::string name_of(EnergySource source);
/// Throws SystemError for a name that is none.
EnergySource energy_source_of(const std::string& name);

struct Energy {
  Reading joules = Reading::missing("not measured");
  EnergySource source = EnergySource::none;
  std::string model;  ///< name of the power model when estimated; the parts when mixed
  /// Of an estimate: why the meter that it stands in for can't be read, and what would enable it.
  std::string instead_of = "";
};
void to_json(Json& json, const Energy& energy);
void from_json(const Json& json, Energy& energy);

/// How well one sampling thread kept its rhythm.
struct SamplingSummary {
  std::string name;  ///< `host`, `gpu_0`: what it reads
  double period_s = 0;
  long ticks = 0;
  long missed_deadlines = 0;  ///< ticks that were skipped because the one before took too long
  double largest_gap_s = 0;
  std::string problem;  ///< a driver that stopped answering; empty when there was none
};
void to_json(Json& json, const SamplingSummary& sampling);
void from_json(const Json& json, SamplingSummary& sampling);

/// Something that a reader of a run's figures must know: `contaminated`, `sampling_gap`,
/// `energy_sources_disagree`.
struct Caution {
  std::string name;
  std::string message;  ///< what was seen, with the figures

  friend bool operator==(const Caution&, const Caution&) = default;
};
void to_json(Json& json, const Caution& caution);
void from_json(const Json& json, Caution& caution);

/// A GPU, named so that it is the same one whatever the order of the driver or of CUDA.
struct GpuDescription {
  std::string uuid;        ///< `GPU-…`
  std::string pci_bus_id;  ///< `00000000:65:00.0`
  std::string name;
  std::string driver_version;
  /// How several processes share it: `time_slicing`, `mps`, `mig`, `exclusive_process`. In MIG mode
  /// power and energy are the whole board's, not a slice's.
  std::string sharing;
  Reading power_limit_w;
  Reading memory_mib;               ///< total
  Reading energy_counter_period_s;  ///< how often the energy counter was seen to change
};
void to_json(Json& json, const GpuDescription& gpu);
void from_json(const Json& json, GpuDescription& gpu);

/// What a GPU was doing at one moment.
struct GpuState {
  Reading temperature_c;
  Reading sm_clock_mhz;
  Reading memory_clock_mhz;
  Reading memory_used_mib;
  std::vector<std::string> throttle_reasons;  ///< `sw_power_cap`, `hw_slowdown`, …; empty: none
  Reading throttle_bits;                      ///< the same as the driver's number
};
void to_json(Json& json, const GpuState& state);
void from_json(const Json& json, GpuState& state);

/// What the machine drew with no training on it, shortly before some runs.
struct IdlePower {
  double duration_s = 0;  ///< how long it was watched; 0: it was not
  Reading cpu_w = Reading::missing("idle power was not measured");
  EnergySource cpu_source = EnergySource::none;
  std::string cpu_model;  ///< of an estimate
  Reading gpu_w = Reading::missing("idle power was not measured");
};
void to_json(Json& json, const IdlePower& idle);
void from_json(const Json& json, IdlePower& idle);

/// The machine that a run was made on.
struct Machine {
  std::string cpu_model;
  int logical_cpus = 0;
  double memory_mib = 0;
  std::string kernel;
  std::string hostname;
  std::string hypervisor;  ///< empty on bare metal
  std::string gpu;         ///< empty without an NVIDIA GPU

  /// The same for machines whose runs may be compared: CPU model, number of CPUs, GPU.
  std::string machine_class() const;
};
void to_json(Json& json, const Machine& machine);
void from_json(const Json& json, Machine& machine);

}  // namespace tandem::core
