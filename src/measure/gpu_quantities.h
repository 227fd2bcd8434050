#pragma once

#include <span>
#include <string_view>

#include "measure/nvml_abi.h"
#include "measure/nvml_library.h"
#include "measure/signal.h"

namespace tandem::measure {

/// What the driver answered: a number, or the code of why there is none.
struct GpuAnswer {
  double value = missing_sample;
  nvml::Return code = nvml::Return::not_supported;
  const char* function = "";  ///< the driver's, which was called

  explicit operator bool() const { return code == nvml::Return::success; }
};

/// The number, or missing with the driver's words.
inline core::Reading reading_of(const GpuAnswer& answer, const NvmlLibrary& library) {
  return answer ? core::Reading(answer.value) : library.missing(answer.function, answer.code);
}

/// A quantity of a GPU that is read in the loop.
struct GpuQuantity {
  std::string_view name;  ///< with its unit, without the device: `power_instant_w`
  std::string_view unit;
  Behaviour behaviour;
  std::string_view description;
};

/// A call of the driver that gives one or two quantities.
struct GpuQuery {
  static constexpr size_t most_quantities = 2;

  std::span<const GpuQuantity> quantities;
  /// Writes an answer for each quantity; never allocates.
  void (*ask)(const NvmlLibrary&, nvml::Device, std::span<GpuAnswer>) noexcept;
};

/// All of them, in the order of their signals.
std::span<const GpuQuery> gpu_queries();

/// Used memory and all there is, MiB.
struct GpuMemory {
  GpuAnswer used_mib;
  GpuAnswer total_mib;
};
GpuMemory gpu_memory(const NvmlLibrary& library, nvml::Device device) noexcept;

/// The energy counter, joules since the driver was loaded, as the driver tells it.
GpuAnswer gpu_energy_j(const NvmlLibrary& library, nvml::Device device) noexcept;

}  // namespace tandem::measure
