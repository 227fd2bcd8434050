#pragma once

#include <filesystem>

#include "measure/signal.h"

namespace tandem::measure {

/// The energy counters of the CPU's packages and of their memory in sys/class/powercap below
/// `root` (Documentation/power/powercap/powercap.rst). Each domain once, whichever driver shows it.
/// Missing when any of the counters that would be added can't be read: a part is not the whole.
/// Some counters start again after a few minutes at load: the signals say how often to read.
FoundSource find_powercap(const std::filesystem::path& root = "/");

}  // namespace tandem::measure
