#pragma once

#include <unistd.h>

#include <map>
#include <string>

#include "measure/perf_energy.h"
#include "temporary_folder.h"

namespace tandem::measure {

inline const std::string power_events = "sys/bus/event_source/devices/power/";

/// A kernel that refuses every event.
inline PerfOpener refusing_opener(int error) {
  return [error](std::uint32_t, std::uint64_t, int) { return OpenedEvent{{}, error}; };
}

/// Opens pipes instead of events; what is written to one is the event's next count.
class FakeEvents {
 public:
  PerfOpener opener() {
    return [this](std::uint32_t, std::uint64_t config, int cpu) {
      int ends[2] = {-1, -1};
      if (::pipe(ends) != 0) return OpenedEvent{{}, errno};
      write_ends_[{config, cpu}] = core::FileDescriptor(ends[1]);
      return OpenedEvent{core::FileDescriptor(ends[0]), 0};
    };
  }
  void show(std::uint64_t config, int cpu, std::uint64_t count) {
    const ssize_t written = ::write(write_ends_.at({config, cpu}).get(), &count, sizeof count);
    EXPECT_EQ(written, static_cast<ssize_t>(sizeof count));
  }
  /// From now on it reads as an event that the kernel gave up.
  void end(std::uint64_t config, int cpu) { write_ends_.at({config, cpu}).reset(); }

 private:
  std::map<std::pair<std::uint64_t, int>, core::FileDescriptor> write_ends_;
};

inline void write_power_event(const test::TemporaryFolder& root, const std::string& name,
                              const std::string& description,
                              const std::string& scale = "2.3283064365386962890625e-10") {
  root.write(power_events + "events/" + name, description + "\n");
  root.write(power_events + "events/" + name + ".scale", scale + "\n");
  root.write(power_events + "events/" + name + ".unit", "Joules\n");
}

inline void write_cpu(const test::TemporaryFolder& root, int cpu, int package, int die = 0) {
  const std::string folder = "sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
  root.write(folder + "physical_package_id", std::to_string(package) + "\n");
  root.write(folder + "die_id", std::to_string(die) + "\n");
}

}  // namespace tandem::measure
