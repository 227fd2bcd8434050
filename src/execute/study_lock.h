#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include "core/file_descriptor.h"

namespace tandem::execute {

/// Another session works on the study.
class StudyIsBusy : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The lock of a study's folder while a session works on it. The launchers of the session's
/// trainings hold it too, so that it is free only when tandem and all of its trainings have ended,
/// however they did; the kernel frees it with the last of them.
class StudyLock {
 public:
  /// Waits for the trainings of a session that was killed, which end within seconds. Throws
  /// StudyIsBusy naming the holder, or core::SystemError.
  explicit StudyLock(const std::filesystem::path& folder);

 private:
  core::FileDescriptor file_;
};

/// The session that holds a study's lock.
struct LockHolder {
  pid_t process = 0;
  std::string host;
  std::string since;  ///< wall clock

  bool is_on_this_host() const;
  /// Whether tandem itself runs; else the lock is its last trainings'. Only on its own host.
  bool is_alive() const;
  /// `process 4711 on host, since …`
  std::string describe() const;
};

/// Who holds the study's lock, or nothing. Changes nothing.
std::optional<LockHolder> lock_holder(const std::filesystem::path& folder);

/// Sends a signal to the session that holds the lock: USR1 asks it to end after the run in flight,
/// TERM now. Nothing happens where it has ended meanwhile. Throws core::SystemError when it may not
/// be signalled, or works on another host.
void signal_session(const std::filesystem::path& folder, const LockHolder& holder, int signal);

}  // namespace tandem::execute
