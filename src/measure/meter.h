#pragma once

#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/measured.h"
#include "measure/energy.h"
#include "measure/sampler.h"

namespace tandem::measure {

/// A stated guess for a CPU that can't be metered: power = idle_w + busy_core_w × busy cores. Its
/// name travels with every joule made from it.
struct PowerModel {
  std::string name;
  double idle_w = 0;
  double busy_core_w = 0;
};

/// For a machine nobody described: average figures of cloud servers per virtual CPU (0.74 W idle,
/// 3.5 W at full load; Cloud Carbon Footprint, methodology page, "Compute", AWS averages) times the
/// number of logical CPUs. Off by tens of percent on any real machine, and therefore only ever
/// called an estimate.
PowerModel default_power_model(int logical_cpus);

/// What the meter can read on this machine, and what not.
struct Capability {
  std::string name;  ///< `cpu_energy`, `gpu_energy`, `process_tree`
  bool available = false;
  std::string detail;  ///< what it reads from, or why it can't and how to enable it
};
std::vector<Capability> probe_capabilities(const std::filesystem::path& root = "/");

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
  /// Ends the sampling; the figures below are for after this.
  const Recording& stop();

  /// CPU (package, and DRAM where reported) in the window: RAPL if readable, else the estimate from
  /// the participants' CPU time.
  core::Energy cpu_energy(Window window) const;
  /// GPU energy in the window; missing with the reason where there is no NVIDIA driver.
  core::Energy gpu_energy(Window window) const;
  core::Reading gpu_util_avg_percent(Window window) const;
  core::Reading gpu_power_avg_watts(Window window) const;
  core::Reading gpu_memory_peak_mib(Window window) const;
  /// CPU seconds and peak resident memory of one participant's process tree in the window.
  core::Reading cpu_time_s(int index, Window window) const;
  core::Reading memory_peak_mib(int index, Window window) const;

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace tandem::measure
