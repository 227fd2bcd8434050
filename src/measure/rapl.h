#pragma once

#include <filesystem>

#include "measure/perf_energy.h"
#include "measure/signal.h"

namespace tandem::measure {

/// Prefix of the names of all RAPL signals: `rapl_package_0_j`, `rapl_dram_0_j`.
inline constexpr const char* rapl_prefix = "rapl_";

/// The RAPL energy counters of the CPU packages, and of their memory where it has any, through
/// powercap if that may be read, else through perf events; the signals' descriptions tell which.
/// One level only, so that no joule is counted twice. Missing with the reasons of both, and the
/// commands that would enable either.
FoundSource find_rapl(const std::filesystem::path& root = "/",
                      const PerfOpener& open = open_perf_event);

}  // namespace tandem::measure
