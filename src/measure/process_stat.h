#pragma once

#include <sys/types.h>

#include <optional>
#include <string_view>

namespace tandem::measure {

/// The fields of /proc/<pid>/stat that are measured (proc(5)).
struct ProcessStat {
  pid_t parent = 0;
  long long cpu_ticks = 0;    ///< its own and its reaped children's, user and system
  long long start_ticks = 0;  ///< since boot: tells a process from a later one of the same number
  long long rss_pages = 0;
};

/// Nothing when the text isn't a stat line, or a count in it can't be one: below 0, or too large
/// for a sum.
std::optional<ProcessStat> parse_process_stat(std::string_view text) noexcept;

}  // namespace tandem::measure
