#include "measure/gpu_process_readings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tandem::measure {
namespace {
using Owner = ProcessOwners::Owner;

constexpr std::array<Owner, 2> owner_of_participant = {Owner::a, Owner::b};

}  // namespace

GpuProcessReadings::GpuProcessReadings(std::shared_ptr<const NvmlLibrary> library,
                                       nvml::Device device, int index, int participants,
                                       bool with_utilization,
                                       std::shared_ptr<const ProcessOwners> owners)
    : owners_(std::move(owners)),
      list_(library, device),
      name_(fmt::format("gpu_{}_processes", index)),
      participants_(owner_of_participant.begin(), owner_of_participant.begin() + participants) {
  if (with_utilization) utilization_.emplace(std::move(library), device);
  owner_of_entry_.reserve(3 * GpuProcessList::most_processes);
  owners_before_.reserve(3 * GpuProcessList::most_processes);
  const auto add = [&](std::string name, std::string unit, std::string description) {
    signals_.push_back({fmt::format("gpu_{}_{}", index, name), std::move(unit), Behaviour::gauge,
                        std::move(description)});
  };
  add("processes", "1", "number of processes on the GPU");
  add("foreign_processes", "1",
      "number of processes on the GPU that are of another program, its display's included");
  add("foreign_computing_processes", "1", "number of these that compute, as a display doesn't");
  add("unknown_processes", "1", "number of processes on the GPU that this system's /proc hasn't");
  for (const Owner owner : participants_) {
    const char participant = owner == Owner::a ? 'a' : 'b';
    add(fmt::format("memory_{}_mib", participant), "MiB",
        "the GPU's memory that the participant's processes hold");
    if (!utilization_) continue;
    add(fmt::format("sm_util_{}_percent", participant), "%",
        "use of the multiprocessors by the participant's processes");
  }
}

void GpuProcessReadings::read(std::span<double> values) noexcept {
  std::ranges::fill(values, missing_sample);
  if (lost_) return;
  const bool listed = list_.refresh();
  lost_ = list_.code() == nvml::Return::gpu_is_lost;
  if (!listed) return;
  if (utilization_) lost_ = utilization_->refresh() == nvml::Return::gpu_is_lost;

  owner_of_entry_.clear();
  for (const auto& entry : list_.entries()) owner_of_entry_.push_back(owner_of(entry.pid));
  owners_before_.clear();
  for (size_t i = 0; i < owner_of_entry_.size(); ++i) {
    owners_before_.emplace_back(list_.entries()[i].pid, owner_of_entry_[i]);
  }
  const auto count = [this](Owner owner) {
    return static_cast<double>(std::ranges::count(owner_of_entry_, owner));
  };
  values[0] = static_cast<double>(owner_of_entry_.size());
  values[1] = count(Owner::foreign);
  values[2] = foreign_computing();
  values[3] = count(Owner::unknown);
  size_t next = 4;
  for (const Owner participant : participants_) {
    const Use use = use_of(participant);
    values[next++] = use.memory_mib;
    if (utilization_) values[next++] = use.sm_percent;
  }
}

Owner GpuProcessReadings::owner_of(pid_t process) const noexcept {
  const Owner owner = owners_->owner_of(process);
  if (owner != Owner::unknown) return owner;
  const auto before =
      std::ranges::find(owners_before_, process, [](const auto& entry) { return entry.first; });
  return before == owners_before_.end() ? Owner::unknown : before->second;
}

double GpuProcessReadings::foreign_computing() const noexcept {
  const auto entries = list_.entries();
  int computing = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    const bool is_foreign = owner_of_entry_[i] == Owner::foreign;
    computing += is_foreign && entries[i].kind != GpuProcessKind::graphics ? 1 : 0;
  }
  return computing;
}

GpuProcessReadings::Use GpuProcessReadings::use_of(Owner participant) const noexcept {
  const auto entries = list_.entries();
  Use use{0, 0};
  bool on_device = false;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (owner_of_entry_[i] != participant) continue;
    on_device = true;
    // A missing part makes the sum missing.
    use.memory_mib += entries[i].memory_mib;
    if (!utilization_) continue;
    use.sm_percent += utilization_->sm_percent(entries[i].pid).value_or(missing_sample);
  }
  const bool may_be_unknown =
      std::ranges::find(owner_of_entry_, Owner::unknown) != owner_of_entry_.end();
  if (!on_device && may_be_unknown) return {missing_sample, missing_sample};
  return use;
}

}  // namespace tandem::measure
