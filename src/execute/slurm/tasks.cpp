#include "execute/slurm/tasks.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

namespace tandem::execute::slurm {
namespace {

/// Union-find over runs.
class Groups {
 public:
  explicit Groups(size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), 0U); }
  size_t of(size_t run) {
    while (parent_[run] != run) run = parent_[run] = parent_[parent_[run]];
    return run;
  }
  void join(size_t one, size_t other) { parent_[of(one)] = of(other); }

 private:
  std::vector<size_t> parent_;
};

/// Four different limits between one and the next power of two.
int rounded_up_min(double seconds) {
  const auto minutes = static_cast<unsigned>(std::max(1.0, std::ceil(seconds / 60)));
  const unsigned step = std::max(1U, std::bit_floor(minutes) / 4);
  return static_cast<int>((minutes + step - 1) / step * step);
}

/// A task that is being filled.
struct Filling {
  Task task;
  double expected_s = 0;
  int limits_reached = 0;
};

int time_limit_min(const Filling& filling, const study::SlurmSettings& settings) {
  const double wanted_s =
      std::max(filling.expected_s * settings.time_margin, settings.time_at_least_s) *
      std::exp2(filling.limits_reached);
  // What a partition allows at most must not be rounded up.
  const int longest_min = longest_limit_min(settings);
  return std::min(longest_min, rounded_up_min(std::min(wanted_s, 60.0 * longest_min)));
}

}  // namespace

int longest_limit_min(const study::SlurmSettings& settings) {
  return std::max(1, static_cast<int>(settings.time_at_most_s / 60) - told_before_end_min);
}

std::string name_of(const Place& place) {
  return place.gpu.empty() ? place.node : place.node + " " + place.gpu;
}

Place place_of(const std::string& device) {
  const size_t space = device.find(' ');
  if (space == std::string::npos) return {device, ""};
  return {device.substr(0, space), device.substr(space + 1)};
}

std::vector<size_t> groups_of(const study::Plan& plan, study::DeviceAffinity affinity) {
  std::vector<size_t> numbers(plan.runs.size());
  std::iota(numbers.begin(), numbers.end(), 0U);
  if (affinity == study::DeviceAffinity::any) return numbers;
  Groups groups(plan.runs.size());
  std::map<std::pair<size_t, int>, size_t> run_of_block;
  for (const study::Cell& cell : plan.cells) {
    const auto [first, is_new] = run_of_block.try_emplace({cell.pair, cell.repetition}, cell.run);
    if (!is_new) groups.join(cell.run, first->second);
  }
  std::map<size_t, size_t> number_of_root;
  for (size_t run = 0; run < plan.runs.size(); ++run) {
    numbers[run] = number_of_root.try_emplace(groups.of(run), number_of_root.size()).first->second;
  }
  return numbers;
}

std::vector<TaskArray> share_out(std::span<const MissingRun> runs, std::span<const Place> places,
                                 const study::SlurmSettings& settings, double between_s,
                                 size_t most_tasks) {
  // The groups in the order of their first run, and each one's runs in the plan's.
  std::vector<size_t> order;
  std::map<size_t, std::vector<const MissingRun*>> members;
  for (const MissingRun& run : runs) {
    std::vector<const MissingRun*>& group = members[run.group];
    if (group.empty()) order.push_back(run.group);
    group.push_back(&run);
  }

  std::vector<std::pair<Place, Filling>> full;
  std::map<Place, Filling> open;
  for (const size_t group : order) {
    const Place& place = places[group];
    Filling& filling = open[place];
    for (const MissingRun* run : members[group]) {
      filling.task.runs.push_back(run->run);
      filling.expected_s += run->run.expected_s + between_s;
      filling.limits_reached = std::max(filling.limits_reached, run->limits_reached);
    }
    if (filling.expected_s < settings.pack_to_s) continue;
    full.emplace_back(place, std::move(filling));
    open.erase(place);
  }
  for (auto& [place, filling] : open) full.emplace_back(place, std::move(filling));

  std::vector<TaskArray> arrays;
  std::map<std::pair<std::string, int>, size_t> array_of;
  for (auto& [place, filling] : full) {
    const int limit_min = time_limit_min(filling, settings);
    const auto key = std::pair(place.node, limit_min);
    const auto [found, is_new] = array_of.try_emplace(key, arrays.size());
    if (!is_new && arrays[found->second].tasks.size() == most_tasks) found->second = arrays.size();
    if (found->second == arrays.size()) arrays.push_back({place.node, limit_min, {}});
    filling.task.gpu = place.gpu;
    arrays[found->second].tasks.push_back(std::move(filling.task));
  }
  return arrays;
}

}  // namespace tandem::execute::slurm
