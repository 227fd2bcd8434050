#pragma once

#include <filesystem>
#include <string>

#include "core/error.h"

namespace tandem::cli {

struct OverheadRequest {
  std::string workload = "examples/mnist";  ///< id of one that tandem can train
  std::filesystem::path data;
  int pairs = 20;
  double sampling_hz = 10;
  bool as_json = false;
};

/// `tandem doctor --overhead`: what sampling costs a training on this machine, with its interval.
/// Throws core::UserError for a workload that can't be trained here.
core::ExitCode show_overhead(const OverheadRequest& request);

}  // namespace tandem::cli
