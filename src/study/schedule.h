#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace tandem::study {

/// A run that has to be placed in time: how long it takes, and the device that it must be made on,
/// if it is bound to one.
struct Task {
  double duration_s = 0;
  std::optional<size_t> device;
};

/// Where and when a task is carried out. Seconds since the begin of the schedule.
struct ScheduledTask {
  size_t device = 0;
  double start_s = 0;
  double end_s = 0;
};

/// What each task of a list was given, in the list's order. A device carries out one at a time.
struct Schedule {
  std::vector<ScheduledTask> tasks;
  double makespan_s = 0;  ///< until the last task has ended
  /// No schedule of these tasks, had they been free to choose their device, is shorter.
  double lower_bound_s = 0;

  /// By how much the makespan is longer than the bound, as a share of that; 0 where both are 0.
  double excess() const;
};

/// The longer of the longest task and of the sum shared out evenly. `devices` is at least 1.
double makespan_lower_bound_s(std::span<const double> durations_s, size_t devices);

/// List scheduling (Graham 1966): each task in turn goes to its own device, or else to the one that
/// is free first, of several the one with the lowest number. That is how a session with one queue
/// takes its runs. Throws std::out_of_range for a task that is bound to a device beyond the last.
Schedule schedule_in_order(std::span<const Task> tasks, size_t devices);

/// The same, the longest tasks first (of equal ones the earlier in the list): within 4/3 − 1/(3 m)
/// of the shortest makespan on m devices (Graham 1969, theorem 2).
Schedule schedule_longest_first(std::span<const double> durations_s, size_t devices);

}  // namespace tandem::study
