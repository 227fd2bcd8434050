#pragma once

#include <chrono>
#include <string>

namespace tandem::core {

/// Intervals are measured on CLOCK_MONOTONIC, which no change of the wall clock moves.
using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;

inline double seconds_between(Time begin, Time end) {
  return std::chrono::duration<double>(end - begin).count();
}

inline Clock::duration from_seconds(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

/// The three clocks of the machine at one instant, in seconds, to tell what happened to the time
/// between two of them (clock_gettime(2)).
struct Clocks {
  double monotonic_s = 0;  ///< stands still while the machine sleeps
  double boottime_s = 0;   ///< goes on while it sleeps
  double wall_s = 0;       ///< may be set

  static Clocks now();
};
/// Seconds for which the machine slept.
double slept_s(const Clocks& begin, const Clocks& end);
/// Seconds by which the wall clock was moved; its slow corrections (NTP) count too.
double wall_clock_moved_s(const Clocks& begin, const Clocks& end);

/// The wall clock in UTC, for labels only: `2025-11-11T08:30:00.123Z`.
std::string wall_clock_label(
    std::chrono::system_clock::time_point when = std::chrono::system_clock::now());

}  // namespace tandem::core
