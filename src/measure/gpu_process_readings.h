#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "measure/gpu_process_list.h"
#include "measure/gpu_process_utilization.h"
#include "measure/process_owners.h"
#include "measure/signal.h"

namespace tandem::measure {

/// Who is on a GPU, and how much of it the participants hold and use.
///
/// A participant without a process on the device holds 0 MiB and uses 0 %, but only when the list
/// is whole and none of its numbers is unknown: otherwise the unknown one may be the participant's,
/// and its samples are missing. The utilisation is the sum over the participant's processes,
/// missing when the driver has no sample of one of them.
class GpuProcessReadings final : public SignalSource {
 public:
  /// `participants` is 1 or 2. Without signals of utilisation unless `with_utilization`.
  GpuProcessReadings(std::shared_ptr<const NvmlLibrary> library, nvml::Device device, int index,
                     int participants, bool with_utilization,
                     std::shared_ptr<const ProcessOwners> owners);

  std::string name() const override { return name_; }
  std::span<const Signal> signals() const override { return signals_; }
  void read(std::span<double> values) noexcept override;

 private:
  /// What a participant has of the device; missing_sample where that isn't known.
  struct Use {
    double memory_mib;
    double sm_percent;
  };
  /// A process that ends between the driver's list and a look into /proc is still its owner's.
  ProcessOwners::Owner owner_of(pid_t process) const noexcept;
  double foreign_computing() const noexcept;
  Use use_of(ProcessOwners::Owner participant) const noexcept;

  std::shared_ptr<const ProcessOwners> owners_;
  GpuProcessList list_;
  std::optional<GpuProcessUtilization> utilization_;
  std::string name_;
  std::vector<Signal> signals_;
  std::vector<ProcessOwners::Owner> owner_of_entry_;
  std::vector<std::pair<pid_t, ProcessOwners::Owner>> owners_before_;  ///< at the last reading
  std::vector<ProcessOwners::Owner> participants_;
  bool lost_ = false;
};

}  // namespace tandem::measure
