#pragma once

#include <sys/types.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <string>

namespace tandem::measure {

/// Tells whose a process is, by walking up its parents in the proc below `root`. The participants'
/// roots may be set from any thread while others ask.
class ProcessOwners {
 public:
  enum class Owner {
    a,
    b,
    foreign,  ///< another program's
    driver,   ///< the MPS server or daemon, which works for others
    unknown   ///< no such process in this proc: it has ended, or its number is another namespace's
  };

  explicit ProcessOwners(const std::filesystem::path& root = "/");

  /// Participant `index` (0 = A, 1 = B) is the process tree below `root_pid`.
  void watch(int index, pid_t root_pid);
  /// Without allocating.
  Owner owner_of(pid_t process) const noexcept;

 private:
  std::string proc_;
  std::array<std::atomic<pid_t>, 2> roots_{};
};

}  // namespace tandem::measure
