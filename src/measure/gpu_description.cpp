#include "measure/gpu_description.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include "core/text.h"
#include "measure/gpu_process_list.h"
#include "measure/gpu_quantities.h"
#include "measure/kernel_file.h"
#include "measure/process_owners.h"

namespace tandem::measure {
namespace {
namespace fs = std::filesystem;
using nvml::Return;

/// From the numbers, which every version of the structure has.
std::string pci_bus_id(const NvmlLibrary& library, nvml::Device device) {
  nvml::PciInfo info{};
  if (library.pci_info(device, &info) != Return::success) return "";
  return fmt::format("{:08X}:{:02X}:{:02X}.0", info.domain, info.bus, info.device);
}

/// MPS is asked for before the compute mode, for it is recommended together with exclusive access.
std::string sharing_of(const std::shared_ptr<const NvmlLibrary>& library, nvml::Device device) {
  unsigned mode = 0;
  unsigned pending = 0;
  if (library->mig_mode(device, &mode, &pending) == Return::success && mode == nvml::mig_enabled) {
    return "mig";
  }
  GpuProcessList processes(library, device);
  const ProcessOwners owners;
  if (processes.refresh()) {
    const bool server = std::ranges::any_of(processes.entries(), [&](const auto& process) {
      return owners.owner_of(process.pid) == ProcessOwners::Owner::driver;
    });
    if (server || processes.any_mps_client()) return "mps";
  }
  if (mps_daemon_runs()) return "mps";
  unsigned compute_mode = 0;
  if (library->compute_mode(device, &compute_mode) == Return::success &&
      compute_mode == nvml::compute_mode_exclusive_process) {
    return "exclusive_process";
  }
  return "time_slicing";
}

}  // namespace

core::GpuDescription describe_gpu(const std::shared_ptr<const NvmlLibrary>& library,
                                  nvml::Device device, std::string uuid) {
  core::GpuDescription gpu;
  gpu.uuid = std::move(uuid);
  gpu.pci_bus_id = pci_bus_id(*library, device);
  ask_text(gpu.name,
           [&](char* text, unsigned size) { return library->device_name(device, text, size); });
  gpu.name = core::printable(gpu.name);
  ask_text(gpu.driver_version,
           [&](char* text, unsigned size) { return library->driver_version(text, size); });
  gpu.sharing = sharing_of(library, device);
  unsigned limit_mw = 0;
  const Return code = library->power_limit_mw(device, &limit_mw);
  gpu.power_limit_w = code == Return::success
                          ? core::Reading(limit_mw * 1e-3)
                          : library->missing(library->power_limit_mw.name(), code);
  gpu.memory_mib = reading_of(gpu_memory(*library, device).total_mib, *library);
  gpu.energy_counter_period_s = core::Reading::missing("not measured");
  return gpu;
}

std::vector<std::string> mig_slices_of(const NvmlLibrary& library, nvml::Device device) {
  std::vector<std::string> slices;
  unsigned most = 0;
  if (library.most_mig_slices(device, &most) != Return::success) return slices;
  for (unsigned i = 0; i < most; ++i) {
    nvml::Device slice = nullptr;
    if (library.mig_slice_at(device, i, &slice) != Return::success) continue;
    std::string uuid;
    ask_text(uuid, [&](char* text, unsigned size) { return library.uuid(slice, text, size); });
    if (!uuid.empty()) slices.push_back(std::move(uuid));
  }
  return slices;
}

bool mps_daemon_runs() {
  const char* const named = std::getenv("CUDA_MPS_PIPE_DIRECTORY");
  const fs::path folder = named != nullptr && *named != '\0' ? named : "/tmp/nvidia-mps";
  std::array<char, 32> buffer;
  const FileText number =
      read_kernel_file((folder / "nvidia-cuda-mps-control.pid").c_str(), buffer);
  pid_t daemon = 0;
  std::from_chars(number.text.data(), number.text.data() + number.text.size(), daemon);
  if (daemon > 0 && ProcessOwners().owner_of(daemon) == ProcessOwners::Owner::driver) return true;
  std::error_code code;
  return named != nullptr && fs::exists(folder / "control", code);
}

std::vector<std::string> throttle_reasons(unsigned long long bits) {
  std::vector<std::string> reasons;
  constexpr unsigned first_reason = 1;  // after gpu_idle
  for (unsigned bit = first_reason; bit < 64; ++bit) {
    if ((bits >> bit & 1) == 0) continue;
    reasons.push_back(bit < nvml::throttle_names.size() ? nvml::throttle_names[bit]
                                                        : fmt::format("bit_{}", bit));
  }
  return reasons;
}

}  // namespace tandem::measure
