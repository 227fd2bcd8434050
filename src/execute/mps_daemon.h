#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "execute/child_process.h"

namespace tandem::execute {

/// NVIDIA's control daemon of the Multi-Process Service, for one GPU and as long as this object
/// lives. It runs in the foreground below `tandem-launch`, which ends it and the server that it
/// starts when tandem ends, in whatever way. Must be made in a thread that lives as long.
class MpsDaemon {
 public:
  static constexpr const char* program = "nvidia-cuda-mps-control";

  /// `gpu` is its UUID; `folder` gets the daemon's logs. Returns when clients can connect. Throws
  /// core::UserError when the program isn't there, core::SystemError when it doesn't come up.
  MpsDaemon(const std::string& gpu, const std::filesystem::path& folder);
  ~MpsDaemon();
  MpsDaemon(const MpsDaemon&) = delete;
  MpsDaemon& operator=(const MpsDaemon&) = delete;

  /// What makes a training its client.
  std::map<std::string, std::string> environment() const;
  /// Throws core::SystemError when it has ended: trainings would be refused.
  void check();

 private:
  std::string end_of_its_words() const;

  std::filesystem::path log_folder_;
  std::filesystem::path pipe_folder_;
  std::unique_ptr<ChildProcess> process_;
};

}  // namespace tandem::execute
