#include "fake_nvml.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <thread>

#include "fake_device.h"
#include "measure/nvml_abi.h"

// A stand-in for NVIDIA's driver with its real binary interface; fake_device.h tells what it can be
// made to do.
namespace {
using namespace tandem::measure::nvml;
using fake_nvml::Process;
using fake_nvml::Script;
using Clock = std::chrono::steady_clock;

struct Library {
  std::mutex mutex;
  Script script;
  bool scripted = false;
  int users = 0;
  std::map<std::string, int> calls;
  std::atomic<fake_nvml_observer> observer = nullptr;
  double advanced_s = 0;
  Clock::time_point begin = Clock::now();

  double time_s() const {
    const double real_s = std::chrono::duration<double>(Clock::now() - begin).count();
    return advanced_s + (script.time_stands ? 0 : real_s);
  }
};

Library& library() {
  static Library the_library;
  return the_library;
}

// A device's handle is its number from 1; a slice's has the slice's number above that.
constexpr std::uintptr_t slice_unit = 0x10000;
Device handle_of(size_t device, size_t slice = 0) {
  return reinterpret_cast<Device>(device + 1 + slice * slice_unit);
}

bool is_at(const Process& process, double t_s) {
  return process.from_s <= t_s && t_s < process.to_s;
}

void wait(double delay_s) {
  while (delay_s < 0) ::pause();  // hangs
  std::this_thread::sleep_for(std::chrono::duration<double>(delay_s));
}

void write_text(const std::string& text, char* to, unsigned size) {
  std::snprintf(to, size, "%s", text.c_str());
}

/// Tells the observer of a call.
class Observed {
 public:
  Observed() : observer_(library().observer) { tell(true); }
  ~Observed() { tell(false); }
  Observed(const Observed&) = delete;
  Observed& operator=(const Observed&) = delete;

 private:
  void tell(bool begins) const {
    if (observer_ != nullptr) observer_(begins);
  }
  const fake_nvml_observer observer_;
};

/// A call of a device, answered by `call(device, time_s)` unless the script says otherwise.
template <typename Call>
Return of_device(const char* function, Device handle, Call call) {
  const Observed observed;
  Library& lib = library();
  double delay_s = 0;
  {
    const std::lock_guard lock(lib.mutex);
    ++lib.calls[function];
    const size_t index = reinterpret_cast<std::uintptr_t>(handle) % slice_unit - 1;
    if (index < lib.script.devices.size()) {
      const auto& delays_s = lib.script.devices[index].delays_s;
      if (delays_s.contains(function)) delay_s = delays_s.at(function);
    }
  }
  if (delay_s != 0) wait(delay_s);
  const std::lock_guard lock(lib.mutex);
  if (lib.users == 0) return Return::uninitialized;
  const size_t index = reinterpret_cast<std::uintptr_t>(handle) % slice_unit - 1;
  if (index >= lib.script.devices.size()) return Return::invalid_argument;
  const fake_nvml::Device& device = lib.script.devices[index];
  const double t_s = lib.time_s();
  if (t_s >= device.lost_after_s) return Return::gpu_is_lost;
  const auto answer = device.answers.find(function);
  if (answer != device.answers.end() && answer->second != 0) {
    return static_cast<Return>(answer->second);
  }
  return call(device, t_s);
}

template <typename Number>
Return give(Number* to, double value) {
  *to = static_cast<Number>(value);
  return Return::success;
}

/// Writes the members of each entry and leaves the space between them alone, as the driver does.
[[maybe_unused]] Return list_processes(const char* function, Device handle, const char* kind,
                                       size_t entry_bytes, unsigned* count, void* entries) {
  return of_device(function, handle, [&](const fake_nvml::Device& device, double t_s) {
    const auto scripted = device.entry_bytes.find(function);
    const size_t stride = scripted == device.entry_bytes.end() ? entry_bytes : scripted->second;
    unsigned listed = 0;
    for (const Process& process : device.processes) {
      if (process.kind != kind || !is_at(process, t_s)) continue;
      for (const unsigned pid : fake_nvml::pids_of(process.who)) {
        if (listed++ >= *count) continue;
        auto* const entry = static_cast<std::byte*>(entries) + (listed - 1) * stride;
        const std::uint64_t memory = process.memory_mib < 0
                                         ? value_not_available
                                         : static_cast<std::uint64_t>(process.memory_mib * 1048576);
        constexpr std::uint64_t no_instance = ~std::uint64_t{0};
        constexpr std::uint64_t protected_memory = 0;
        std::memcpy(entry, &pid, sizeof pid);
        std::memcpy(entry + 8, &memory, sizeof memory);
        if (stride >= 24) std::memcpy(entry + 16, &no_instance, sizeof no_instance);
        if (stride >= 32) std::memcpy(entry + 24, &protected_memory, sizeof protected_memory);
        if (stride > 32) std::memset(entry + 32, 0, stride - 32);
      }
    }
    const bool enough = listed <= *count;
    *count = listed;
    return enough ? Return::success : Return::insufficient_size;
  });
}

[[maybe_unused]] Return power_field(const fake_nvml::Device& device, double t_s,
                                    FieldValue& field) {
  const std::string name = "field_" + std::to_string(field.field);
  const auto answer = device.answers.find(name);
  double watts = 0;
  if (field.field == field_power_instant) {
    watts = device.power.at(t_s);
  } else if (field.field == field_power_average) {
    watts = device.average_power_w(t_s);
  } else {
    return Return::not_supported;
  }
  if (answer != device.answers.end()) return static_cast<Return>(answer->second);
  const auto milliwatts = static_cast<unsigned>(std::lround(watts * 1e3));
  field.type = ValueType::unsigned_int;
  std::memcpy(field.value.data(), &milliwatts, sizeof milliwatts);
  field.timestamp_us = 1'700'000'000'000'000 + static_cast<long long>(t_s * 1e6);
  return Return::success;
}

}  // namespace

extern "C" {

void fake_nvml_script(const char* json) {
  Library& lib = library();
  const std::lock_guard lock(lib.mutex);
  lib.script = fake_nvml::read_script(nlohmann::json::parse(json));
  lib.scripted = true;
  lib.calls.clear();
  lib.observer = nullptr;
  lib.advanced_s = 0;
  lib.begin = Clock::now();
}

void fake_nvml_change(const char* json) {
  const std::lock_guard lock(library().mutex);
  library().script = fake_nvml::read_script(nlohmann::json::parse(json));
}

void fake_nvml_advance(double seconds) {
  const std::lock_guard lock(library().mutex);
  library().advanced_s += seconds;
}

void fake_nvml_observe(fake_nvml_observer observer) {
  library().observer = observer;
}

int fake_nvml_calls(const char* function) {
  const std::lock_guard lock(library().mutex);
  return library().calls[function];
}

int fake_nvml_users() {
  const std::lock_guard lock(library().mutex);
  return library().users;
}

Return nvmlInit_v2() {
  Library& lib = library();
  const std::lock_guard lock(lib.mutex);
  ++lib.calls["nvmlInit_v2"];
  const char* const file = std::getenv("TANDEM_FAKE_NVML");
  if (!lib.scripted && file != nullptr) {
    try {
      std::ifstream stream(file);
      lib.script = fake_nvml::read_script(nlohmann::json::parse(stream));
    } catch (const std::exception& error) {
      std::fprintf(stderr, "stand-in for NVML: %s: %s\n", file, error.what());
      return Return::unknown;
    }
    lib.scripted = true;
    lib.begin = Clock::now();
  }
  if (lib.script.start != 0) return static_cast<Return>(lib.script.start);
  ++lib.users;
  return Return::success;
}

Return nvmlShutdown() {
  const std::lock_guard lock(library().mutex);
  ++library().calls["nvmlShutdown"];
  if (library().users == 0) return Return::uninitialized;
  --library().users;
  return Return::success;
}

Return nvmlDeviceGetCount_v2(unsigned* count) {
  const std::lock_guard lock(library().mutex);
  return give(count, static_cast<double>(library().script.devices.size()));
}

Return nvmlDeviceGetHandleByIndex_v2(unsigned index, Device* device) {
  return of_device("nvmlDeviceGetHandleByIndex_v2", handle_of(index),
                   [&](const fake_nvml::Device&, double) {
                     *device = handle_of(index);
                     return Return::success;
                   });
}

Return nvmlDeviceGetUUID(Device handle, char* text, unsigned size) {
  return of_device("nvmlDeviceGetUUID", handle, [&](const fake_nvml::Device& device, double) {
    const size_t slice = reinterpret_cast<std::uintptr_t>(handle) / slice_unit;
    write_text(slice == 0 ? device.uuid : device.slices.at(slice - 1), text, size);
    return Return::success;
  });
}

#ifndef FAKE_NVML_BARE

Return nvmlSystemGetDriverVersion(char* text, unsigned size) {
  const std::lock_guard lock(library().mutex);
  write_text(library().script.driver, text, size);
  return Return::success;
}

Return nvmlDeviceGetName(Device handle, char* text, unsigned size) {
  return of_device("nvmlDeviceGetName", handle, [&](const fake_nvml::Device& device, double) {
    write_text(device.name, text, size);
    return Return::success;
  });
}

#ifdef FAKE_NVML_OLD
Return nvmlDeviceGetPciInfo_v2(Device handle, PciInfo* info) {
#else
Return nvmlDeviceGetPciInfo_v3(Device handle, PciInfo* info) {
#endif
  return of_device("nvmlDeviceGetPciInfo", handle, [&](const fake_nvml::Device& device, double) {
    std::sscanf(device.pci.c_str(), "%x:%x:%x", &info->domain, &info->bus, &info->device);
    write_text(device.pci.substr(device.pci.size() - 12), info->legacy_bus_id.data(), 16);
#ifndef FAKE_NVML_OLD
    write_text(device.pci, info->bus_id.data(), 32);
#endif
    return Return::success;
  });
}

#define FAKE_NVML_NUMBER(function, type, value)                                              \
  Return function(Device handle, type* to) {                                                 \
    return of_device(                                                                        \
        #function, handle,                                                                   \
        [&]([[maybe_unused]] const fake_nvml::Device& device, [[maybe_unused]] double t_s) { \
          return give(to, static_cast<double>(value));                                       \
        });                                                                                  \
  }
FAKE_NVML_NUMBER(nvmlDeviceGetPowerManagementLimit, unsigned, device.power_limit_w * 1e3)
FAKE_NVML_NUMBER(nvmlDeviceGetComputeMode, unsigned, device.compute_mode)
FAKE_NVML_NUMBER(nvmlDeviceGetTotalEnergyConsumption, unsigned long long, device.energy_mj(t_s))
FAKE_NVML_NUMBER(nvmlDeviceGetPowerUsage, unsigned, device.average_power_w(t_s) * 1e3 + 0.5)
FAKE_NVML_NUMBER(nvmlDeviceGetCurrentClocksThrottleReasons, unsigned long long,
                 device.throttle_bits)

Return nvmlDeviceGetUtilizationRates(Device handle, Utilization* percent) {
  return of_device("nvmlDeviceGetUtilizationRates", handle,
                   [&](const fake_nvml::Device& device, double) {
                     *percent = {device.util_percent, device.memory_util_percent};
                     return Return::success;
                   });
}

Return nvmlDeviceGetMemoryInfo(Device handle, Memory* memory) {
  return of_device("nvmlDeviceGetMemoryInfo", handle, [&](const fake_nvml::Device& device, double) {
    const auto total = static_cast<unsigned long long>(device.memory_mib);
    const auto used = static_cast<unsigned long long>(device.used_mib);
    *memory = {total << 20, (total - used) << 20, used << 20};
    return Return::success;
  });
}

Return nvmlDeviceGetTemperature(Device handle, int sensor, unsigned* to) {
  return of_device("nvmlDeviceGetTemperature", handle,
                   [&](const fake_nvml::Device& device, double) {
                     return sensor == temperature_of_gpu ? give(to, device.temperature_c)
                                                         : Return::invalid_argument;
                   });
}

Return nvmlDeviceGetClockInfo(Device handle, int clock, unsigned* to) {
  return of_device("nvmlDeviceGetClockInfo", handle, [&](const fake_nvml::Device& device, double) {
    if (clock == clock_sm) return give(to, device.sm_clock_mhz);
    return clock == clock_memory ? give(to, device.memory_clock_mhz) : Return::invalid_argument;
  });
}

#define FAKE_NVML_LIST(function, kind, entry_bytes)                              \
  Return function(Device handle, unsigned* count, void* entries) {               \
    return list_processes(#function, handle, kind, entry_bytes, count, entries); \
  }
FAKE_NVML_LIST(nvmlDeviceGetComputeRunningProcesses, "compute", 16)
FAKE_NVML_LIST(nvmlDeviceGetGraphicsRunningProcesses, "graphics", 16)

#endif  // FAKE_NVML_BARE

#ifndef FAKE_NVML_OLD

const char* nvmlErrorString(Return code) {
  switch (code) {
    case Return::success:
      return "Success";
    case Return::not_supported:
      return "Not Supported";
    case Return::no_permission:
      return "Insufficient Permissions";
    case Return::driver_not_loaded:
      return "Driver Not Loaded";
    case Return::gpu_is_lost:
      return "GPU is lost";
    case Return::version_mismatch:
      return "Driver/library version mismatch";
    default:
      return "Unknown Error";
  }
}

FAKE_NVML_NUMBER(nvmlDeviceGetEnforcedPowerLimit, unsigned, device.power_limit_w * 1e3)
FAKE_NVML_NUMBER(nvmlDeviceGetCurrentClocksEventReasons, unsigned long long, device.throttle_bits)
FAKE_NVML_NUMBER(nvmlDeviceGetMaxMigDeviceCount, unsigned, device.mig ? 7 : 0)

FAKE_NVML_LIST(nvmlDeviceGetComputeRunningProcesses_v2, "compute", 24)
FAKE_NVML_LIST(nvmlDeviceGetComputeRunningProcesses_v3, "compute", 24)
FAKE_NVML_LIST(nvmlDeviceGetGraphicsRunningProcesses_v2, "graphics", 24)
FAKE_NVML_LIST(nvmlDeviceGetGraphicsRunningProcesses_v3, "graphics", 24)
FAKE_NVML_LIST(nvmlDeviceGetMPSComputeRunningProcesses_v2, "mps", 24)
FAKE_NVML_LIST(nvmlDeviceGetMPSComputeRunningProcesses_v3, "mps", 24)

Return nvmlDeviceGetMigMode(Device handle, unsigned* current, unsigned* pending) {
  return of_device("nvmlDeviceGetMigMode", handle, [&](const fake_nvml::Device& device, double) {
    *current = *pending = device.mig ? mig_enabled : 0;
    return Return::success;
  });
}

Return nvmlDeviceGetMigDeviceHandleByIndex(Device handle, unsigned index, Device* slice) {
  return of_device("nvmlDeviceGetMigDeviceHandleByIndex", handle,
                   [&](const fake_nvml::Device& device, double) {
                     if (index >= device.slices.size()) return Return::not_found;
                     const size_t board = reinterpret_cast<std::uintptr_t>(handle) - 1;
                     *slice = handle_of(board, index + 1);
                     return Return::success;
                   });
}

Return nvmlDeviceGetFieldValues(Device handle, int count, FieldValue* fields) {
  return of_device("nvmlDeviceGetFieldValues", handle,
                   [&](const fake_nvml::Device& device, double t_s) {
                     for (int i = 0; i < count; ++i) {
                       fields[i].code = power_field(device, t_s, fields[i]);
                     }
                     return Return::success;
                   });
}

Return nvmlDeviceGetProcessUtilization(Device handle, ProcessSample* samples, unsigned* count,
                                       unsigned long long last_seen_us) {
  return of_device(
      "nvmlDeviceGetProcessUtilization", handle, [&](const fake_nvml::Device& device, double t_s) {
        constexpr unsigned long long second_us = 1'000'000;
        constexpr unsigned long long epoch_us = 1'700'000'000 * second_us;
        std::vector<ProcessSample> taken;
        for (double at_s = std::max(1.0, std::floor(t_s) - 9); at_s <= t_s; ++at_s) {
          const auto timestamp_us = epoch_us + static_cast<unsigned long long>(at_s) * second_us;
          if (timestamp_us <= last_seen_us) continue;
          for (const Process& process : device.processes) {
            if (process.sm_util_percent < 0 || !is_at(process, at_s)) continue;
            for (const unsigned pid : fake_nvml::pids_of(process.who)) {
              taken.push_back(
                  {pid, timestamp_us, static_cast<unsigned>(process.sm_util_percent), 0, 0, 0});
            }
          }
        }
        for (unsigned i = 0; i < device.junk_samples; ++i) {
          const unsigned pid = i % 2 == 0 ? 0 : static_cast<unsigned>(::getpid());
          taken.push_back({pid, epoch_us * 2, 4'000'000'000, 0, 0, 0});
        }
        if (taken.empty()) return Return::not_found;
        const bool enough = taken.size() <= *count;
        if (enough) std::ranges::copy(taken, samples);
        *count = static_cast<unsigned>(taken.size());
        return enough ? Return::success : Return::insufficient_size;
      });
}

#endif  // FAKE_NVML_OLD
}
