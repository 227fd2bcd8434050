#include "study/schedule.h"

#include <algorithm>
#include <numeric>

namespace tandem::study {
namespace {

/// Places the tasks in the order of `turns`, which holds their indices.
Schedule place(std::span<const Task> tasks, std::span<const size_t> turns, size_t devices) {
  Schedule schedule;
  schedule.tasks.resize(tasks.size());
  std::vector<double> free_at_s(devices, 0);
  std::vector<double> durations_s;
  for (const size_t turn : turns) {
    const Task& task = tasks[turn];
    const auto earliest = std::ranges::min_element(free_at_s);
    const size_t device = task.device.value_or(static_cast<size_t>(earliest - free_at_s.begin()));
    const double start_s = free_at_s.at(device);
    free_at_s[device] = start_s + task.duration_s;
    schedule.tasks[turn] = {device, start_s, free_at_s[device]};
    durations_s.push_back(task.duration_s);
  }
  schedule.makespan_s = std::ranges::max(free_at_s);
  schedule.lower_bound_s = makespan_lower_bound_s(durations_s, devices);
  return schedule;
}

std::vector<size_t> as_listed(size_t count) {
  std::vector<size_t> turns(count);
  std::iota(turns.begin(), turns.end(), 0U);
  return turns;
}

}  // namespace

double Schedule::excess() const {
  return lower_bound_s > 0 ? makespan_s / lower_bound_s - 1 : 0;
}

double makespan_lower_bound_s(std::span<const double> durations_s, size_t devices) {
  double sum_s = 0;
  double longest_s = 0;
  for (const double duration_s : durations_s) {
    sum_s += duration_s;
    longest_s = std::max(longest_s, duration_s);
  }
  return std::max(longest_s, sum_s / static_cast<double>(devices));
}

Schedule schedule_in_order(std::span<const Task> tasks, size_t devices) {
  return place(tasks, as_listed(tasks.size()), devices);
}

Schedule schedule_longest_first(std::span<const double> durations_s, size_t devices) {
  std::vector<Task> tasks;
  for (const double duration_s : durations_s) tasks.push_back({duration_s, std::nullopt});
  std::vector<size_t> turns = as_listed(tasks.size());
  std::ranges::stable_sort(turns, std::ranges::greater{},
                           [&](size_t task) { return durations_s[task]; });
  return place(tasks, turns, devices);
}

}  // namespace tandem::study
