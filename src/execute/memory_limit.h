#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "core/clock.h"
#include "measure/process_memory.h"
#include "measure/process_tree.h"

namespace tandem::execute {

/// Watches whether a training with all its processes holds more of the host's memory than it may,
/// for machines on which no cgroup does that. Pages that processes share count once: the resident
/// sets are cheap to read but count them for each, so that the exact shares decide.
class MemoryLimit {
 public:
  explicit MemoryLimit(double limit_mib);

  /// From now on the tree below `root_pid` is the one that is watched.
  void watch(pid_t root_pid);
  /// How much it holds, MiB, when that is too much. Looks ten times a second at most.
  std::optional<double> too_much_mib();
  double limit_mib() const { return limit_mib_; }

 private:
  double limit_mib_;
  measure::ProcessTree tree_;
  measure::ProcessMemory memory_;
  size_t resident_;  ///< place of the resident sets among the tree's signals
  std::vector<double> of_tree_;
  core::Time look_at_{};
};

}  // namespace tandem::execute
