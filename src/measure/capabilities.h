#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "measure/perf_energy.h"

namespace tandem::measure {

/// Something the meter can read on this machine, or not.
struct Capability {
  std::string name;  ///< `cpu_energy`, `gpu_energy`, `process_tree`, …
  bool available = false;
  std::string detail;  ///< what it reads from, or why it can't
  /// Commands of which any one enables it, to be copied as they are; empty when nothing does, or
  /// nothing is to be done.
  std::vector<std::string> enable_with = {};
};

/// Looks for all of them with the proc and sys below `root`, and leaves nothing behind.
std::vector<Capability> probe_capabilities(const std::filesystem::path& root = "/",
                                           const PerfOpener& open = open_perf_event);

}  // namespace tandem::measure
