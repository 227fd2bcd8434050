#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "measure/process_children.h"
#include "measure/signal.h"

namespace tandem::measure {

/// CPU time, memory and number of processes of one participant: the tree below a root process that
/// takes in its orphans (a child subreaper) and waits for its children, so that the CPU time of
/// ended processes is found in their parents'.
///
/// Signals, for the participant `a`: `cpu_time_a_s` goes on counting over successive trees and
/// never goes backwards; what a tree uses after the last tick that saw it isn't counted.
/// `memory_a_mib` is the sum of the resident sets, in which a page that processes share counts once
/// for each of them (the exact share, PSS, costs milliseconds a process); missing while there is no
/// tree. `processes_a` is 0 then.
class ProcessTree final : public SignalSource {
 public:
  /// Reads the proc below `root`; `participant` is `a` or `b`.
  ProcessTree(char participant, const std::filesystem::path& root);

  /// From the next tick on the tree below `root_pid` is the one that is read. From any thread.
  void watch(pid_t root_pid) { watched_.store(root_pid, std::memory_order_relaxed); }

  std::string name() const override { return "process_tree"; }
  std::span<const Signal> signals() const override { return signals_; }
  void read(std::span<double> values) noexcept override;

 private:
  struct Usage {
    long long cpu_ticks = 0;
    long long rss_pages = 0;
    int processes = 0;
  };
  /// Nothing when a process is there but can't be read.
  std::optional<Usage> usage_of_tree();
  void begin_tree(pid_t root_pid);

  const std::string proc_;
  const std::array<Signal, 3> signals_;
  std::atomic<pid_t> watched_{0};

  ProcessChildren children_;
  std::vector<pid_t> tree_;  ///< parents before their children
  pid_t root_pid_ = 0;
  std::optional<long long> root_start_ticks_;
  long long earlier_trees_ticks_ = 0;
  long long this_tree_ticks_ = 0;
};

/// Why process trees can't be read below `root`; nothing when they can.
std::optional<MissingSource> missing_process_tree(const std::filesystem::path& root);

}  // namespace tandem::measure
