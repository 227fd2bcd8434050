#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tandem::measure {

/// Something the meter can read on this machine, or not.
struct Capability {
  std::string name;  ///< `cpu_energy`, `gpu_energy`, `process_tree`
  bool available = false;
  std::string detail;  ///< what it reads from, or why it can't and how to enable it
};

/// Looks for all of them with the proc and sys below `root`.
std::vector<Capability> probe_capabilities(const std::filesystem::path& root = "/");

}  // namespace tandem::measure
