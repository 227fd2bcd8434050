#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "core/file_descriptor.h"
#include "measure/signal.h"

namespace tandem::measure {

/// A perf event that was opened, or errno of why it wasn't.
struct OpenedEvent {
  core::FileDescriptor fd;
  int error = 0;
};

/// Opens an event of `type` and `config` that counts for everything on one CPU.
using PerfOpener = std::function<OpenedEvent(std::uint32_t type, std::uint64_t config, int cpu)>;
OpenedEvent open_perf_event(std::uint32_t type, std::uint64_t config, int cpu);

/// The energy counters of the CPU's packages and of their memory through the `power` events in
/// sys/bus/event_source/devices/power below `root`: one event for each CPU of its cpumask. The
/// kernel keeps them in 64 bits, so that they don't start again. Missing when any of the events
/// can't be opened: a part is not the whole.
FoundSource find_perf_energy(const std::filesystem::path& root = "/",
                             const PerfOpener& open = open_perf_event);

}  // namespace tandem::measure
