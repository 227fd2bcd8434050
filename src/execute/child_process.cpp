#include "execute/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <utility>

#include "core/error.h"
#include "core/file.h"

namespace tandem::execute {
namespace fs = std::filesystem;
namespace {

using core::FileDescriptor;

constexpr int events_fd_in_child = 3;
constexpr int status_fd_in_child = 4;

FileDescriptor open_log(const fs::path& file) {
  FileDescriptor log(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!log.is_open()) throw core::SystemError("can't write '" + file.string() + "'", errno);
  return log;
}

std::pair<FileDescriptor, FileDescriptor> socket_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw core::SystemError("can't make a socket pair", errno);
  }
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

void set_non_blocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/// What posix_spawn does with descriptors before the program begins.
class SpawnActions {
 public:
  SpawnActions() { posix_spawn_file_actions_init(&actions_); }
  ~SpawnActions() { posix_spawn_file_actions_destroy(&actions_); }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;

  void open(int fd, const char* file) {
    posix_spawn_file_actions_addopen(&actions_, fd, file, O_RDONLY, 0);
  }
  void duplicate(int from, int to) { posix_spawn_file_actions_adddup2(&actions_, from, to); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

/// A process group of its own (the terminal's Ctrl-C reaches tandem alone) and signals as new, but
/// for the two that the launcher waits for: a request to end must not come before it listens.
class SpawnAttributes {
 public:
  SpawnAttributes() {
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setpgroup(&attributes_, 0);
    sigset_t waited_for;
    sigset_t all;
    sigemptyset(&waited_for);
    sigaddset(&waited_for, SIGTERM);
    sigaddset(&waited_for, SIGCHLD);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &waited_for);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes_); }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

std::vector<std::string> environment_with(const std::map<std::string, std::string>& added,
                                          const std::vector<std::string>& without) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const std::string name = text.substr(0, text.find('='));
    // A tandem that is itself somebody's training doesn't hand its own socket on.
    const bool is_ours = name == "TANDEM_EVENTS" || name == "TANDEM_EVENTS_INODE";
    const bool is_left_out = std::ranges::any_of(
        without, [&](const std::string& prefix) { return name.starts_with(prefix); });
    if (!is_ours && !is_left_out && !added.contains(name)) environment.push_back(text);
  }
  for (const auto& [name, value] : added) environment.push_back(name + "=" + value);
  return environment;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> launcher_arguments(const fs::path& launcher, const Command& command) {
  std::vector<std::string> arguments = {
      launcher,
      std::to_string(::getpid()),
      std::to_string(status_fd_in_child),
      fmt::format("{}", command.grace_s),
      command.cores.empty() ? "-" : fmt::format("{}", fmt::join(command.cores, ",")),
      command.cgroup ? (*command.cgroup / "cgroup.procs").string() : "-",
      command.held ? "held" : "at_once",
      command.working_folder.empty() ? "-" : command.working_folder.string()};
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  return arguments;
}

ProcessEnd parse_status(const std::string& line) {
  std::istringstream words(line);
  std::string kind;
  ProcessEnd end;
  double user_s = 0;
  double system_s = 0;
  double read_blocks = 0;
  double written_blocks = 0;
  double largest_rss_kib = 0;
  if (!(words >> kind >> end.number)) return {};
  if (kind == "exec-failed") {
    end.kind = ProcessEnd::Kind::not_started;
    return end;
  }
  end.kind = kind == "exit" ? ProcessEnd::Kind::exited : ProcessEnd::Kind::signalled;
  if (words >> user_s >> system_s >> read_blocks >> written_blocks >> largest_rss_kib) {
    constexpr double blocks_per_mib = 2048;
    end.cpu_time_s = user_s + system_s;
    end.io_read_mib = read_blocks / blocks_per_mib;
    end.io_written_mib = written_blocks / blocks_per_mib;
    end.largest_rss_mib = largest_rss_kib / 1024;
  }
  return end;
}

ino_t inode_of(const FileDescriptor& file) {
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) throw core::SystemError("fstat", errno);
  return status.st_ino;
}

}  // namespace

std::string ProcessEnd::describe() const {
  switch (kind) {
    case Kind::exited:
      return fmt::format("exit code {}", number);
    case Kind::signalled:
      return fmt::format("signal {} ({})", number, ::strsignal(number));
    case Kind::not_started:
      return fmt::format("could not be started: {}", ::strerror(number));
    case Kind::lost:
      break;
  }
  return "lost: its launcher ended without a word";
}

ChildProcess::ChildProcess(const Command& command) {
  const std::optional<fs::path> launcher = find_program("tandem-launch");
  if (!launcher) throw core::SystemError("tandem-launch is not beside tandem");
  const bool has_logs = command.streams == Command::Streams::logs;
  FileDescriptor stdout_log;
  FileDescriptor stderr_log;
  if (has_logs) {
    stdout_log = open_log(command.stdout_file);
    stderr_log = open_log(command.stderr_file);
  }
  auto [events, events_of_child] = socket_pair();
  auto [status, status_of_child] = socket_pair();

  // A descriptor that is already 3 or 4 would be overwritten by the dup2 for the other one, and
  // one that is duplicated onto itself keeps its close-on-exec flag; so both are moved away first.
  constexpr int above = 10;
  const FileDescriptor events_moved(::fcntl(events_of_child.get(), F_DUPFD_CLOEXEC, above));
  const FileDescriptor status_moved(::fcntl(status_of_child.get(), F_DUPFD_CLOEXEC, above));
  if (!events_moved.is_open() || !status_moved.is_open()) {
    throw core::SystemError("can't duplicate a descriptor", errno);
  }
  SpawnActions actions;
  std::map<std::string, std::string> added = command.environment;
  if (has_logs) {
    actions.open(STDIN_FILENO, "/dev/null");
    actions.duplicate(stdout_log.get(), STDOUT_FILENO);
    actions.duplicate(stderr_log.get(), STDERR_FILENO);
    actions.duplicate(events_moved.get(), events_fd_in_child);
    if (!command.held) {
      added["TANDEM_EVENTS"] = std::to_string(events_fd_in_child);
      added["TANDEM_EVENTS_INODE"] = std::to_string(inode_of(events_moved));
    }
  } else if (::isatty(STDIN_FILENO) == 1) {
    // A process group in the background that reads the terminal would be stopped.
    actions.open(STDIN_FILENO, "/dev/null");
  }
  actions.duplicate(status_moved.get(), status_fd_in_child);

  std::vector<std::string> environment = environment_with(added, command.without);
  std::vector<std::string> arguments = launcher_arguments(*launcher, command);
  const SpawnAttributes attributes;
  const int error =
      ::posix_spawn(&launcher_pid_, launcher->c_str(), actions.get(), attributes.get(),
                    pointers_to(arguments).data(), pointers_to(environment).data());
  if (error != 0) throw core::SystemError("can't start '" + launcher->string() + "'", error);
  set_non_blocking(events.get());
  set_non_blocking(status.get());
  if (has_logs) events_ = std::move(events);
  status_ = std::move(status);
}

ChildProcess::~ChildProcess() {
  if (!end_) request_end();
  while (!end_) {
    pollfd waiting{status_.get(), POLLIN, 0};
    ::poll(&waiting, 1, 1000);
    poll_end();
  }
}

std::optional<ProcessEnd> ChildProcess::poll_end() {
  while (!end_) {
    char buffer[128];
    const ssize_t count = ::read(status_.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return std::nullopt;
    if (count > 0) {
      status_line_.append(buffer, static_cast<size_t>(count));
      take_begin();
      continue;
    }
    end_ = parse_status(status_line_);  // end of file: the launcher has closed its end
    status_.reset();
    wait_for_launcher();
  }
  return end_;
}

/// The launcher's first line; what is left is its last one.
void ChildProcess::take_begin() {
  const size_t end = status_line_.find('\n');
  if (began_at_ || end == std::string::npos) return;
  std::istringstream words(status_line_.substr(0, end));
  std::string kind;
  std::int64_t ns = 0;
  if (!(words >> kind >> ns) || kind != "began") return;
  began_at_ = core::Time(std::chrono::nanoseconds(ns));
  status_line_.erase(0, end + 1);
}

void ChildProcess::request_end() {
  if (end_ || end_requested_) return;
  end_requested_ = true;
  ::kill(launcher_pid_, SIGTERM);
}

void ChildProcess::wait_for_launcher() {
  while (::waitpid(launcher_pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::optional<fs::path> find_program(const std::string& program) {
  const auto executable = [](const fs::path& file) {
    std::error_code code;
    return fs::is_regular_file(file, code) && ::access(file.c_str(), X_OK) == 0;
  };
  if (program.find('/') != std::string::npos) {
    if (executable(program)) return fs::path(program);
    return std::nullopt;
  }
  std::vector<fs::path> folders = {core::program_folder()};
  const char* path = std::getenv("PATH");
  std::istringstream entries(path == nullptr ? "" : path);
  for (std::string entry; std::getline(entries, entry, ':');) folders.emplace_back(entry);
  for (const fs::path& folder : folders) {
    // A relative folder of PATH is seen from here, wherever the program is started.
    if (executable(folder / program)) return fs::absolute(folder / program);
  }
  return std::nullopt;
}

}  // namespace tandem::execute
