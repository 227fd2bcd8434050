#include "core/file_descriptor.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "core/error.h"

namespace tandem::core {

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

int FileDescriptor::release() {
  return std::exchange(fd_, -1);
}

void FileDescriptor::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void FileDescriptor::write_all(std::string_view content) const {
  while (!content.empty()) {
    const ssize_t written = ::write(fd_, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw SystemError("write", errno);
    content.remove_prefix(static_cast<size_t>(written));
  }
}

}  // namespace tandem::core
