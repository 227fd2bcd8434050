#include "study/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <stdexcept>

#include "core/file.h"
#include "studies.h"
#include "study/plan.h"

namespace tandem::study {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Le;

/// The shortest makespan of all assignments, each of which is tried.
double exact_makespan_s(const std::vector<double>& durations_s, std::vector<double>& loads_s,
                        size_t next = 0) {
  if (next == durations_s.size()) return std::ranges::max(loads_s);
  double best_s = std::numeric_limits<double>::infinity();
  for (double& load_s : loads_s) {
    load_s += durations_s[next];
    best_s = std::min(best_s, exact_makespan_s(durations_s, loads_s, next + 1));
    load_s -= durations_s[next];
  }
  return best_s;
}

/// That no device does two things at once or rests before its end, and that every task has its
/// time.
void expect_is_carried_out(const Schedule& schedule, const std::vector<double>& durations_s,
                           size_t devices) {
  ASSERT_EQ(schedule.tasks.size(), durations_s.size());
  double latest_s = 0;
  for (size_t device = 0; device < devices; ++device) {
    std::vector<std::pair<double, double>> times_s;
    for (size_t i = 0; i < durations_s.size(); ++i) {
      const ScheduledTask& task = schedule.tasks[i];
      ASSERT_LT(task.device, devices);
      EXPECT_DOUBLE_EQ(task.end_s, task.start_s + durations_s[i]);
      if (task.device == device) times_s.emplace_back(task.start_s, task.end_s);
    }
    std::ranges::sort(times_s);
    double free_at_s = 0;
    for (const auto& [start_s, end_s] : times_s) {
      EXPECT_DOUBLE_EQ(start_s, free_at_s);
      free_at_s = end_s;
    }
    latest_s = std::max(latest_s, free_at_s);
  }
  EXPECT_DOUBLE_EQ(schedule.makespan_s, latest_s);
}

TEST(Schedule, TakesTheLongestFirstToTheDeviceThatIsFreeFirst) {
  const std::vector<double> durations_s = {2, 3, 3, 4};
  const Schedule schedule = schedule_longest_first(durations_s, 2);
  std::vector<size_t> devices;
  std::vector<double> starts_s;
  for (const ScheduledTask& task : schedule.tasks) {
    devices.push_back(task.device);
    starts_s.push_back(task.start_s);
  }
  EXPECT_THAT(devices, ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(starts_s, ElementsAre(4, 0, 3, 0));
  EXPECT_EQ(schedule.makespan_s, 6);
  EXPECT_EQ(schedule.lower_bound_s, 6);
  EXPECT_EQ(schedule.excess(), 0);
}

TEST(Schedule, TakesTheGivenOrderAndLeavesWhatIsBoundOnItsDevice) {
  const std::vector<Task> tasks = {{5, 1}, {1, {}}, {1, {}}, {4, 1}, {1, {}}};
  const Schedule schedule = schedule_in_order(tasks, 2);
  std::vector<size_t> devices;
  for (const ScheduledTask& task : schedule.tasks) devices.push_back(task.device);
  EXPECT_THAT(devices, ElementsAre(1, 0, 0, 1, 0));
  EXPECT_EQ(schedule.makespan_s, 9);
  EXPECT_EQ(schedule.lower_bound_s, 6);
  EXPECT_DOUBLE_EQ(schedule.excess(), 0.5);
}

TEST(Schedule, RefusesATaskOnADeviceThatIsNotThere) {
  const std::vector<Task> tasks = {{1, 2}};
  EXPECT_THROW(schedule_in_order(tasks, 2), std::out_of_range);
}

TEST(Schedule, OfNothingTakesNoTime) {
  const Schedule schedule = schedule_longest_first({}, 3);
  EXPECT_EQ(schedule.makespan_s, 0);
  EXPECT_EQ(schedule.excess(), 0);
}

TEST(Schedule, OnOneDeviceTakesTheSum) {
  const std::vector<double> durations_s = {1, 2, 3.5};
  EXPECT_DOUBLE_EQ(schedule_longest_first(durations_s, 1).makespan_s, 6.5);
}

TEST(Schedule, IsNoShorterThanTheBoundAndNoLongerThanGrahamsLimitOverTheExactOptimum) {
  std::mt19937_64 generator(20261124);
  int not_optimal = 0;
  for (int repetition = 0; repetition < 300; ++repetition) {
    const size_t devices = 2 + generator() % 3;
    std::vector<double> durations_s(1 + generator() % 8);
    for (double& duration_s : durations_s) {
      duration_s = static_cast<double>(1 + generator() % 20);
    }
    std::vector<double> loads_s(devices, 0);
    const double optimum_s = exact_makespan_s(durations_s, loads_s);
    const Schedule schedule = schedule_longest_first(durations_s, devices);
    expect_is_carried_out(schedule, durations_s, devices);
    EXPECT_LE(schedule.lower_bound_s, optimum_s);
    EXPECT_GE(schedule.makespan_s, optimum_s);
    const double limit = 4.0 / 3.0 - 1.0 / (3.0 * static_cast<double>(devices));
    EXPECT_LE(schedule.makespan_s, limit * optimum_s + 1e-9);
    if (schedule.makespan_s > optimum_s) ++not_optimal;
  }
  EXPECT_GT(not_optimal, 0) << "no case was hard enough to tell the two apart";
}

TEST(Schedule, ReachesGrahamsLimitOnHisWorstCase) {
  // Graham 1969: two of each of 2m - 1 … m + 1 and three of m.
  const std::vector<double> durations_s = {5, 5, 4, 4, 3, 3, 3};
  std::vector<double> loads_s(3, 0);
  EXPECT_DOUBLE_EQ(exact_makespan_s(durations_s, loads_s), 9);
  EXPECT_DOUBLE_EQ(schedule_longest_first(durations_s, 3).makespan_s, 11);
}

TEST(Schedule, OfTheTwelvePairsIsWithinFivePercentOfTheBoundOnUpToEightDevices) {
  for (const char* solo_runs : {"shared", "literal"}) {
    core::Json document = core::read_json(core::shipped_file("studies/seed-full.json"));
    document["solo_runs"] = solo_runs;
    const Study study = parse_study(document, "seed-full.json", test::catalogue());
    std::vector<double> durations_s;
    for (const PlannedRun& run : make_plan(study, test::catalogue(), "test machine").runs) {
      durations_s.push_back(run.expected_s);
    }
    for (const size_t devices : {2, 3, 4, 8}) {
      const Schedule schedule = schedule_longest_first(durations_s, devices);
      expect_is_carried_out(schedule, durations_s, devices);
      EXPECT_THAT(schedule.excess(), Le(0.05)) << solo_runs << " on " << devices;
    }
    // So many that the longest run alone decides.
    const Schedule wide = schedule_longest_first(durations_s, 100);
    EXPECT_THAT(wide.makespan_s, DoubleNear(std::ranges::max(durations_s), 1e-9));
    EXPECT_EQ(wide.excess(), 0);
  }
}

}  // namespace
}  // namespace tandem::study
