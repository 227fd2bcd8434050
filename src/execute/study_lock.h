#pragma once

#include <filesystem>
#include <stdexcept>

#include "execute/child_process.h"

namespace tandem::execute {

/// Another session works on the study.
class StudyIsBusy : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The lock of a study's folder while a session works on it; the kernel frees it with the process.
class StudyLock {
 public:
  /// Throws StudyIsBusy naming the holder, or core::SystemError.
  explicit StudyLock(const std::filesystem::path& folder);

 private:
  FileDescriptor file_;
};

}  // namespace tandem::execute
