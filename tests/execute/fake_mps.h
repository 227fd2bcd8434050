#pragma once

#include <sys/types.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "core/file.h"

namespace tandem::test {

/// An environment variable, for as long as this lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before_.empty()) {
      ::unsetenv(name_);
    } else {
      ::setenv(name_, before_.c_str(), 1);
    }
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string before_;
};

/// PATH with the stand-in for NVIDIA's control daemon of MPS before all else.
inline std::string path_with_fake_mps() {
  return std::string(TANDEM_FAKE_MPS_FOLDER) + ":" + std::getenv("PATH");
}

/// What the stand-in has written of itself, each time that it came up.
struct FakeMpsStart {
  pid_t daemon = 0;
  pid_t server = 0;
  std::string gpu;
};
inline std::vector<FakeMpsStart> fake_mps_starts(const std::filesystem::path& log_folder) {
  std::istringstream lines(core::read_file(log_folder / "control.log"));
  std::vector<FakeMpsStart> starts;
  for (FakeMpsStart start; lines >> start.daemon >> start.server >> start.gpu;) {
    starts.push_back(start);
  }
  return starts;
}

/// Waits until there is no such process, not longer than a loaded machine may need.
inline bool comes_to_an_end(pid_t process) {
  for (int i = 0; i < 3000; ++i) {
    if (::kill(process, 0) != 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace tandem::test
