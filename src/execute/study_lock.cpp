#include "execute/study_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <sstream>
#include <thread>

#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"

namespace tandem::execute {

namespace {

/// A launcher gives its training the grace time, and 30 s more to what hangs in the kernel.
constexpr double trainings_end_within_s = 40;
/// lock_holder() holds a free lock for an instant.
constexpr double a_look_takes_s = 0.2;

std::filesystem::path lock_file(const std::filesystem::path& folder) {
  return folder / "session.lock";
}

std::string this_host() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return host.data();
}

LockHolder holder_in(const std::filesystem::path& path) {
  std::istringstream words(core::read_file(path));
  LockHolder holder;
  words >> holder.process >> holder.host >> holder.since;
  holder.host = core::printable(holder.host, 100);
  holder.since = core::printable(holder.since, 100);
  return holder;
}

}  // namespace

bool LockHolder::is_on_this_host() const {
  return host == this_host();
}

bool LockHolder::is_alive() const {
  return process > 0 && (::kill(process, 0) == 0 || errno == EPERM);
}

std::string LockHolder::describe() const {
  const bool was_killed = is_on_this_host() && !is_alive();
  return fmt::format("process {} on {}, since {}{}", process, host, since,
                     was_killed ? " (it was killed; its trainings are about to end)" : "");
}

StudyLock::StudyLock(const std::filesystem::path& folder) {
  const std::filesystem::path path = lock_file(folder);
  // Not closed on exec: tandem-launch is to hold it too, and closes it for the training.
  file_ = core::FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT, 0644));
  if (!file_.is_open()) throw core::SystemError("can't open '" + path.string() + "'", errno);
  const core::Time begin = core::Clock::now();
  while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) throw core::SystemError("can't lock '" + path.string() + "'", errno);
    const LockHolder holder = holder_in(path);
    const bool was_killed = holder.process > 0 && holder.is_on_this_host() && !holder.is_alive();
    const double patience_s = was_killed ? trainings_end_within_s : a_look_takes_s;
    if (core::seconds_between(begin, core::Clock::now()) > patience_s) {
      throw StudyIsBusy(
          fmt::format("another session works on {}: {}", folder.string(), holder.describe()));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const std::string holder =
      fmt::format("{} {} {}\n", ::getpid(), this_host(), core::wall_clock_label());
  if (::ftruncate(file_.get(), 0) != 0 ||
      ::write(file_.get(), holder.data(), holder.size()) != static_cast<ssize_t>(holder.size())) {
    throw core::SystemError("can't write '" + path.string() + "'", errno);
  }
}

std::optional<LockHolder> lock_holder(const std::filesystem::path& folder) {
  const std::filesystem::path path = lock_file(folder);
  const core::FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return std::nullopt;
  // A lock that is free is held for a moment here; StudyLock waits that moment.
  if (::flock(file.get(), LOCK_SH | LOCK_NB) == 0) return std::nullopt;
  return holder_in(path);
}

void signal_session(const std::filesystem::path& folder, const LockHolder& holder, int signal) {
  if (!holder.is_on_this_host()) {
    throw core::SystemError(fmt::format("the session is {}: stop it there", holder.describe()));
  }
  // Through a descriptor of the process, taken while the lock is seen to be its: its number can't
  // have become another's meanwhile.
  const core::FileDescriptor process(
      static_cast<int>(::syscall(SYS_pidfd_open, holder.process, 0)));
  const auto still = lock_holder(folder);
  if (!process.is_open() || !still || still->process != holder.process) return;  // it has ended
  // Through syscall: glibc before 2.37 declares its functions for C only.
  if (::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) != 0 && errno != ESRCH) {
    throw core::SystemError(fmt::format("can't signal the session ({})", holder.describe()), errno);
  }
}

}  // namespace tandem::execute
