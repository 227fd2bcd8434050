#include "fuzz.h"
#include "measure/cgroup.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(data, size);
  const auto path = tandem::measure::parse_cgroup_path(text);
  if (!path) return 0;
  require(path->starts_with('/') && path->find('\n') == path->npos, "one path from the root");
  require(!path->starts_with("/../") && path != "/..", "doesn't climb");
  require(text.find("0::" + *path) != text.npos, "stands in the text");
  require(tandem::measure::parse_cgroup_path("0::" + *path + "\n") == path, "reads back");
  return 0;
}
