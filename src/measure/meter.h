#pragma once

#include <sys/types.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/measured.h"
#include "measure/cpu_power_model.h"
#include "measure/energy.h"
#include "measure/instruments.h"
#include "measure/process_tree.h"

namespace tandem::measure {

/// The energy counter of a GPU changes at steps; a window shorter than this many of them is
/// refused, for each of its edges is off by up to one.
inline constexpr int fewest_counter_periods = 20;

/// The counter and the integrated power of a GPU may differ by this share before a run is marked.
inline constexpr double largest_disagreement = 0.10;

/// The GPU energy of a window, twice.
struct GpuEnergy {
  core::Energy total;        ///< the counter's, or the power's on a device without a counter
  core::Energy cross_check;  ///< instant power integrated, where the counter is the total
};

/// Everything that is measured while one run lasts: CPU and GPU energy where the machine has
/// meters, the process trees of its participants, the state of the GPUs. Each driver is read by a
/// sampler of its own, so that one that hangs loses only itself. Thread-safe only where said.
class Meter {
 public:
  struct Options {
    int participants = 1;
    double sampling_hz = 10;
    core::Time origin;  ///< zero of all times in the recordings
    /// Gets samples.csv (the host's), samples_memory.csv, and of each GPU samples_gpu_0.csv and
    /// samples_gpu_0_processes.csv.
    std::filesystem::path folder;
    std::optional<PowerModel> power_model;  ///< the default model where none is stated
    /// The cgroup of each participant's trainings, where they have one: their own accounting.
    std::vector<std::filesystem::path> cgroups = {};
  };
  /// `instruments` must outlive the meter. Throws core::SystemError when the files can't be made.
  Meter(const Instruments& instruments, const Options& options);
  ~Meter();
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  void start();
  /// From now on participant `index` (0 = A, 1 = B) is the process tree below `root_pid`. Its CPU
  /// time goes on counting from what earlier trees used. From any thread.
  void watch(int index, pid_t root_pid);
  /// The participant's tree has ended and has used this much in all, as the system told when it was
  /// waited for: more than the last tick could see. From any thread.
  void ended(int index, const TreeUsage& total);
  /// Something begins or ends now: everything is read at once, besides the rhythm. From any thread.
  void mark();
  void pause();
  void resume();
  /// Ends the sampling; the figures below are for after this. Throws core::SystemError when samples
  /// could not be written.
  void stop();

  /// How well each of the sampling threads kept its rhythm.
  std::vector<core::SamplingSummary> sampling() const;
  /// What a reader of this window's figures must know. Of the GPUs only when they are part of the
  /// experiment.
  std::vector<core::Caution> cautions(Window window, bool gpus_matter) const;

  /// CPU (package, and DRAM where reported) in the window: RAPL if readable, else the estimate from
  /// the participants' CPU time. Where several runs are made at a time, RAPL counts all of them:
  /// then the estimate stands too, with an even share of the idle power, so that no joule is
  /// counted for two runs. Source none when missing.
  core::Energy cpu_energy(Window window) const;
  /// Of the DRAM alone, which is within cpu_energy; missing where it isn't reported.
  core::Reading dram_energy_j(Window window) const;
  /// All figures of GPUs: `gpu` counts the instruments' devices. Missing with the reason where
  /// there is none.
  GpuEnergy gpu_energy(Window window, size_t gpu = 0) const;
  core::Reading gpu_util_avg_percent(Window window, size_t gpu = 0) const;
  core::Reading gpu_power_avg_watts(Window window, size_t gpu = 0) const;
  core::Reading gpu_memory_peak_mib(Window window, size_t gpu = 0) const;
  /// The highest temperature in the window.
  core::Reading gpu_temperature_peak_c(Window window, size_t gpu = 0) const;

  /// Of one participant's process trees in the window; 0 where the tree had ended by then, missing
  /// when no tick ever saw it.
  core::Reading cpu_time_s(int index, Window window) const;
  core::Reading memory_peak_mib(int index, Window window) const;
  core::Reading memory_pss_peak_mib(int index, Window window) const;
  core::Reading io_read_mib(int index, Window window) const;
  core::Reading io_written_mib(int index, Window window) const;
  core::Reading gpu_memory_peak_mib_of(int index, Window window, size_t gpu = 0) const;
  /// Time-weighted SM utilisation by this participant.
  core::Reading gpu_sm_util_avg_percent_of(int index, Window window, size_t gpu = 0) const;
  /// Most processes of other programs that computed on the GPU at one time.
  core::Reading gpu_foreign_computing(Window window, size_t gpu = 0) const;

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

/// Watches an idle machine for `duration_s`: what it draws with nothing of ours on it. Where the
/// CPU has no meter the power model's idle figure stands, called an estimate. Given up, with
/// nothing measured, when `stop` becomes true.
core::IdlePower measure_idle_power(const Instruments& instruments,
                                   const std::optional<PowerModel>& power_model, double duration_s,
                                   const std::atomic<bool>* stop = nullptr);

}  // namespace tandem::measure
