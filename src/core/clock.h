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

/// The wall clock in UTC, for labels only: `2025-11-11T08:30:00.123Z`.
std::string wall_clock_label();

}  // namespace tandem::core
