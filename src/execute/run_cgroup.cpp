#include "execute/run_cgroup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "measure/cgroup.h"

namespace tandem::execute {
namespace fs = std::filesystem;
namespace {

/// Writes into a file of the kernel that is there; 0 or what went wrong. Safe between fork and
/// exec.
int write_to(const char* file, const char* text, size_t size) {
  const int fd = ::open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  const int error = ::write(fd, text, size) == static_cast<ssize_t>(size) ? 0 : errno;
  ::close(fd);
  return error;
}

/// What a process is answered that joins: the rights, the kind of the cgroup above and its
/// controllers all have a say, so it is tried.
int try_to_join(const fs::path& folder) {
  const std::string members = folder / "cgroup.procs";
  const pid_t pid = ::fork();
  if (pid < 0) return errno;
  if (pid == 0) ::_exit(write_to(members.c_str(), "0", 1));  // 0: the one that writes
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return errno;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

/// A process that has been killed leaves its cgroup a moment later.
void remove_once_empty(const fs::path& folder) {
  constexpr int tries = 200;
  for (int i = 0; i < tries && ::rmdir(folder.c_str()) != 0 && errno == EBUSY; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

/// Of sessions that were killed: empty folders named by a process that is gone. One that somebody
/// is still in stays, for the kernel refuses it.
void remove_left_behind(const fs::path& above) {
  constexpr std::string_view begins = "tandem-";
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(above, code)) {
    const std::string name = entry.path().filename();
    int process = 0;
    if (!name.starts_with(begins)) continue;
    const char* const number = name.c_str() + begins.size();
    const auto parsed = std::from_chars(number, name.c_str() + name.size(), process);
    const bool named = parsed.ec == std::errc() && *parsed.ptr == '-' && process > 0;
    if (named && ::kill(process, 0) != 0 && errno == ESRCH) ::rmdir(entry.path().c_str());
  }
}

measure::MissingSource missing(const char* what_failed, const fs::path& above, int error,
                               const char* advice = "") {
  return {"cgroup",
          fmt::format("{} below {}: {}{}", what_failed, above.string(), ::strerror(error), advice)};
}

}  // namespace

RunCgroup::Made RunCgroup::make(const fs::path& root) {
  const auto own = measure::find_own_cgroup(root);
  if (const auto* none = std::get_if<measure::MissingSource>(&own)) return *none;
  const fs::path& above = std::get<fs::path>(own);
  static std::atomic<int> made{0};
  static std::atomic<pid_t> tidied_by{0};
  if (tidied_by.exchange(::getpid()) != ::getpid()) remove_left_behind(above);
  fs::path folder;
  int error = 0;
  do {  // a name may be left over from an earlier process of this number
    folder = above / fmt::format("tandem-{}-{}", ::getpid(), ++made);
    error = ::mkdir(folder.c_str(), 0755) == 0 ? 0 : errno;
  } while (error == EEXIST);
  if (error != 0) {
    return missing("can't make a cgroup", above, error,
                   " (a service manager can delegate one: systemd-run --user --scope -p "
                   "Delegate=yes tandem ...)");
  }
  std::unique_ptr<RunCgroup> cgroup(new RunCgroup(folder));
  // What one below the same cgroup was answered holds for the next: a fork for each run is dear.
  static std::mutex mutex;
  static fs::path joined_below;
  const std::lock_guard lock(mutex);
  error = joined_below == above ? 0 : try_to_join(folder);
  if (error != 0) return missing("a training can't join a cgroup", above, error);
  joined_below = above;
  return cgroup;
}

bool RunCgroup::limit_memory(double limit_mib) const {
  const std::string bytes = fmt::format("{:.0f}", limit_mib * 1024 * 1024);
  if (write_to((folder_ / "memory.max").c_str(), bytes.c_str(), bytes.size()) != 0) return false;
  // A kernel without swap, or one that doesn't count it, has no such file. All of a training ends
  // together: half of one is no training.
  write_to((folder_ / "memory.swap.max").c_str(), "0", 1);
  write_to((folder_ / "memory.oom.group").c_str(), "1", 1);
  return true;
}

RunCgroup::~RunCgroup() {
  write_to((folder_ / "cgroup.kill").c_str(), "1", 1);
  remove_once_empty(folder_);
}

}  // namespace tandem::execute
