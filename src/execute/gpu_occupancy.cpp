#include "execute/gpu_occupancy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

#include "core/text.h"
#include "measure/kernel_file.h"
#include "measure/process_owners.h"

namespace tandem::execute {
namespace {

using measure::ProcessOwners;

std::string name_of(pid_t process, const std::filesystem::path& root) {
  std::array<char, 64> buffer;
  const std::string file = (root / "proc" / std::to_string(process) / "comm").string();
  std::string_view name = measure::read_kernel_file(file.c_str(), buffer).text;
  if (name.ends_with('\n')) name.remove_suffix(1);
  return name.empty() ? std::to_string(process)
                      : fmt::format("{} ({})", process, core::printable(name));
}

}  // namespace

GpuOccupancy look_at(const measure::Gpu& gpu, const std::filesystem::path& root) {
  const ProcessOwners owners(root);
  GpuOccupancy found;
  core::Reading explained_mib = 0;
  for (const measure::GpuProcess& process : gpu.processes(found.problem)) {
    explained_mib = core::both(explained_mib, process.memory_mib,
                               [](double sum, double more) { return sum + more; });
    const ProcessOwners::Owner owner = owners.owner_of(process.pid);
    if (owner == ProcessOwners::Owner::driver) continue;
    auto& those = owner == ProcessOwners::Owner::unknown              ? found.unknown
                  : process.kind == measure::GpuProcessKind::graphics ? found.graphics
                                                                      : found.computing;
    those.push_back(name_of(process.pid, root));
  }
  if (!found.problem.empty()) explained_mib = core::Reading::missing(found.problem);
  found.used_mib = gpu.state().memory_used_mib;
  found.unexplained_mib =
      core::both(found.used_mib, explained_mib, [](double used, double by) { return used - by; });
  return found;
}

std::vector<core::Caution> GpuOccupancy::cautions(double at_most_unexplained_mib) const {
  std::vector<core::Caution> cautions;
  const auto unknown_because = [&](std::string why) {
    cautions.push_back({"contamination_unknown", std::move(why)});
  };
  if (!graphics.empty()) {
    cautions.push_back(
        {"contaminated", fmt::format("before the start, graphics processes were on the GPU: {}",
                                     fmt::join(graphics, ", "))});
  }
  if (!unknown.empty()) {
    unknown_because(fmt::format(
        "before the start, processes were on the GPU whose numbers mean nothing here: {}",
        fmt::join(unknown, ", ")));
  }
  if (!problem.empty()) {
    unknown_because("the list of processes on the GPU can't be read: " + problem);
  }
  if (has_unexplained(at_most_unexplained_mib)) {
    unknown_because(fmt::format(
        "before the start, {:.0f} MiB of the GPU's memory were in use, {:.0f} MiB of them by no "
        "process that the driver lists ({:.0f} MiB may be the driver's own)",
        *used_mib, *unexplained_mib, at_most_unexplained_mib));
  }
  return cautions;
}

}  // namespace tandem::execute
