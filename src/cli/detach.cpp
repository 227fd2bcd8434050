#include "cli/detach.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "core/file_descriptor.h"

namespace tandem::cli {

Background Background::start(const std::function<void(pid_t)>& report) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw core::SystemError("can't make a pipe", errno);
  std::fflush(nullptr);  // what is buffered would be written twice
  const pid_t process = ::fork();
  if (process < 0) throw core::SystemError("can't start a process", errno);
  if (process == 0) {
    ::close(ends[0]);
    ::setsid();  // Ctrl-C and a terminal that goes away are the shell's, not the session's
    return Background(ends[1]);
  }
  ::close(ends[1]);
  char byte = 0;
  ssize_t count = 0;
  while ((count = ::read(ends[0], &byte, 1)) < 0 && errno == EINTR) {
  }
  if (count == 1) {
    report(process);
    std::exit(static_cast<int>(core::ExitCode::success));
  }
  int status = 0;
  while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  std::exit(WIFEXITED(status) ? WEXITSTATUS(status)
                              : static_cast<int>(core::ExitCode::system_failure));
}

void Background::begun(const std::filesystem::path& log) const {
  const core::FileDescriptor file(
      ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!file.is_open()) throw core::SystemError("can't write '" + log.string() + "'", errno);
  const core::FileDescriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!nothing.is_open()) throw core::SystemError("can't open /dev/null", errno);
  std::fflush(nullptr);
  ::dup2(nothing.get(), STDIN_FILENO);
  ::dup2(file.get(), STDOUT_FILENO);
  ::dup2(file.get(), STDERR_FILENO);
  const core::FileDescriptor pipe(fd_);
  pipe.write_all("b");
}

}  // namespace tandem::cli
