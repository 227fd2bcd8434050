#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

// What of NVML's binary interface is used. Values, names of functions and layouts are facts of
// NVIDIA's public nvml.h (version 13); they have been the same since the version that is in the
// function's name.
namespace tandem::measure::nvml {

using Device = void*;

/// nvmlReturn_t, as far as tandem acts on it.
enum class Return : int {
  success = 0,
  uninitialized = 1,
  invalid_argument = 2,
  not_supported = 3,
  no_permission = 4,
  not_found = 6,
  insufficient_size = 7,
  driver_not_loaded = 9,
  timeout = 10,
  irq_issue = 11,
  library_not_found = 12,
  function_not_found = 13,
  gpu_is_lost = 15,
  reset_required = 16,
  operating_system = 17,
  version_mismatch = 18,
  no_data = 21,
  argument_version_mismatch = 25,
  not_ready = 27,
  gpu_not_found = 28,
  unknown = 999,
};

/// A field of 32 or 64 bits that the device doesn't fill in has all bits set.
inline constexpr std::uint64_t value_not_available = ~std::uint64_t{0};

inline constexpr unsigned compute_mode_exclusive_process = 3;
inline constexpr unsigned mig_enabled = 1;
inline constexpr int temperature_of_gpu = 0;
inline constexpr int clock_sm = 1;
inline constexpr int clock_memory = 2;
inline constexpr unsigned field_power_average = 185;
inline constexpr unsigned field_power_instant = 186;
inline constexpr unsigned scope_gpu = 0;

/// Longest answers: a UUID (also of a MIG slice), a device's name, a driver's version.
inline constexpr unsigned text_bytes = 96;

/// nvmlPciInfo_t.
struct PciInfo {
  std::array<char, 16> legacy_bus_id;
  unsigned domain;
  unsigned bus;
  unsigned device;
  unsigned device_id;
  unsigned subsystem_id;
  std::array<char, 32> bus_id;
};
static_assert(sizeof(PciInfo) == 68);

/// nvmlMemory_t, in bytes.
struct Memory {
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};
static_assert(sizeof(Memory) == 24);

/// nvmlUtilization_t, in percent of the time.
struct Utilization {
  unsigned gpu;
  unsigned memory;
};
static_assert(sizeof(Utilization) == 8);

/// nvmlValueType_t.
enum class ValueType : int {
  float64 = 0,
  unsigned_int = 1,
  unsigned_long = 2,
  unsigned_long_long = 3,
  signed_long_long = 4,
  signed_int = 5,
  unsigned_short = 6,
};

/// nvmlFieldValue_t. `code` tells of this field alone; `value` is a union of what ValueType names.
/// The timestamp is that of the call (seen on an H100 with driver 580: within 0.02 ms of its
/// return), not of the sensor.
struct FieldValue {
  unsigned field;
  unsigned scope;
  long long timestamp_us;
  long long latency_us;
  ValueType type;
  Return code;
  std::array<std::byte, 8> value;
};
static_assert(sizeof(FieldValue) == 40);

/// nvmlProcessUtilizationSample_t.
struct ProcessSample {
  unsigned pid;
  unsigned long long timestamp_us;
  unsigned sm_percent;
  unsigned memory_percent;
  unsigned encoder_percent;
  unsigned decoder_percent;
};
static_assert(sizeof(ProcessSample) == 32);

/// The entries of process lists have been 16 bytes (before version 2), 24 (nvmlProcessInfo_v2_t),
/// and for some drivers of the 535 series 32, under one name of the function. All begin alike.
inline constexpr std::array<std::size_t, 3> process_entry_bytes = {16, 24, 32};
inline constexpr std::size_t process_pid_at = 0;
inline constexpr std::size_t process_memory_at = 8;

/// Bits of the reasons for a lower clock, from bit 0.
inline constexpr std::array<const char*, 9> throttle_names = {"gpu_idle",
                                                              "applications_clocks_setting",
                                                              "sw_power_cap",
                                                              "hw_slowdown",
                                                              "sync_boost",
                                                              "sw_thermal_slowdown",
                                                              "hw_thermal_slowdown",
                                                              "hw_power_brake_slowdown",
                                                              "display_clock_setting"};

}  // namespace tandem::measure::nvml
