#include "fuzz.h"
#include "measure/kernel_text.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

/// Both files of a process's cgroups: mountinfo and cgroup.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(data, size);
  if (const auto mount = tandem::measure::parse_cgroup_mount(text)) {
    require(mount->folder.starts_with('/') && mount->group.starts_with('/'), "paths from the root");
    require(mount->folder.size() + mount->group.size() < size, "nothing is made up");
  }
  if (const auto group = tandem::measure::parse_own_cgroup(text)) {
    require(group->starts_with('/') && group->find('\n') == group->npos, "one path from the root");
  }
  return 0;
}
