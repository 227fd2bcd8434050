#include "measure/kernel_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace tandem::measure {

FileText read_kernel_file(const char* path, std::span<char> buffer) noexcept {
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {{}, errno};
  size_t size = 0;
  int error = 0;
  while (size < buffer.size()) {
    const ssize_t count = ::read(fd, buffer.data() + size, buffer.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) error = errno;
    if (count <= 0) break;
    size += static_cast<size_t>(count);
  }
  ::close(fd);
  return {error == 0 ? std::string_view(buffer.data(), size) : std::string_view(), error};
}

bool means_process_ended(int error) noexcept {
  return error == ENOENT || error == ESRCH;
}

}  // namespace tandem::measure
