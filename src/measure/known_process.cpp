#include "measure/known_process.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace tandem::measure {
namespace {

core::FileDescriptor open_file(const std::string& proc, pid_t pid, const char* name) {
  return core::FileDescriptor(
      ::open(KernelPath("{}/{}/{}", proc, pid, name).c_str(), O_RDONLY | O_CLOEXEC));
}

FileText read_file(const core::FileDescriptor& kept, const std::string& proc, pid_t pid,
                   const char* name, std::span<char> buffer) {
  // Where descriptors have run out, and where none is to be kept.
  if (!kept.is_open()) {
    return read_kernel_file(KernelPath("{}/{}/{}", proc, pid, name).c_str(), buffer);
  }
  ssize_t size = 0;
  do {  // the kernel makes the whole text anew when it is read from its begin
    size = ::pread(kept.get(), buffer.data(), buffer.size(), 0);
  } while (size < 0 && errno == EINTR);
  if (size < 0) return {{}, errno};
  return {{buffer.data(), static_cast<size_t>(size)}, 0};
}

}  // namespace

KnownProcess::KnownProcess(pid_t pid, long long start_ticks, const std::string& proc,
                           bool keep_open) noexcept
    : pid_(pid), start_ticks_(start_ticks) {
  if (!keep_open) return;
  stat_ = open_file(proc, pid, "stat");
  io_ = open_file(proc, pid, "io");
}

FileText KnownProcess::read_stat(const std::string& proc, std::span<char> buffer) const noexcept {
  return read_file(stat_, proc, pid_, "stat", buffer);
}

FileText KnownProcess::read_io(const std::string& proc, std::span<char> buffer) const noexcept {
  return read_file(io_, proc, pid_, "io", buffer);
}

}  // namespace tandem::measure
