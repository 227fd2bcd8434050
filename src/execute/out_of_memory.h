#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::execute {

/// The line of a training's log that says that memory was asked for in vain, of CUDA, of PyTorch's
/// allocators, of Python's or C++'s; nothing when none does.
std::optional<std::string> out_of_memory_line(std::string_view log);
/// The same for the disk: the text of ENOSPC or EDQUOT (strerror(3)).
std::optional<std::string> disk_full_line(std::string_view log);

/// How often the kernel has killed a process for want of memory: `oom_kill` in memory.events of a
/// cgroup (version 2; kernel's Documentation/admin-guide/cgroup-v2.rst), which counts its own
/// members only, or in /proc/vmstat, which counts the whole machine's. Nothing where it isn't told.
std::optional<unsigned long long> oom_kills(const std::filesystem::path& counters);

}  // namespace tandem::execute
