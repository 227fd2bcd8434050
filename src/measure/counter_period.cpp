#include "measure/counter_period.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace tandem::measure {
namespace {

constexpr size_t fewest_changes = 3;
constexpr size_t enough_changes = 8;
constexpr auto between_looks = std::chrono::milliseconds(1);

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace

Waiting Waiting::real() {
  return {core::Clock::now, [](core::Clock::duration time) { std::this_thread::sleep_for(time); }};
}

core::Reading counter_period_s(const std::function<core::Reading()>& read, double at_most_s,
                               const Waiting& waiting) {
  const core::Time begin = waiting.now();
  core::Reading before = read();
  if (!before) return before;
  std::vector<core::Time> changes;
  while (changes.size() < enough_changes &&
         core::seconds_between(begin, waiting.now()) < at_most_s) {
    waiting.sleep(between_looks);
    core::Reading counter = read();
    if (!counter) return counter;
    if (*counter != *before) changes.push_back(waiting.now());
    before = std::move(counter);
  }
  if (changes.size() < fewest_changes) {
    return core::Reading::missing(
        fmt::format("the energy counter changed {} times in {:g} s", changes.size(), at_most_s));
  }
  std::vector<double> periods_s;
  for (size_t i = 1; i < changes.size(); ++i) {
    periods_s.push_back(core::seconds_between(changes[i - 1], changes[i]));
  }
  return median(std::move(periods_s));
}

}  // namespace tandem::measure
