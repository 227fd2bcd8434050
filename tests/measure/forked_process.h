#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>

namespace tandem::test {

/// A process that does what `body` says, in step with the test: `body` gets the other side of two
/// pipes, which its own children share.
class ForkedProcess {
 public:
  class Side {
   public:
    /// Tells the other side that a step is done.
    void say() const {
      if (::write(output_, "x", 1) != 1) ::_exit(1);
    }
    /// Waits until the other side has said so; false when it is gone.
    bool wait() const {
      char word = 0;
      return ::read(input_, &word, 1) == 1;
    }

   private:
    friend class ForkedProcess;
    int input_ = -1;
    int output_ = -1;
  };

  template <typename Body>
  explicit ForkedProcess(Body body) {
    std::array<int, 2> down{};
    std::array<int, 2> up{};
    if (::pipe2(down.data(), O_CLOEXEC) != 0 || ::pipe2(up.data(), O_CLOEXEC) != 0) std::abort();
    pid_ = ::fork();
    if (pid_ < 0) std::abort();
    side_.input_ = pid_ == 0 ? down[0] : up[0];
    side_.output_ = pid_ == 0 ? up[1] : down[1];
    ::close(pid_ == 0 ? down[1] : up[1]);
    ::close(pid_ == 0 ? up[0] : down[0]);
    if (pid_ != 0) return;
    body(side_);
    ::_exit(0);
  }
  ~ForkedProcess() {
    if (pid_ > 0) wait_for_end();
  }
  ForkedProcess(const ForkedProcess&) = delete;
  ForkedProcess& operator=(const ForkedProcess&) = delete;

  pid_t pid() const { return pid_; }
  const Side& side() const { return side_; }
  /// Waits for its end, which it comes to when nobody says anything any more; gives what the kernel
  /// has counted for it and the children that it has waited for.
  rusage wait_for_end() {
    ::close(side_.output_);
    ::close(side_.input_);
    rusage usage{};
    ::wait4(pid_, nullptr, 0, &usage);
    pid_ = 0;
    return usage;
  }

 private:
  pid_t pid_ = 0;
  Side side_;
};

/// Forks a process that does what `body` says.
template <typename Body>
pid_t fork_child(Body body) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  body();
  ::_exit(0);
}

inline void wait_for_child(pid_t pid) {
  ::waitpid(pid, nullptr, 0);
}

inline double cpu_time_s(const rusage& usage) {
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Uses up that much CPU time of the calling process.
inline void burn_cpu(double seconds) {
  const auto now_s = [] {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
  };
  const double end_s = now_s() + seconds;
  while (now_s() < end_s) {
  }
}

}  // namespace tandem::test
