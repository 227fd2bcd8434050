#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>

#include "core/error.h"

namespace tandem::cli {

/// A process that goes on in the background, while the one that the person called waits until it
/// has begun and then says so.
class Background {
 public:
  /// Forks; to be called before there is any thread. Returns in the background process only, which
  /// keeps the person's terminal until it has begun, so that a mistake is told where it was made.
  /// In the process that was called it never returns: it calls `report` with the other's number
  /// when that has begun, and ends with success; else it ends as the other one did.
  static Background start(const std::function<void(pid_t)>& report);

  /// From here on the output goes into the file, after what is in it, and the person's shell is
  /// free again. Throws core::SystemError.
  void begun(const std::filesystem::path& log) const;

 private:
  explicit Background(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace tandem::cli
