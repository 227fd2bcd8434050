#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/measured.h"
#include "measure/gpu.h"

namespace tandem::execute {

/// Who and what is on a GPU on which there should be nothing. Processes are named `1234 (Xorg)`.
struct GpuOccupancy {
  std::vector<std::string> computing;  ///< with a compute context, or as clients of MPS
  std::vector<std::string> graphics;   ///< a display's, which stay
  std::vector<std::string> unknown;    ///< numbers that may be another namespace's
  std::string problem;                 ///< why the list of processes can't be had; empty: it can
  core::Reading used_mib;
  /// Used memory less that of the processes above; missing where one of the two isn't told.
  core::Reading unexplained_mib;

  bool has_unexplained(double at_most_mib) const {
    return unexplained_mib && *unexplained_mib > at_most_mib;
  }
  /// `contaminated` by what was seen, `contamination_unknown` by what couldn't be.
  std::vector<core::Caution> cautions(double at_most_unexplained_mib) const;
};

/// Asks the driver, which takes milliseconds. `root` is where proc is.
GpuOccupancy look_at(const measure::Gpu& gpu, const std::filesystem::path& root);

}  // namespace tandem::execute
