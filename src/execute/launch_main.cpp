// tandem-launch: stands between tandem and one training, so that nothing of the training outlives
// either. It is single-threaded and tiny, for four things that a spawned program can't be given
// from outside: a death signal, a core set, a cgroup, and a parent that adopts and ends its stray
// descendants.
//
//   tandem-launch PARENT_PID STATUS_FD GRACE_S CORES MEMBERS START FOLDER PROGRAM [ARGUMENT...]
//
// START is `at_once`, or `held`: the program begins when a line comes from the protocol socket,
// which it doesn't get then. FOLDER is its working folder, or `-` for this one. CORES is a list
// such as 0,1 or `-`. MEMBERS is the cgroup.procs of the cgroup that the program joins before it
// begins, or `-`; the launcher stays outside, it is no part of the training. One line goes to
// STATUS_FD when the program has begun, on CLOCK_MONOTONIC, and one at the end:
//   began NANOSECONDS
//   exit CODE USED | signal NUMBER USED | exec-failed ERRNO
// USED is what the program and all its descendants that were waited for have used: USER_S SYSTEM_S
// READ_BLOCKS WRITTEN_BLOCKS (of 512 bytes) LARGEST_RSS_KIB (of one process).
// SIGTERM ends the training: TERM to its group, after GRACE_S seconds KILL to all descendants.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

constexpr int events_fd = 3;
constexpr int called_off_before_start = 5;  // as docs/protocol.md has it

/// The processes whose parent is this one: the training and what was re-parented to us.
std::vector<pid_t> children() {
  std::vector<pid_t> found;
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", code)) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    if (pid <= 0) continue;
    std::string stat;
    std::getline(std::ifstream(entry.path() / "stat"), stat);
    const size_t name_end = stat.rfind(')');  // the name before it may hold anything
    if (name_end == std::string::npos || name_end + 4 > stat.size()) continue;
    if (std::atoi(stat.c_str() + name_end + 4) == ::getpid()) found.push_back(pid);
  }
  return found;
}

/// The program's end, once it has come.
struct Ending {
  bool known = false;
  int status = 0;
};

/// Reaps whatever has ended. False when no child is left.
bool reap(pid_t program, Ending& ending) {
  for (;;) {
    int status = 0;
    const pid_t pid = ::waitpid(-1, &status, WNOHANG);
    if (pid == program) ending = {true, status};
    if (pid == 0) return true;
    if (pid < 0 && errno != EINTR) return false;
  }
}

/// Ends every descendant: TERM, then KILL after the grace time, until no child is left. Killing a
/// child hands its own children to us, so that the loop reaches all of them. One that can't be
/// killed (it hangs in the kernel, or is another user's) is given up after a while.
void end_descendants(pid_t program, double grace_s, Ending& ending) {
  if (!reap(program, ending)) return;  // the usual case, without a look at all of /proc
  const std::vector<pid_t> asked = children();
  ::kill(-program, SIGTERM);
  for (const pid_t child : asked) ::kill(child, SIGTERM);
  // One that was stopped (Ctrl-Z, a debugger) would not hear of it before the KILL.
  ::kill(-program, SIGCONT);
  for (const pid_t child : asked) ::kill(child, SIGCONT);
  constexpr long step_ns = 10'000'000;
  const timespec step{0, step_ns};
  constexpr double give_up_s = 30;
  for (double waited_s = 0; reap(program, ending) && waited_s < grace_s + give_up_s;
       waited_s += 1e-9 * step_ns) {
    if (waited_s >= grace_s) {
      ::kill(-program, SIGKILL);
      for (const pid_t child : children()) ::kill(child, SIGKILL);
    }
    ::nanosleep(&step, nullptr);
  }
}

bool pin_to_cores(const char* list) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  for (const char* rest = list; *rest != '\0';) {
    char* end = nullptr;
    CPU_SET(static_cast<size_t>(std::strtol(rest, &end, 10)), &cores);
    rest = *end == ',' ? end + 1 : end;
  }
  return ::sched_setaffinity(0, sizeof cores, &cores) == 0;
}

/// Moves the calling process.
bool join_cgroup(const char* members) {
  const int fd = ::open(members, O_WRONLY | O_CLOEXEC);
  return fd >= 0 && ::write(fd, "0", 1) == 1 && ::close(fd) == 0;
}

/// Waits for the start signal. False when the program is called off instead: by the end of the
/// socket, or by SIGTERM, which stays pending.
bool wait_for_go() {
  sigset_t term;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  const int end_requests = ::signalfd(-1, &term, SFD_CLOEXEC);
  if (end_requests < 0) return false;
  bool go = false;
  for (char byte = 0; byte != '\n';) {
    pollfd waiting[] = {{events_fd, POLLIN, 0}, {end_requests, POLLIN, 0}};
    if (::poll(waiting, 2, -1) < 0 && errno != EINTR) break;
    if (waiting[1].revents != 0) break;
    if (waiting[0].revents != 0 && ::read(events_fd, &byte, 1) <= 0) break;
    go = byte == '\n';
  }
  ::close(end_requests);
  ::close(events_fd);
  return go;
}

/// What the program gets that its parent has otherwise. `-` stands for nothing.
struct Place {
  const char* cores;
  const char* members;  ///< of a cgroup
  const char* folder;
};

/// How the program's start went.
struct Start {
  long long at_ns = 0;  ///< CLOCK_MONOTONIC just before it became the program
  int failed = 0;       ///< errno if it couldn't be started
};

/// Starts the program in a process group of its own. What the new process says of its start comes
/// before the program's first word, however late this one gets to run.
pid_t start(char** arguments, const Place& place, Start& how) {
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) return -1;
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    // Whatever tandem was started with beyond the standard three is none of the program's business;
    // 3 is its protocol socket, where it has one.
    ::close_range(4, ~0U, CLOSE_RANGE_CLOEXEC);
    // That both are possible was tried before. A program on other cores would be another
    // experiment; a cgroup that it isn't in would count nothing, and look as if nothing had been
    // used.
    const auto given = [](const char* what) { return std::strcmp(what, "-") != 0; };
    const bool placed = (!given(place.members) || join_cgroup(place.members)) &&
                        (!given(place.cores) || pin_to_cores(place.cores)) &&
                        (!given(place.folder) || ::chdir(place.folder) == 0);
    Start told;
    if (placed) {
      timespec now{};
      ::clock_gettime(CLOCK_MONOTONIC, &now);
      told.at_ns = 1'000'000'000LL * now.tv_sec + now.tv_nsec;
      if (::write(report[1], &told, sizeof told) != sizeof told) ::_exit(126);
      ::execvp(arguments[0], arguments);
    }
    told.failed = errno;
    if (::write(report[1], &told, sizeof told) != sizeof told) ::_exit(126);
    ::_exit(127);
  }
  ::close(report[1]);
  for (ssize_t count = 1; count != 0;) {
    count = ::read(report[0], &how, sizeof how);
    if (count < 0 && errno != EINTR) break;
  }
  ::close(report[0]);
  return pid;
}

/// That the program has begun. Without a tandem to read it the end is near, and comes by SIGTERM.
void report_begin(int status_fd, const Start& start) {
  char line[64];
  const int length = std::snprintf(line, sizeof line, "began %lld\n", start.at_ns);
  [[maybe_unused]] const ssize_t written = ::write(status_fd, line, static_cast<size_t>(length));
}

void report(int status_fd, const Ending& ending, int exec_failed) {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  char line[256];
  int length = 0;
  if (exec_failed != 0) {
    length = std::snprintf(line, sizeof line, "exec-failed %d\n", exec_failed);
  } else {
    const bool exited = WIFEXITED(ending.status);
    length = std::snprintf(
        line, sizeof line, "%s %d %.6f %.6f %ld %ld %ld\n", exited ? "exit" : "signal",
        exited ? WEXITSTATUS(ending.status) : WTERMSIG(ending.status), seconds(usage.ru_utime),
        seconds(usage.ru_stime), usage.ru_inblock, usage.ru_oublock, usage.ru_maxrss);
  }
  if (::write(status_fd, line, static_cast<size_t>(length)) != length) ::_exit(125);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 9) {
    std::fputs("tandem-launch is started by tandem, not by hand\n", stderr);
    return 2;
  }
  const pid_t parent = std::atoi(argv[1]);
  const int status_fd = std::atoi(argv[2]);
  const double grace_s = std::atof(argv[3]);
  ::fcntl(status_fd, F_SETFD, FD_CLOEXEC);

  sigset_t waited;  // tandem has blocked both already, so that none comes too early
  sigemptyset(&waited);
  sigaddset(&waited, SIGCHLD);
  sigaddset(&waited, SIGTERM);
  ::sigprocmask(SIG_BLOCK, &waited, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) return 1;  // tandem was gone before the line above

  if (std::strcmp(argv[6], "held") == 0 && !wait_for_go()) {
    report(status_fd, {true, called_off_before_start << 8}, 0);
    return 0;
  }
  Start how;
  const pid_t program = start(argv + 8, {argv[4], argv[5], argv[7]}, how);
  if (program < 0) how.failed = errno;
  if (how.failed == 0) report_begin(status_fd, how);
  Ending ending;
  while (how.failed == 0 && !ending.known) {
    int signal_number = 0;
    ::sigwait(&waited, &signal_number);
    if (signal_number == SIGTERM) break;
    reap(program, ending);
  }
  if (program > 0) end_descendants(program, grace_s, ending);
  report(status_fd, ending, how.failed);
  return 0;
}
