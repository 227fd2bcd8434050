#include <string>

#include "fuzz.h"
#include "measure/cgroup.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;

namespace {

/// A path as the kernel writes it into mountinfo.
std::string escaped(const std::string& path) {
  std::string written;
  for (const char c : path) {
    constexpr std::string_view written_as_digits = " \t\n\\";
    if (written_as_digits.find(c) == written_as_digits.npos) {
      written += c;
    } else {
      char digits[8];
      std::snprintf(digits, sizeof digits, "\\%03o", static_cast<unsigned>(c));
      written += digits;
    }
  }
  return written;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto mounts = tandem::measure::parse_mountinfo(as_text(data, size));
  std::string written;
  std::size_t length = 0;
  for (const auto& mount : mounts) {
    require(mount.root.starts_with('/') && mount.mount_point.starts_with('/'),
            "paths from the root");
    length += mount.root.size() + mount.mount_point.size();
    written += "1 1 0:1 " + escaped(mount.root) + " " + escaped(mount.mount_point) +
               " rw - cgroup2 cgroup2 rw\n";
  }
  require(length <= size, "nothing is made up");
  const auto again = tandem::measure::parse_mountinfo(written);
  require(again.size() == mounts.size(), "as many mounts are read back");
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    require(again[i].root == mounts[i].root && again[i].mount_point == mounts[i].mount_point,
            "reads back");
  }
  return 0;
}
