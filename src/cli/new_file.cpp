#include "cli/new_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "core/error.h"
#include "core/file_descriptor.h"
#include "core/text.h"

namespace tandem::cli {
namespace fs = std::filesystem;

bool is_taken(const fs::path& path) {
  std::error_code code;
  return fs::exists(fs::symlink_status(path, code));
}

void write_new_file(const fs::path& path, std::string_view content, const std::string& who) {
  const core::FileDescriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file.is_open() && errno == EEXIST) {
    throw core::UserError(who, {{core::printable(path.string(), 500), "a file", "a free place"}});
  }
  const std::string complaint = "can't write '" + path.string() + "'";
  if (!file.is_open()) throw core::SystemError(complaint, errno);
  try {
    file.write_all(content);
    if (::fsync(file.get()) != 0) throw core::SystemError("fsync", errno);
  } catch (const core::SystemError& error) {
    ::unlink(path.c_str());
    throw core::SystemError(complaint + ": " + error.what());
  }
}

}  // namespace tandem::cli
