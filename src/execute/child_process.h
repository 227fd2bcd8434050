#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/file_descriptor.h"

namespace tandem::execute {

/// How a program ended.
struct ProcessEnd {
  enum class Kind { exited, signalled, not_started, lost };
  Kind kind = Kind::lost;
  int number = 0;  ///< exit code, signal number or errno
  /// What the kernel has counted for the program and all its descendants that were waited for
  /// (getrusage(2)); nothing when the program was lost or not started.
  std::optional<double> cpu_time_s;
  std::optional<double> io_read_mib;  ///< from storage
  std::optional<double> io_written_mib;
  std::optional<double> largest_rss_mib;  ///< most that any one of them had resident
  /// `exit code 3`, `signal 9 (Killed)`, `could not be started: No such file or directory`.
  std::string describe() const;
};

/// A program to be started: an argument vector, never a shell.
struct Command {
  /// `logs`: nothing to read, output into the files below, a protocol socket. `of_tandem`: tandem's
  /// own standard streams, and no protocol.
  enum class Streams { logs, of_tandem };

  std::vector<std::string> arguments;              ///< program first
  std::map<std::string, std::string> environment;  ///< added to tandem's own
  std::vector<std::string> without;                ///< of that: variables that begin like this
  std::vector<int> cores;                          ///< empty: not pinned
  Streams streams = Streams::logs;
  /// Begins when a line is written to events(), and has no protocol itself. Only with logs.
  bool held = false;
  std::filesystem::path working_folder;  ///< empty: tandem's own
  std::filesystem::path stdout_file;     ///< made anew, or appended to
  std::filesystem::path stderr_file;     ///< may be the same: all that it wrote in its order
  /// Folder of the cgroup (version 2) that the program joins before it begins; see RunCgroup.
  std::optional<std::filesystem::path> cgroup;
  double grace_s = 5;  ///< between TERM and KILL when it is ended
};

/// A running program with its protocol socket. It runs below `tandem-launch`, which ends it and all
/// its descendants when asked to, when the program has ended, and when tandem itself dies. Must be
/// started from a thread that lives as long as the program (the death signal follows the thread).
class ChildProcess {
 public:
  /// Throws core::SystemError when tandem-launch or the files can't be had. A program that can't be
  /// started is an end like others: ProcessEnd::Kind::not_started.
  explicit ChildProcess(const Command& command);
  /// Ends the program, if it runs, and waits for that.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// The root of the program's process tree.
  pid_t pid() const { return launcher_pid_; }
  /// Connected to the program's TANDEM_EVENTS, or to what holds it; non-blocking; closed where it
  /// has none. May be closed by events().reset(), or taken.
  core::FileDescriptor& events() { return events_; }
  /// When the program began, behind what held it; nothing before poll_end() has looked after that.
  const std::optional<core::Time>& began_at() const { return began_at_; }
  /// Becomes readable when the program has begun and when it has ended; negative once poll_end()
  /// has told how.
  int end_fd() const { return status_.get(); }
  /// How it ended, nothing while it runs. Doesn't block.
  std::optional<ProcessEnd> poll_end();
  /// Asks for its end and returns at once; poll_end tells when it has come.
  void request_end();

 private:
  void take_begin();
  void wait_for_launcher();

  pid_t launcher_pid_ = -1;
  core::FileDescriptor events_;
  core::FileDescriptor status_;
  std::string status_line_;
  std::optional<core::Time> began_at_;
  std::optional<ProcessEnd> end_;
  bool end_requested_ = false;
};

/// The file that `program` means: itself when it holds a slash, else beside tandem, else in PATH;
/// nothing when it is nowhere or can't be executed.
std::optional<std::filesystem::path> find_program(const std::string& program);

}  // namespace tandem::execute
