#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/measured.h"
#include "measure/gpu.h"
#include "measure/signal.h"

namespace tandem::measure {

/// What this machine can be measured with: looked for once, used by one meter after the other.
class Instruments {
 public:
  struct Options {
    std::filesystem::path root = "/";  ///< where proc and sys are found; tests bring their own
    std::string nvml_library = "libnvidia-ml.so.1";
    DriverLimits driver_limits;
    /// The GPUs to measure, each by UUID or PCI address (GpuDriver::device); empty: all of them.
    std::vector<std::string> gpus;
    /// As many runs are made on this machine at a time: its CPU's meter counts them together.
    int runs_at_a_time = 1;
    /// How trainings share the GPUs, where the one who asks sees to it: `mps`. Empty: as it seems.
    std::string sharing;
    bool only_first_gpu = false;          ///< of several, the one with the lowest PCI address
    std::string gpus_asked_by = "--gpu";  ///< where the selectors stand, for messages
    /// The period of the energy counters, stated instead of watched: for tests.
    std::optional<double> counter_period_s;
    double counter_watch_s = Gpu::counter_watched_s;  ///< for at most so long, all GPUs at once
  };
  /// Throws core::UserError for a GPU that isn't there, or a choice that fits several.
  explicit Instruments(const Options& options);

  const std::filesystem::path& root() const { return root_; }
  /// The chosen GPUs; their descriptions have the counter's period.
  const std::vector<Gpu>& gpus() const { return gpus_; }
  const core::GpuDescription& description(size_t gpu) const { return descriptions_.at(gpu); }
  /// What CUDA_VISIBLE_DEVICES calls the chosen GPU: its whole UUID, or that of its MIG slice when
  /// that was chosen.
  const std::string& visible_device(size_t gpu) const { return visible_devices_.at(gpu); }
  bool has_rapl() const { return has_rapl_; }
  int runs_at_a_time() const { return runs_at_a_time_; }
  /// Why there is no GPU to measure; empty when there is one.
  const std::string& why_no_gpu() const { return why_no_gpu_; }

 private:
  std::filesystem::path root_;
  std::vector<Gpu> gpus_;
  std::vector<core::GpuDescription> descriptions_;
  std::vector<std::string> visible_devices_;
  std::string why_no_gpu_;
  bool has_rapl_ = false;
  int runs_at_a_time_ = 1;
};

}  // namespace tandem::measure
