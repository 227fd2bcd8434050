#include "execute/study_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"

namespace tandem::execute {

namespace {

std::filesystem::path lock_file(const std::filesystem::path& folder) {
  return folder / "session.lock";
}

std::string holder_in(const std::filesystem::path& path) {
  const std::string text = core::read_file(path);
  return core::printable(text.substr(0, text.find('\n')));
}

}  // namespace

StudyLock::StudyLock(const std::filesystem::path& folder) {
  const std::filesystem::path path = lock_file(folder);
  file_ = core::FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!file_.is_open()) throw core::SystemError("can't open '" + path.string() + "'", errno);
  int tries_left = 20;
  while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK && --tries_left > 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      continue;
    }
    if (errno != EWOULDBLOCK) throw core::SystemError("can't lock '" + path.string() + "'", errno);
    throw StudyIsBusy(
        fmt::format("another session works on {}: {}", folder.string(), holder_in(path)));
  }
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const std::string holder = fmt::format("process {} on {}, since {}\n", ::getpid(), host.data(),
                                         core::wall_clock_label());
  if (::ftruncate(file_.get(), 0) != 0 ||
      ::write(file_.get(), holder.data(), holder.size()) != static_cast<ssize_t>(holder.size())) {
    throw core::SystemError("can't write '" + path.string() + "'", errno);
  }
}

std::optional<std::string> lock_holder(const std::filesystem::path& folder) {
  const std::filesystem::path path = lock_file(folder);
  const core::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return std::nullopt;
  // A lock that is free is held for a moment here; StudyLock waits that moment.
  if (::flock(file.get(), LOCK_SH | LOCK_NB) == 0) return std::nullopt;
  return holder_in(path);
}

}  // namespace tandem::execute
