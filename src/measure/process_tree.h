#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "measure/known_process.h"
#include "measure/process_children.h"
#include "measure/signal.h"

namespace tandem::measure {

/// What the processes of one tree have used since it began.
struct TreeUsage {
  double cpu_time_s = 0;  ///< user and system
  double io_read_mib = 0;
  double io_written_mib = 0;
};

/// CPU time, memory, storage traffic and number of processes of one participant: the tree below a
/// root process that takes in its orphans (a child subreaper) and waits for its children, so that
/// what ended processes have used is found in their parents' figures.
///
/// Each tick reads every process that is known. New ones are looked for once a second, when a known
/// one has ended and when a tree begins; one that begins in between is counted from then on, with
/// all that it has used. A child whose parent ignores SIGCHLD is in nobody's figures once it has
/// ended (wait(2)); only a cgroup counts it.
///
/// Signals, for the participant `a`; the counters go on over successive trees and never go
/// backwards. `cpu_time_a_s`: of each process cut off to the kernel's tick (10 ms), until `ended`
/// gives the exact sum. `memory_a_mib`: sum of the resident sets, in which a page that processes
/// share counts once for each of them (ProcessMemory has the exact share); missing while there is
/// no tree. `processes_a`: 0 then. `io_read_a_mib`, `io_written_a_mib`: what was read from and
/// written to storage; missing where /proc/<pid>/io may not be read.
class ProcessTree final : public SignalSource {
 public:
  /// Reads the proc below `root`; `participant` is `a` or `b`.
  ProcessTree(char participant, const std::filesystem::path& root,
              core::Clock::duration search_period = std::chrono::seconds(1));

  /// From the next tick on the tree below `root_pid` is the one that is read. From any thread, but
  /// not from two at once; never waits for the sampler.
  void watch(pid_t root_pid);
  /// The watched tree has ended and all of it has been waited for: `total` is what the kernel has
  /// counted for it (rusage). The counters show at least that from the next tick on, also of a tree
  /// that no tick ever saw; its number isn't looked at any more. As `watch`, and once a tree.
  void ended(const TreeUsage& total);
  void ended(double cpu_time_s) { ended(TreeUsage{cpu_time_s, 0, 0}); }

  std::string name() const override { return "process_tree"; }
  std::span<const Signal> signals() const override { return signals_; }
  void read(std::span<double> values) noexcept override;

 private:
  /// A tree that was given to watch. All are kept, so that none is lost between two ticks; the
  /// caller's thread appends, the sampler's follows `next`.
  struct Watched {
    explicit Watched(pid_t root) : root_pid(root) {}
    const pid_t root_pid;
    TreeUsage total;  ///< written before has_ended is set, read after
    std::atomic<bool> has_ended{false};
    std::atomic<const Watched*> next{nullptr};
  };
  /// One tick's sums.
  struct Sums {
    long long cpu_ticks = 0;
    long long rss_pages = 0;
    double read_bytes = 0;
    double written_bytes = 0;
    bool io_is_known = true;
    int processes = 0;
  };
  enum class Found { alive, gone, unreadable };

  void go_to_newest_tree();
  TreeUsage used_by_current_tree() const;
  /// Nothing when a process is there but can't be read.
  std::optional<Sums> read_tree();
  /// False when a process can't be read.
  bool read_known(Sums& sums);
  bool find_new(Sums& sums);
  Found meet(pid_t pid, Sums& sums);
  Found add(const KnownProcess& process, Sums& sums) const;
  bool knows(pid_t pid) const;

  const std::string proc_;
  const std::array<Signal, 5> signals_;
  const core::Clock::duration search_period_;
  const bool is_kernels_;  ///< a real proc, not a recorded one

  std::deque<Watched> trees_;  ///< the caller's

  const Watched* current_;  ///< what follows is the sampler's
  ProcessChildren children_;
  std::vector<KnownProcess> known_;  ///< parents before their children
  std::vector<pid_t> listed_;        ///< children of one process
  bool root_is_gone_ = false;
  bool io_is_lost_;  ///< once it couldn't be read the sums are too small for good
  core::Time search_at_;
  TreeUsage earlier_trees_;
  TreeUsage seen_;  ///< of the current tree, the most that a tick saw
};

/// Why process trees can't be read below `root`; nothing when they can.
std::optional<MissingSource> missing_process_tree(const std::filesystem::path& root);
/// Why what processes read and write isn't told below `root`; nothing when it is.
std::optional<MissingSource> missing_process_io(const std::filesystem::path& root);

}  // namespace tandem::measure
