#include "study/placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <set>

namespace tandem::study {
namespace {

using ::testing::ElementsAre;

/// Until the busiest device is done, when each makes the runs of its blocks, each once.
double makespan_s(const std::vector<Block>& blocks, const std::vector<double>& durations_s,
                  const std::vector<size_t>& devices, size_t count) {
  double longest_s = 0;
  for (size_t device = 0; device < count; ++device) {
    std::set<size_t> runs;
    for (size_t block = 0; block < blocks.size(); ++block) {
      if (devices[block] == device)
        runs.insert(blocks[block].runs.begin(), blocks[block].runs.end());
    }
    double load_s = 0;
    for (const size_t run : runs) load_s += durations_s[run];
    longest_s = std::max(longest_s, load_s);
  }
  return longest_s;
}

/// The shortest of all placements, each of which is tried.
double exact_makespan_s(const std::vector<Block>& blocks, const std::vector<double>& durations_s,
                        std::vector<size_t>& devices, size_t count, size_t next = 0) {
  if (next == blocks.size()) return makespan_s(blocks, durations_s, devices, count);
  double best_s = std::numeric_limits<double>::infinity();
  for (size_t device = 0; device < count; ++device) {
    devices[next] = device;
    best_s = std::min(best_s, exact_makespan_s(blocks, durations_s, devices, count, next + 1));
  }
  return best_s;
}

TEST(Placement, PutsBlocksThatShareRunsTogetherWhereThatSavesTime) {
  const std::vector<double> durations_s = {10, 1, 10, 1, 5, 6};
  // The first two share a run of 10, so do the next; apart, three of them would be made twice.
  const std::vector<Block> blocks = {{{0, 1}, {}}, {{0, 4}, {}}, {{2, 3}, {}}, {{2, 5}, {}}};
  const std::vector<double> free = {0, 0};
  const std::vector<size_t> devices = place_blocks(blocks, durations_s, free);
  EXPECT_EQ(devices[0], devices[1]);
  EXPECT_EQ(devices[2], devices[3]);
  EXPECT_NE(devices[0], devices[2]);
}

TEST(Placement, LeavesABlockWhereItIsAndCountsWhatADeviceHasToDoBefore) {
  const std::vector<double> durations_s = {5, 5, 5};
  const std::vector<Block> blocks = {{{0}, 0}, {{1}, 0}, {{2}, {}}};
  const std::vector<double> free = {0, 0};
  EXPECT_THAT(place_blocks(blocks, durations_s, free), ElementsAre(0, 0, 1));
  const std::vector<double> busy = {0, 20};
  EXPECT_THAT(place_blocks(blocks, durations_s, busy), ElementsAre(0, 0, 0));
}

TEST(Placement, IsCloseToTheExactOptimumOfSmallCases) {
  std::mt19937_64 generator(7);
  double worst = 0;
  for (int repetition = 0; repetition < 200; ++repetition) {
    const size_t count = 2 + generator() % 2;
    std::vector<double> durations_s(10);
    for (double& duration_s : durations_s) duration_s = static_cast<double>(1 + generator() % 30);
    std::vector<Block> blocks(2 + generator() % 5);
    for (Block& block : blocks) {
      std::set<size_t> runs;
      for (int i = 0; i < 4; ++i) runs.insert(generator() % durations_s.size());
      block.runs.assign(runs.begin(), runs.end());
    }
    std::vector<size_t> tried(blocks.size());
    const double optimum_s = exact_makespan_s(blocks, durations_s, tried, count);
    const std::vector<double> free(count, 0);
    const std::vector<size_t> devices = place_blocks(blocks, durations_s, free);
    const double found_s = makespan_s(blocks, durations_s, devices, count);
    EXPECT_GE(found_s, optimum_s);
    worst = std::max(worst, found_s / optimum_s);
  }
  EXPECT_LE(worst, 1.25);
}

}  // namespace
}  // namespace tandem::study
