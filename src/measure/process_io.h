#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tandem::measure {

/// What a process has caused to be read from and written to storage, with the children that it has
/// waited for, as /proc/<pid>/io tells (proc_pid_io(5)): what the page cache answered isn't in it,
/// and of a file that is deleted before it reached the disk nothing is taken off again.
struct ProcessIo {
  std::uint64_t read_bytes = 0;
  std::uint64_t written_bytes = 0;
};

/// Nothing when one of the two isn't there.
std::optional<ProcessIo> parse_process_io(std::string_view text) noexcept;

}  // namespace tandem::measure
