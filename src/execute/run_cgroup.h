#pragma once

#include <filesystem>
#include <memory>
#include <variant>

#include "measure/signal.h"

namespace tandem::execute {

/// A cgroup (version 2) of its own for the trainings of one participant of a run, below the one
/// that tandem is in, so that the kernel counts for it what they use (measure::CgroupAccounting).
/// Changes nothing of the cgroup above: which controllers it has is for whoever set that up.
class RunCgroup {
 public:
  using Made = std::variant<std::unique_ptr<RunCgroup>, measure::MissingSource>;
  /// Makes the folder `tandem-<pid>-<n>` and tries with a process that joins and ends whether a
  /// training may. The reason where it isn't permitted, or there is no version 2. `root` holds proc
  /// and what is mounted.
  static Made make(const std::filesystem::path& root = "/");
  /// Ends what is still in it and removes it. To come after the end of the trainings and of their
  /// accounting. One with a process that can't be ended stays behind; that of a tandem that was
  /// killed is removed by the next one that makes a cgroup here.
  ~RunCgroup();
  RunCgroup(const RunCgroup&) = delete;
  RunCgroup& operator=(const RunCgroup&) = delete;

  const std::filesystem::path& folder() const { return folder_; }
  /// From now on the kernel ends what is in it rather than let it hold more, swap included. False
  /// where the memory controller is not there or not permitted; then nothing limits it.
  bool limit_memory(double limit_mib) const;

 private:
  explicit RunCgroup(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::filesystem::path folder_;
};

}  // namespace tandem::execute
