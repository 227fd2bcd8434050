#include "measure/capabilities.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "measure/cgroup.h"
#include "measure/gpu.h"
#include "measure/gpu_capability.h"
#include "measure/kernel_file.h"
#include "measure/process_tree.h"
#include "measure/rapl.h"

namespace tandem::measure {
namespace {
namespace fs = std::filesystem;

Capability cpu_energy_capability(const fs::path& root, const PerfOpener& open) {
  const FoundSource found = find_rapl(root, open);
  if (const auto* missing = std::get_if<MissingSource>(&found)) {
    return {"cpu_energy", false,
            missing->reason +
                ". Estimated instead from CPU time and a power model (cpu_power_model in the "
                "study file)",
            missing->enable_with};
  }
  std::string detail;
  for (const Signal& signal : std::get<0>(found)->signals()) {
    detail += (detail.empty() ? "" : "; ") + signal.name + ": " + signal.description;
  }
  return {"cpu_energy", true, detail};
}

Capability process_tree_capability(const fs::path& root) {
  if (const auto missing = missing_process_tree(root)) {
    return {"process_tree", false, missing->reason, missing->enable_with};
  }
  const bool listed = ProcessChildren(root).listed_by_kernel();
  return {"process_tree", true,
          listed ? "/proc, with the kernel's lists of children"
                 : "/proc, by asking every process for its parent (this kernel keeps no lists of "
                   "children)"};
}

/// A file that every process has in proc, and for which the kernel asks more than for the others.
Capability process_file_capability(std::string name, const fs::path& file, std::string meaning) {
  std::array<char, 4096> buffer;
  const FileText text = read_kernel_file(file.c_str(), buffer);
  if (text.error == 0 && !text.text.empty()) return {std::move(name), true, std::move(meaning)};
  return {std::move(name), false,
          fmt::format("can't read {}: {}", file.string(),
                      text.error == ENOENT ? "this kernel was built without it"
                      : text.error != 0    ? ::strerror(text.error)
                                           : "it is empty")};
}

/// Where processes are grouped for measuring: a group within one's own.
Capability cgroup_capability(const fs::path& root) {
  const auto own = find_own_cgroup(root);
  if (const auto* missing = std::get_if<MissingSource>(&own)) {
    return {"cgroup_v2", false, missing->reason, missing->enable_with};
  }
  const auto& folder = std::get<fs::path>(own);
  // By the effective user, as the kernel decides when a group is made.
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) == 0) {
    return {"cgroup_v2", true, "groups can be made in " + folder.string()};
  }
  const int error = errno;
  const bool can_be_delegated = error == EACCES || error == EPERM;
  std::vector<std::string> commands;
  if (can_be_delegated) commands = {"systemd-run --user --scope -p Delegate=yes $SHELL"};
  return {"cgroup_v2", false,
          fmt::format("no group can be made in {}: {}", folder.string(), ::strerror(error)),
          std::move(commands)};
}

}  // namespace

std::vector<Capability> probe_capabilities(const fs::path& root, const PerfOpener& open) {
  return {cpu_energy_capability(root, open),
          gpu_capability(GpuDriver::load()),
          process_tree_capability(root),
          process_file_capability("process_pss", root / "proc/self/smaps_rollup",
                                  "/proc/PID/smaps_rollup: memory, shared pages divided"),
          process_file_capability("process_io", root / "proc/self/io",
                                  "/proc/PID/io: bytes read and written"),
          cgroup_capability(root)};
}

}  // namespace tandem::measure
