#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "core/clock.h"
#include "core/measured.h"
#include "measure/capabilities.h"
#include "measure/cpu_power_model.h"
#include "measure/energy.h"
#include "measure/sampler.h"

namespace tandem::measure {

/// Everything that is measured while one run lasts: process trees of its participants, CPU and GPU
/// energy where the machine has meters. Thread-safe only where said.
class Meter {
 public:
  struct Options {
    int participants = 1;
    double sampling_hz = 10;
    core::Time origin;  ///< zero of all times in the recording
    std::filesystem::path samples_csv;
    std::optional<PowerModel> power_model;  ///< the default model where none is stated
    std::filesystem::path root = "/";       ///< where proc and sys are found; tests bring their own
  };
  /// Throws core::SystemError when the samples file can't be made.
  explicit Meter(const Options& options);
  ~Meter();
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  void start();
  /// From now on participant `index` (0 = A, 1 = B) is the process tree below `root_pid`. Its CPU
  /// time goes on counting from what earlier trees used. From any thread.
  void watch(int index, pid_t root_pid);
  /// Ends the sampling; the figures below are for after this. Throws core::SystemError when samples
  /// could not be written.
  const Recording& stop();

  /// CPU (package, and DRAM where reported) in the window: RAPL if readable, else the estimate from
  /// the participants' CPU time. Source none when missing.
  core::Energy cpu_energy(Window window) const;
  /// GPU energy in the window; missing with the reason where there is no NVIDIA driver.
  core::Energy gpu_energy(Window window) const;
  core::Reading gpu_util_avg_percent(Window window) const;
  core::Reading gpu_power_avg_watts(Window window) const;
  core::Reading gpu_memory_peak_mib(Window window) const;
  /// CPU seconds and peak resident memory of one participant's process tree in the window; 0 where
  /// the tree had ended by then, missing when no tick ever saw it.
  core::Reading cpu_time_s(int index, Window window) const;
  core::Reading memory_peak_mib(int index, Window window) const;

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tandem::measure
