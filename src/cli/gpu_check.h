#pragma once

#include <string>
#include <vector>

#include "core/error.h"

namespace tandem::cli {

struct GpuCheckRequest {
  double seconds = 10;            ///< how long energy and power are watched
  std::vector<std::string> gpus;  ///< UUIDs or PCI addresses; empty: all
  bool as_json = false;
};

/// `tandem doctor --gpu`: how good the meters of this machine's GPUs are as things are now, idle or
/// at work: how often the energy counter changes, whether it agrees with the power, what each
/// question costs, who is on the device. Exits with 1 where there is no GPU. Throws core::UserError
/// for a GPU that isn't there.
core::ExitCode show_gpu_check(const GpuCheckRequest& request);

}  // namespace tandem::cli
