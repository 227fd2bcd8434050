#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <vector>

#include "core/clock.h"
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

  /// Seconds for which a process's use is taken to last. Both sides keep about the same rhythm, so
  /// that now and then a refresh falls between two samples; so do those at the edges of a window,
  /// of which there may be several within a second.
  static constexpr double lasts_s = 1.5;

  /// Asks for the samples since the last call. `not_found` says that there are none.
  nvml::Return refresh() noexcept;
  /// The mean of the samples that the last refresh with any of this process brought, each standing
  /// for an equal time. Nothing when that is longer ago than lasts_s.
  std::optional<double> sm_percent(pid_t process) const noexcept;

 private:
  struct Use {
    pid_t process;
    double sum_percent;
    int samples;
    core::Time at;  ///< of the refresh
  };
  void add(const nvml::ProcessSample& sample, core::Time now) noexcept;

  std::shared_ptr<const NvmlLibrary> library_;
  nvml::Device device_;
  std::vector<nvml::ProcessSample> buffer_;
  std::vector<Use> uses_;                ///< none older than lasts_s
  unsigned long long last_seen_us_ = 0;  ///< on the driver's clock
};

}  // namespace tandem::measure
