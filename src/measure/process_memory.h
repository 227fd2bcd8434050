#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measure/process_children.h"
#include "measure/signal.h"

namespace tandem::measure {

/// The exact share of the memory that one participant's processes hold: `memory_pss_a_mib`, the sum
/// of their proportional set sizes, in which a page that n processes share counts 1/n for each.
/// Missing while there is no tree and where a process's smaps_rollup may not be read.
///
/// Costs milliseconds for a large process, whose memory map is locked meanwhile (a call of its to
/// mmap waits): to be read every ten seconds or so, by a thread other than the one that keeps a
/// rhythm. Knows the tree by its own walk.
class ProcessMemory final : public SignalSource {
 public:
  /// Reads the proc below `root`; `participant` is `a` or `b`.
  ProcessMemory(char participant, const std::filesystem::path& root);

  /// From the next read on the tree below `root_pid`; 0 when it has ended and been waited for, lest
  /// a stranger with its number be read. From any thread.
  void watch(pid_t root_pid) { root_pid_.store(root_pid, std::memory_order_relaxed); }

  std::string name() const override { return "process_memory"; }
  std::span<const Signal> signals() const override { return signals_; }
  void read(std::span<double> values) noexcept override;

 private:
  /// Nothing when there is no process, or one that can't be read.
  std::optional<double> pss_mib(pid_t root_pid);

  const std::string proc_;
  const std::array<Signal, 1> signals_;
  std::atomic<pid_t> root_pid_{0};
  ProcessChildren children_;
  std::vector<pid_t> tree_;
};

/// The proportional set size in /proc/<pid>/smaps_rollup, in KiB; nothing when it isn't there.
std::optional<std::uint64_t> parse_pss_kib(std::string_view smaps_rollup) noexcept;

/// Why proportional set sizes can't be read below `root`; nothing when they can.
std::optional<MissingSource> missing_process_memory(const std::filesystem::path& root);

}  // namespace tandem::measure
