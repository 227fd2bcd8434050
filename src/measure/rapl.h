#pragma once

#include <filesystem>
#include <string>

#include "measure/signal.h"

namespace tandem::measure {

/// Prefix of the names of all RAPL signals: `rapl_package_0_j`, `rapl_dram_0_j`.
inline constexpr const char* rapl_prefix = "rapl_";

/// The RAPL energy counters of the CPU packages, and of their DRAM where it has one, through
/// powercap in the sys below `root`. One level only: core and uncore are within the package, psys
/// is around it. Missing with the reason, and how to enable it, where there are none or they may
/// not be read. To be read at least every 30 s, for some counters wrap in a few minutes at load.
FoundSource find_rapl(const std::filesystem::path& root = "/");

}  // namespace tandem::measure
