#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "core/measured.h"
#include "measure/nvml_library.h"

namespace tandem::measure {

/// Everything of the description but the UUID, which the device is known to have. What the driver
/// doesn't tell is empty or missing.
core::GpuDescription describe_gpu(const std::shared_ptr<const NvmlLibrary>& library,
                                  nvml::Device device, std::string uuid);

/// The UUIDs of the MIG slices on the board.
std::vector<std::string> mig_slices_of(const NvmlLibrary& library, nvml::Device device);

/// Whether a control daemon of MPS runs here: its number is in the folder that
/// CUDA_MPS_PIPE_DIRECTORY names (otherwise /tmp/nvidia-mps), and a process of it is in /proc. In
/// a container the daemon may be outside; then the folder having been named, and the daemon's pipe
/// being in it, is enough.
bool mps_daemon_runs();

/// `sw_power_cap`, `hw_slowdown` for NVML's bits; `bit_9` for one without a name. That the GPU is
/// idle, the first bit, is no reason to worry and left out.
std::vector<std::string> throttle_reasons(unsigned long long bits);

/// A text of the driver from `call(buffer, size)`.
template <typename Call>
nvml::Return ask_text(std::string& text, Call call) {
  std::array<char, nvml::text_bytes> buffer{};
  const nvml::Return code = call(buffer.data(), static_cast<unsigned>(buffer.size()));
  buffer.back() = '\0';
  if (code == nvml::Return::success) text = buffer.data();
  return code;
}

}  // namespace tandem::measure
