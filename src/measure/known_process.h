#pragma once

#include <sys/types.h>

#include <span>
#include <string>

#include "core/file_descriptor.h"
#include "measure/kernel_file.h"

namespace tandem::measure {

/// A process whose files in proc are read again and again. Files that are kept open cost a third of
/// those that are opened each time, and can't be mistaken for a later process's of the same number:
/// once the process has ended the kernel answers ESRCH.
class KnownProcess {
 public:
  /// Keeps the files open where `keep_open` is given: only in a proc that is the kernel's own.
  /// Otherwise `start_ticks` tells the process from a later one.
  KnownProcess(pid_t pid, long long start_ticks, const std::string& proc, bool keep_open) noexcept;

  pid_t pid() const { return pid_; }
  long long start_ticks() const { return start_ticks_; }
  /// /proc/<pid>/stat and /proc/<pid>/io, cut off at the buffer's size. Without allocating.
  FileText read_stat(const std::string& proc, std::span<char> buffer) const noexcept;
  FileText read_io(const std::string& proc, std::span<char> buffer) const noexcept;

 private:
  pid_t pid_;
  long long start_ticks_;
  core::FileDescriptor stat_;
  core::FileDescriptor io_;
};

}  // namespace tandem::measure
