#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <optional>
#include <string>

namespace tandem::measure {

/// Tells whose a process is, by walking up its parents in the proc below `root`. The participants'
/// roots may be set from any thread while others ask.
///
/// Within a PID namespace (a container) the numbers that a driver lists may be the host's, and one
/// of them may by chance be that of a process here. So nothing is foreign there until a number has
/// been found to be a participant's, which shows that the driver translates them.
class ProcessOwners {
 public:
  enum class Owner {
    a,
    b,
    foreign,  ///< another program's
    driver,   ///< the MPS server or daemon, which works for others
    unknown   ///< it has ended, or its number is, or may be, that of another namespace
  };

  explicit ProcessOwners(const std::filesystem::path& root = "/");

  /// Participant `index` (0 = A, 1 = B) is the process tree below `root_pid`; 0: nobody.
  void watch(int index, pid_t root_pid);
  /// Without allocating.
  Owner owner_of(pid_t process) const noexcept;

 private:
  /// Nothing when a parent ended during the walk.
  std::optional<Owner> walk_up(pid_t process) const noexcept;

  std::string proc_;
  bool in_namespace_;
  mutable std::atomic<bool> found_ours_ = false;
  std::array<std::atomic<pid_t>, 2> roots_{};
};

}  // namespace tandem::measure
