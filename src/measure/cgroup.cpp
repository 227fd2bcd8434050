#include "measure/cgroup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "measure/kernel_text.h"
#include "measure/keyed_number.h"

namespace tandem::measure {
namespace fs = std::filesystem;
namespace {

/// Takes what stands before the next `separator`, or all of it, away from `text`.
std::string_view take_until(std::string_view& text, char separator) {
  const std::string_view taken = text.substr(0, text.find(separator));
  text.remove_prefix(std::min(taken.size() + 1, text.size()));
  return taken;
}

/// In mountinfo blanks and backslashes of a path stand as `\` and three octal digits.
std::string without_escapes(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    unsigned code = 0;
    const char* const digits = text.data() + 1;
    if (text[0] == '\\' && text.size() >= 4 &&
        std::from_chars(digits, digits + 3, code, 8).ptr == digits + 3 && code < 256) {
      plain += static_cast<char>(code);
      text.remove_prefix(4);
    } else {
      plain += text[0];
      text.remove_prefix(1);
    }
  }
  return plain;
}

/// The way from the mount to the cgroup; nothing when the cgroup isn't below what is mounted.
std::optional<std::string> path_below(const std::string& mount_root, const std::string& path) {
  if (mount_root == "/") return path.substr(1);
  if (path == mount_root) return "";
  if (!path.starts_with(mount_root + "/")) return std::nullopt;
  return path.substr(mount_root.size() + 1);
}

}  // namespace

std::optional<std::string> parse_cgroup_path(std::string_view proc_cgroup) {
  while (!proc_cgroup.empty()) {
    std::string_view line = take_until(proc_cgroup, '\n');
    constexpr std::string_view unified = "0::";
    if (!line.starts_with(unified)) continue;
    line.remove_prefix(unified.size());
    // Outside the part that a namespace shows the path climbs; of a removed one it says so.
    const bool reachable = line.starts_with('/') && line != "/.." && !line.starts_with("/../") &&
                           !line.ends_with(" (deleted)");
    return reachable ? std::optional<std::string>(line) : std::nullopt;
  }
  return std::nullopt;
}

std::vector<CgroupMount> parse_mountinfo(std::string_view mountinfo) {
  std::vector<CgroupMount> mounts;
  while (!mountinfo.empty()) {
    std::string_view line = take_until(mountinfo, '\n');
    // id, parent, device, root, mount point, options, any number of tags, `-`, type, source, more
    std::array<std::string_view, 6> fields;
    for (std::string_view& field : fields) field = take_until(line, ' ');
    while (!line.empty() && take_until(line, ' ') != "-") {
    }
    if (take_until(line, ' ') != "cgroup2") continue;
    CgroupMount mount{without_escapes(fields[3]), without_escapes(fields[4])};
    if (mount.root.starts_with('/') && mount.mount_point.starts_with('/')) {
      mounts.push_back(std::move(mount));
    }
  }
  return mounts;
}

std::optional<std::uint64_t> parse_cpu_stat(std::string_view cpu_stat) noexcept {
  return keyed_number(cpu_stat, "usage_usec");
}

std::optional<CgroupIo> parse_io_stat(std::string_view io_stat) noexcept {
  CgroupIo io;
  while (!io_stat.empty()) {
    std::string_view line = take_until(io_stat, '\n');
    while (!line.empty()) {
      std::string_view value = take_until(line, ' ');
      const std::string_view key = take_until(value, '=');
      std::uint64_t* const sum = key == "rbytes"   ? &io.read_bytes
                                 : key == "wbytes" ? &io.written_bytes
                                                   : nullptr;
      if (sum == nullptr) continue;
      const auto bytes = parse_cgroup_value(value);
      if (!bytes || __builtin_add_overflow(*sum, *bytes, sum)) return std::nullopt;
    }
  }
  return io;
}

std::optional<std::uint64_t> parse_cgroup_value(std::string_view text) noexcept {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.empty() || !std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  return leading_number(text);
}

std::variant<fs::path, MissingSource> find_own_cgroup(const fs::path& root) {
  const auto missing = [](std::string reason, std::vector<std::string> enable_with = {}) {
    return MissingSource{"cgroup", std::move(reason), std::move(enable_with)};
  };
  // The mounts first: where version 2 was never mounted, /proc/self/cgroup says nothing of it.
  const std::vector<CgroupMount> mounts = parse_mountinfo(read_text(root / "proc/self/mountinfo"));
  if (mounts.empty()) {
    return missing("cgroup version 2 is not mounted",
                   {"sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup"});
  }
  const auto path = parse_cgroup_path(read_text(root / "proc/self/cgroup"));
  if (!path) return missing("this process is in no cgroup of version 2 that it can see");
  std::string reason = fmt::format("the cgroup {} is not below what is mounted at {}", *path,
                                   mounts.front().mount_point);
  for (const CgroupMount& mount : mounts) {
    const auto below = path_below(mount.root, *path);
    if (!below) continue;
    fs::path folder = root / fs::path(mount.mount_point).relative_path();
    if (!below->empty()) folder /= *below;
    std::error_code code;
    if (fs::is_directory(folder, code)) return folder;
    reason = fmt::format("there is no folder {} for the cgroup {}", folder.string(), *path);
  }
  return missing(std::move(reason));
}

}  // namespace tandem::measure
