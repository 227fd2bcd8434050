#include "measure/capabilities.h"

#include <utility>

#include "measure/gpu.h"
#include "measure/process_tree.h"
#include "measure/rapl.h"

namespace tandem::measure {
namespace {

/// The names of the signals, `a, b`, or why there are none.
Capability capability_of(std::string name, const FoundSource& found) {
  if (const auto* missing = std::get_if<MissingSource>(&found)) {
    return {std::move(name), false, missing->reason};
  }
  std::string detail;
  for (const Signal& signal : std::get<0>(found)->signals()) {
    detail += (detail.empty() ? "" : ", ") + signal.name;
  }
  return {std::move(name), true, detail};
}

Capability gpu_capability() {
  const auto driver = GpuDriver::load();
  if (const auto* missing = std::get_if<MissingSource>(&driver)) {
    return {"gpu_energy", false, missing->reason};
  }
  std::string detail;
  for (const Gpu& gpu : std::get<GpuDriver>(driver).devices()) {
    detail += (detail.empty() ? "" : ", ") + gpu.description().uuid;
  }
  return {"gpu_energy", true, detail};
}

Capability process_tree_capability(const std::filesystem::path& root) {
  if (const auto missing = missing_process_tree(root)) {
    return {"process_tree", false, missing->reason};
  }
  const bool listed = ProcessChildren(root).listed_by_kernel();
  return {"process_tree", true,
          listed ? "/proc, with the kernel's lists of children"
                 : "/proc, by asking every process for its parent (this kernel keeps no lists of "
                   "children)"};
}

}  // namespace

std::vector<Capability> probe_capabilities(const std::filesystem::path& root) {
  return {capability_of("cpu_energy", find_rapl(root)), gpu_capability(),
          process_tree_capability(root)};
}

}  // namespace tandem::measure
