#include "core/clock.h"

#include <fmt/chrono.h>

#include <ctime>

namespace tandem::core {

Clocks Clocks::now() {
  const auto read_s = [](clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  return {read_s(CLOCK_MONOTONIC), read_s(CLOCK_BOOTTIME), read_s(CLOCK_REALTIME)};
}

double slept_s(const Clocks& begin, const Clocks& end) {
  return (end.boottime_s - begin.boottime_s) - (end.monotonic_s - begin.monotonic_s);
}

double wall_clock_moved_s(const Clocks& begin, const Clocks& end) {
  return (end.wall_s - begin.wall_s) - (end.boottime_s - begin.boottime_s);
}

std::string wall_clock_label(std::chrono::system_clock::time_point when) {
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(when)), milliseconds);
}

}  // namespace tandem::core
