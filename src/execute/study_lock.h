#pragma once

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

/// The lock of a study's folder while a session works on it; the kernel frees it with the process.
class StudyLock {
 public:
  /// Throws StudyIsBusy naming the holder, or core::SystemError.
  explicit StudyLock(const std::filesystem::path& folder);

 private:
  core::FileDescriptor file_;
};

/// Who holds the study's lock (`process 4711 on host, since …`), or nothing. Changes nothing.
std::optional<std::string> lock_holder(const std::filesystem::path& folder);

}  // namespace tandem::execute
