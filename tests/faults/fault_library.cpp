// A library for LD_PRELOAD that makes calls of tandem to the system fail, or its clocks jump, as
// TANDEM_FAULTS says: faults separated by `;`, each of them members `name=value` separated by `,`.
//
//   call=fsync            also fdatasync, write, pwrite, open (to write), rename, link, mkdir,
//   socketpair,
//                         spawn, thread; space, which says then that none is left; or clock
//   path=result.json      text in the path of the file (rename, link: of the new name); `/1$`: at
//   its end errno=28              what the call answers skip=2, times=1       how many of these
//   calls go well first, and how many fail then (all) clock=realtime, shift_s=3600     or boottime
//   when=/tmp/x/mark      only while this file is there
//
// Only the program named `tandem` is touched: what it starts inherits the library, not the faults.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

struct Fault {
  std::string call;
  std::string path;
  std::string when;
  int error = EIO;
  int skip = 0;
  int times = INT_MAX;
  std::string clock;
  long shift_s = 0;
  std::atomic<int> seen{0};
};

struct Faults {
  static constexpr int most = 8;
  Fault list[most];
  int count = 0;

  Faults() {
    const char* text = std::getenv("TANDEM_FAULTS");
    if (text == nullptr || std::strcmp(program_invocation_short_name, "tandem") != 0) return;
    for (std::string_view rest = text; !rest.empty() && count < most; ++count) {
      read(rest.substr(0, rest.find(';')), list[count]);
      rest.remove_prefix(
          std::min(rest.size(), rest.find(';') + (rest.find(';') == rest.npos ? 0 : 1)));
    }
  }

  static void read(std::string_view members, Fault& fault) {
    while (!members.empty()) {
      const std::string_view member = members.substr(0, members.find(','));
      members.remove_prefix(member.size() + (member.size() < members.size() ? 1 : 0));
      const size_t equals = member.find('=');
      const std::string_view name = member.substr(0, equals);
      const std::string value(member.substr(equals + 1));
      if (name == "call") fault.call = value;
      if (name == "path") fault.path = value;
      if (name == "when") fault.when = value;
      if (name == "errno") fault.error = std::atoi(value.c_str());
      if (name == "skip") fault.skip = std::atoi(value.c_str());
      if (name == "times") fault.times = std::atoi(value.c_str());
      if (name == "clock") fault.clock = value;
      if (name == "shift_s") fault.shift_s = std::atol(value.c_str());
    }
  }
};

Faults& faults() {
  static Faults all;
  return all;
}

bool is_time(const Fault& fault) {
  return fault.when.empty() || ::access(fault.when.c_str(), F_OK) == 0;
}

/// Whether this call is to fail; errno says how then.
bool fails(std::string_view call, std::string_view path) {
  const int before = errno;
  for (int i = 0; i < faults().count; ++i) {
    Fault& fault = faults().list[i];
    const bool at_the_end = fault.path.ends_with('$');
    const bool meant = at_the_end ? path.ends_with(fault.path.substr(0, fault.path.size() - 1))
                                  : path.find(fault.path) != path.npos;
    if (fault.call != call || !meant || !is_time(fault)) continue;
    const int number = fault.seen.fetch_add(1);
    if (number < fault.skip || number - fault.skip >= fault.times) continue;
    errno = fault.error;
    return true;
  }
  errno = before;
  return false;
}

bool fails(std::string_view call, int fd) {
  if (faults().count == 0) return false;
  const int before = errno;
  char link[64];
  char path[PATH_MAX];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = ::readlink(link, path, sizeof path);
  errno = before;
  return fails(call, std::string_view(path, size > 0 ? static_cast<size_t>(size) : 0));
}

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int fsync(int fd) {
  static auto* const real = next<int(int)>("fsync");
  return fails("fsync", fd) ? -1 : real(fd);
}

int fdatasync(int fd) {
  static auto* const real = next<int(int)>("fdatasync");
  return fails("fdatasync", fd) ? -1 : real(fd);
}

ssize_t write(int fd, const void* from, size_t size) {
  static auto* const real = next<ssize_t(int, const void*, size_t)>("write");
  return fails("write", fd) ? -1 : real(fd, from, size);
}

ssize_t writev(int fd, const struct iovec* from, int count) {
  static auto* const real = next<ssize_t(int, const struct iovec*, int)>("writev");
  return fails("write", fd) ? -1 : real(fd, from, count);
}

ssize_t pwrite64(int fd, const void* from, size_t size, off64_t at) {
  static auto* const real = next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  return fails("pwrite", fd) ? -1 : real(fd, from, size, at);
}

int open(const char* path, int flags, ...) {
  static auto* const real = next<int(const char*, int, ...)>("open");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  const bool writes = (flags & O_ACCMODE) != O_RDONLY;
  return writes && fails("open", path) ? -1 : real(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  static auto* const real = next<int(const char*, int, ...)>("open64");
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  const bool writes = (flags & O_ACCMODE) != O_RDONLY;
  return writes && fails("open", path) ? -1 : real(path, flags, mode);
}

int rename(const char* from, const char* to) {
  static auto* const real = next<int(const char*, const char*)>("rename");
  return fails("rename", to) ? -1 : real(from, to);
}

int link(const char* from, const char* to) {
  static auto* const real = next<int(const char*, const char*)>("link");
  return fails("link", to) ? -1 : real(from, to);
}

int mkdir(const char* path, mode_t mode) {
  static auto* const real = next<int(const char*, mode_t)>("mkdir");
  return fails("mkdir", path) ? -1 : real(path, mode);
}

int statvfs(const char* path, struct statvfs* told) {
  static auto* const real = next<int(const char*, struct statvfs*)>("statvfs");
  const int answer = real(path, told);
  if (answer == 0 && fails("space", path)) told->f_bavail = told->f_bfree = 0;
  return answer;
}

int socketpair(int domain, int type, int protocol, int* ends) {
  static auto* const real = next<int(int, int, int, int*)>("socketpair");
  return fails("socketpair", "") ? -1 : real(domain, type, protocol, ends);
}

int posix_spawn(pid_t* pid, const char* path, const posix_spawn_file_actions_t* actions,
                const posix_spawnattr_t* attributes, char* const* arguments,
                char* const* environment) {
  using Function = int(pid_t*, const char*, const posix_spawn_file_actions_t*,
                       const posix_spawnattr_t*, char* const*, char* const*);
  static auto* const real = next<Function>("posix_spawn");
  return fails("spawn", path) ? errno
                              : real(pid, path, actions, attributes, arguments, environment);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*begin)(void*),
                   void* argument) {
  using Function = int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static auto* const real = next<Function>("pthread_create");
  return fails("thread", "") ? errno : real(thread, attributes, begin, argument);
}

int clock_gettime(clockid_t clock, struct timespec* time) {
  static auto* const real = next<int(clockid_t, struct timespec*)>("clock_gettime");
  const int answer = real(clock, time);
  if (clock == CLOCK_MONOTONIC || answer != 0) return answer;
  const std::string_view name = clock == CLOCK_REALTIME   ? "realtime"
                                : clock == CLOCK_BOOTTIME ? "boottime"
                                                          : "";
  for (int i = 0; i < faults().count; ++i) {
    const Fault& fault = faults().list[i];
    if (fault.call == "clock" && fault.clock == name && is_time(fault))
      time->tv_sec += fault.shift_s;
  }
  return answer;
}
}
