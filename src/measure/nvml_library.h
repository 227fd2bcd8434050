#pragma once

#include <array>
#include <initializer_list>
#include <memory>
#include <string>
#include <variant>

#include "core/reading.h"
#include "measure/nvml_abi.h"
#include "measure/signal.h"

namespace tandem::measure {

/// What a library has under a name; null when it doesn't have it.
struct NvmlSymbol {
  const char* name = "";
  void* address = nullptr;
};
/// The first of `names` that `library` (of dlopen) has, or else the first of them.
NvmlSymbol find_nvml_symbol(void* library, std::initializer_list<const char*> names);

/// A function of the driver that may not be there. Calling it then answers what the driver itself
/// says of a function that it doesn't have.
template <typename... Arguments>
class NvmlFunction {
 public:
  NvmlFunction(void* library, std::initializer_list<const char*> names)
      : symbol_(find_nvml_symbol(library, names)) {}

  const char* name() const noexcept { return symbol_.name; }
  nvml::Return operator()(Arguments... arguments) const noexcept {
    if (symbol_.address == nullptr) return nvml::Return::function_not_found;
    return reinterpret_cast<nvml::Return (*)(Arguments...)>(symbol_.address)(arguments...);
  }

 private:
  NvmlSymbol symbol_;
};

/// NVIDIA's management library, initialised once for all of its users and shut down when the last
/// of them goes, in whatever thread. Its functions may be called from any thread. Its code stays
/// loaded until the program ends: threads of the driver may still be in it.
class NvmlLibrary {
  template <typename... Arguments>
  using Function = NvmlFunction<Arguments...>;
  template <typename... Arguments>
  using OfDevice = NvmlFunction<nvml::Device, Arguments...>;
  using Device = nvml::Device;

  void* const library_;  // before the functions, which are looked up in it

 public:
  /// Missing with the reason, and what to do, when there is no such library, or it isn't NVML, or
  /// it can't start.
  static std::variant<std::shared_ptr<const NvmlLibrary>, MissingSource> load(
      const std::string& path);
  ~NvmlLibrary();
  NvmlLibrary(const NvmlLibrary&) = delete;
  NvmlLibrary& operator=(const NvmlLibrary&) = delete;

  /// Why `function` gave no value: `nvmlDeviceGetPowerUsage: Not Supported` in the driver's words
  /// (ours if it has none), or `the driver has no nvmlDeviceGetPowerUsage`.
  std::string reason(const char* function, nvml::Return code) const;
  core::Reading missing(const char* function, nvml::Return code) const {
    return core::Reading::missing(reason(function, code));
  }

  Function<char*, unsigned> driver_version{library_, {"nvmlSystemGetDriverVersion"}};
  Function<unsigned*> device_count{library_, {"nvmlDeviceGetCount_v2"}};
  Function<unsigned, Device*> device_at{library_, {"nvmlDeviceGetHandleByIndex_v2"}};

  OfDevice<char*, unsigned> uuid{library_, {"nvmlDeviceGetUUID"}};
  OfDevice<char*, unsigned> device_name{library_, {"nvmlDeviceGetName"}};
  /// The second version writes the beginning of what the third does, with the numbers.
  OfDevice<nvml::PciInfo*> pci_info{library_,
                                    {"nvmlDeviceGetPciInfo_v3", "nvmlDeviceGetPciInfo_v2"}};
  OfDevice<unsigned*> power_limit_mw{
      library_, {"nvmlDeviceGetEnforcedPowerLimit", "nvmlDeviceGetPowerManagementLimit"}};
  OfDevice<unsigned*> compute_mode{library_, {"nvmlDeviceGetComputeMode"}};

  /// The current mode and the one after the next reset.
  OfDevice<unsigned*, unsigned*> mig_mode{library_, {"nvmlDeviceGetMigMode"}};
  OfDevice<unsigned*> most_mig_slices{library_, {"nvmlDeviceGetMaxMigDeviceCount"}};
  OfDevice<unsigned, Device*> mig_slice_at{library_, {"nvmlDeviceGetMigDeviceHandleByIndex"}};

  OfDevice<unsigned long long*> energy_mj{library_, {"nvmlDeviceGetTotalEnergyConsumption"}};
  OfDevice<unsigned*> power_mw{library_, {"nvmlDeviceGetPowerUsage"}};
  OfDevice<int, nvml::FieldValue*> field_values{library_, {"nvmlDeviceGetFieldValues"}};
  OfDevice<nvml::Utilization*> utilization{library_, {"nvmlDeviceGetUtilizationRates"}};
  OfDevice<nvml::Memory*> memory{library_, {"nvmlDeviceGetMemoryInfo"}};
  OfDevice<int, unsigned*> temperature_c{library_, {"nvmlDeviceGetTemperature"}};
  OfDevice<int, unsigned*> clock_mhz{library_, {"nvmlDeviceGetClockInfo"}};
  OfDevice<unsigned long long*> throttle_bits{
      library_,
      {"nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons"}};

  /// In a buffer of how many entries, then how many there are; what an entry is depends on driver
  /// and version, see nvml::process_entry_bytes. The version to be preferred comes first.
  using ProcessList = OfDevice<unsigned*, void*>;
  using ProcessListVersions = std::array<ProcessList, 3>;
  ProcessListVersions compute_processes{{{library_, {"nvmlDeviceGetComputeRunningProcesses_v2"}},
                                         {library_, {"nvmlDeviceGetComputeRunningProcesses_v3"}},
                                         {library_, {"nvmlDeviceGetComputeRunningProcesses"}}}};
  ProcessListVersions graphics_processes{{{library_, {"nvmlDeviceGetGraphicsRunningProcesses_v2"}},
                                          {library_, {"nvmlDeviceGetGraphicsRunningProcesses_v3"}},
                                          {library_, {"nvmlDeviceGetGraphicsRunningProcesses"}}}};
  ProcessListVersions mps_processes{{{library_, {"nvmlDeviceGetMPSComputeRunningProcesses_v2"}},
                                     {library_, {"nvmlDeviceGetMPSComputeRunningProcesses_v3"}},
                                     {library_, {"nvmlDeviceGetMPSComputeRunningProcesses"}}}};
  /// A buffer, for how many samples, newer than which timestamp.
  OfDevice<nvml::ProcessSample*, unsigned*, unsigned long long> process_utilization{
      library_, {"nvmlDeviceGetProcessUtilization"}};

 private:
  explicit NvmlLibrary(void* library) : library_(library) {}

  Function<> init_{library_, {"nvmlInit_v2"}};
  Function<> shutdown_{library_, {"nvmlShutdown"}};
  bool initialised_ = false;
};

}  // namespace tandem::measure
