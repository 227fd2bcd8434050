#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "measure/signal.h"

namespace tandem::measure {

// What the kernel writes about version 2 of control groups (Documentation/admin-guide/
// cgroup-v2.rst; proc_pid_mountinfo(5)). The functions take any text.

/// The path that /proc/<pid>/cgroup has for the unified hierarchy (`0::/user.slice/x`); nothing
/// when the process is in none, or in one that has been removed or can't be seen from here.
std::optional<std::string> parse_cgroup_path(std::string_view proc_cgroup);

/// A mount of the unified hierarchy, or of the part of it below `root`.
struct CgroupMount {
  std::string root;
  std::string mount_point;
};
/// Those in /proc/<pid>/mountinfo, in its order; lines that are none of it are passed over.
std::vector<CgroupMount> parse_mountinfo(std::string_view mountinfo);

/// The CPU time in cpu.stat, in microseconds.
std::optional<std::uint64_t> parse_cpu_stat(std::string_view cpu_stat) noexcept;

/// What was read from and written to all devices.
struct CgroupIo {
  std::uint64_t read_bytes = 0;
  std::uint64_t written_bytes = 0;
};
/// The sums over the devices in io.stat, which is empty before the first; nothing when a number in
/// it can't be read.
std::optional<CgroupIo> parse_io_stat(std::string_view io_stat) noexcept;

/// The number that is all of memory.current, memory.peak or pids.current.
std::optional<std::uint64_t> parse_cgroup_value(std::string_view text) noexcept;

/// The folder of the cgroup that this process is in, wherever the unified hierarchy is mounted (in
/// a hybrid system beside the controllers of version 1). Where there is none the reason, and the
/// command that mounts the hierarchy when it is not mounted.
std::variant<std::filesystem::path, MissingSource> find_own_cgroup(
    const std::filesystem::path& root = "/");

}  // namespace tandem::measure
