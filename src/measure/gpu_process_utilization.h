#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <vector>

#include "measure/nvml_library.h"

namespace tandem::measure {

/// How much each process uses the multiprocessors, as the driver samples it: an H100 with driver
/// 580 takes one sample a second of every process with a context, 0 % when it is idle. Keeps its
/// memory.
class GpuProcessUtilization {
 public:
  static constexpr unsigned most_samples = 1024;

  /// Samples taken before now are left out.
  GpuProcessUtilization(std::shared_ptr<const NvmlLibrary> library, nvml::Device device);

  /// Asks for the samples since the last call. `not_found` says that there are none.
  nvml::Return refresh() noexcept;
  /// The mean of the samples since the last refresh, each standing for an equal time. Where there
  /// is none, that of the refresh before, once: both sides keep about the same rhythm, so that now
  /// and then a refresh falls between two samples. Nothing when there was none then either.
  std::optional<double> sm_percent(pid_t process) const noexcept;

 private:
  struct Use {
    pid_t process;
    double sum_percent;
    int samples;
  };
  static void add(std::vector<Use>& uses, const nvml::ProcessSample& sample) noexcept;

  std::shared_ptr<const NvmlLibrary> library_;
  nvml::Device device_;
  std::vector<nvml::ProcessSample> buffer_;
  std::vector<Use> now_;
  std::vector<Use> before_;
  unsigned long long last_seen_us_ = 0;  ///< on the driver's clock
};

}  // namespace tandem::measure
