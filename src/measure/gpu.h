#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/measured.h"
#include "core/reading.h"
#include "measure/gpu_call_costs.h"
#include "measure/gpu_process_list.h"
#include "measure/process_owners.h"
#include "measure/signal.h"

namespace tandem::measure {

class NvmlLibrary;

/// A process that the driver says uses a GPU. In a container its number may be the host's.
struct GpuProcess {
  pid_t pid = 0;
  core::Reading memory_mib;
  GpuProcessKind kind = GpuProcessKind::compute;
};

/// Something that a GPU, or its driver, doesn't tell, and why.
struct UnavailableReading {
  std::string name;    ///< as in the signals, without the device: `power_instant_w`
  std::string reason;  ///< `the driver has no nvmlDeviceGetTotalEnergyConsumption`
};

/// How long the driver may take to answer before it counts as hung.
struct DriverLimits {
  double load_s = 30;   ///< to start, which takes seconds when it was asleep, and try its devices
  double answer_s = 5;  ///< to answer a question about a device
};

/// One GPU of the NVIDIA driver. What it can tell was tried when it was found. Its questions come
/// back in time even when the driver hangs; only the sources that it gives may wait for it.
class Gpu {
 public:
  const core::GpuDescription& description() const { return description_; }
  const std::vector<UnavailableReading>& unavailable() const { return unavailable_; }
  /// The UUIDs (`MIG-…`) of the slices that the board was cut into.
  const std::vector<std::string>& mig_slices() const { return mig_slices_; }

  /// Asks the driver now: milliseconds, so never within a training's window.
  core::GpuState state() const;
  /// The power of the whole board now, W, or where only that is told its average of a second.
  core::Reading power_w() const;
  /// All processes on the device, of every kind that the driver lists (compute, graphics, MPS
  /// clients), each once. Throws nothing; `problem` gets the reason when the list can't be had.
  std::vector<GpuProcess> processes(std::string& problem) const;
  /// Watches the energy counter for at most `at_most_s` and says how often it changes: the median
  /// time between two changes. Missing without a counter or when it changed fewer than three times.
  /// Right to about the time of a call (an H100 with driver 580: calls of 4 ms, changes every
  /// 102 ms).
  static constexpr double counter_watched_s = 1.0;
  core::Reading measure_counter_period_s(double at_most_s = counter_watched_s) const;
  /// What each question of the samplers costs now, asked `times` times; empty when the driver
  /// doesn't come back. Takes seconds.
  std::vector<GpuCallCost> call_costs(int times) const;

  /// Energy, power, utilisation, memory, temperature, clocks and throttle reasons, as
  /// `gpu_<index>_energy_j` and so on; only what this device was found to tell. To be read at most
  /// ten times a second: each call holds the driver's lock.
  std::unique_ptr<SignalSource> readings(int index) const;
  /// The processes on the device: `gpu_<index>_processes`, `gpu_<index>_foreign_processes`,
  /// `gpu_<index>_foreign_computing_processes`, `gpu_<index>_unknown_processes` (numbers that this
  /// system's /proc doesn't know), and for each participant (`a`, `b`; 1 or 2 of them)
  /// `gpu_<index>_memory_a_mib` and, where the device tells, `gpu_<index>_sm_util_a_percent`.
  /// GpuProcessReadings tells what is missing. To be read at most once a second (about 4.5 ms a
  /// call).
  std::unique_ptr<SignalSource> process_readings(int index, int participants,
                                                 std::shared_ptr<const ProcessOwners> owners) const;

 private:
  friend class GpuDriver;
  Gpu(std::shared_ptr<const NvmlLibrary> library, void* handle, std::string uuid,
      double answer_limit_s);
  std::string no_answer() const;

  std::shared_ptr<const NvmlLibrary> library_;
  void* handle_;  ///< nvmlDevice_t
  double answer_limit_s_;
  core::GpuDescription description_;
  std::vector<std::string> mig_slices_;
  std::vector<UnavailableReading> unavailable_;
};

/// The NVIDIA driver's management library, loaded and initialised for as long as this or one of its
/// devices lives.
class GpuDriver {
 public:
  /// Missing with the reason, and what to do, where there is no driver or it doesn't answer within
  /// the limits. `library` and `limits` are for tests.
  static std::variant<GpuDriver, MissingSource> load(
      const std::string& library = "libnvidia-ml.so.1", const DriverLimits& limits = {});

  /// In the order of their PCI addresses.
  const std::vector<Gpu>& devices() const { return devices_; }
  /// Devices that are there but don't answer, and why.
  const std::vector<MissingSource>& broken_devices() const { return broken_; }
  /// The device of a UUID (of a MIG slice: the board around it) or a PCI address, each also
  /// shortened to a part that only one device has. A plain number is refused: CUDA, the driver and
  /// PCI count differently. Throws core::UserError that lists the devices; `asked_by` names where
  /// the selector stands (`$.gpu`, `--gpu`).
  const Gpu& device(const std::string& selector, const std::string& asked_by) const;
  /// What CUDA_VISIBLE_DEVICES calls the thing that a selector names, which must be whole there:
  /// the UUID of the device or of the one MIG slice. Throws as device does, and for a part of a
  /// name that several slices have.
  const std::string& cuda_name(const std::string& selector, const std::string& asked_by) const;

 private:
  GpuDriver() = default;
  static std::variant<GpuDriver, MissingSource> look_for(const std::string& library,
                                                         double answer_limit_s);
  std::vector<Gpu> devices_;
  std::vector<MissingSource> broken_;
};

}  // namespace tandem::measure
