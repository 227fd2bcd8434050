#include "measure/process_tree.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cmath>

#include "fake_proc.h"
#include "process_tree_sample.h"

namespace tandem::measure {
namespace {

double mib(long pages) {
  return static_cast<double>(pages * ::sysconf(_SC_PAGESIZE)) / 1048576;
}

/// The tests run with and without the kernel's lists of children.
class ProcessTreeTest : public testing::TestWithParam<bool> {
 protected:
  void processes(const std::vector<FakeProcess>& all) const { write_proc(root_, all, GetParam()); }
  ProcessTree tree() const { return ProcessTree('a', root_.path(), core::Clock::duration::zero()); }

  test::TemporaryFolder root_;
};
INSTANTIATE_TEST_SUITE_P(, ProcessTreeTest, testing::Bool(), [](const auto& instance) {
  return instance.param ? "WithListsOfChildren" : "WithoutListsOfChildren";
});

TEST(ProcessTree, NamesItsSignalsAfterTheParticipant) {
  const ProcessTree tree('b', "/");
  ASSERT_EQ(tree.signals().size(), 5);
  EXPECT_EQ(tree.signals()[0].name, "cpu_time_b_s");
  EXPECT_EQ(tree.signals()[1].name, "memory_b_mib");
  EXPECT_EQ(tree.signals()[2].name, "processes_b");
}

TEST_P(ProcessTreeTest, AddsUpDescendantsAndNobodyElse) {
  processes({{.pid = 1, .parent = 0, .user_ticks = 9999},
             {.pid = 100, .user_ticks = 10, .rss_pages = 100},
             {.pid = 200, .parent = 100, .name = "py (x) y", .user_ticks = 200, .rss_pages = 1000},
             {.pid = 300, .parent = 200, .system_ticks = 40, .rss_pages = 20},
             {.pid = 150, .user_ticks = 7777}});
  ProcessTree a = tree();
  a.watch(100);
  const Sample sample = read(a);
  EXPECT_DOUBLE_EQ(sample.cpu_time_s, 2.5);
  EXPECT_DOUBLE_EQ(sample.memory_mib, mib(1120));
  EXPECT_EQ(sample.processes, 3);
}

TEST_P(ProcessTreeTest, HasUsedNothingBeforeItWatches) {
  processes({{.pid = 100, .user_ticks = 10}});
  ProcessTree a = tree();
  const Sample sample = read(a);
  EXPECT_EQ(sample.cpu_time_s, 0);
  EXPECT_TRUE(std::isnan(sample.memory_mib));
  EXPECT_EQ(sample.processes, 0);
}

TEST_P(ProcessTreeTest, FindsTheTimeOfAnEndedChildInItsParent) {
  processes({{.pid = 100, .user_ticks = 10}, {.pid = 200, .parent = 100, .user_ticks = 500}});
  ProcessTree a = tree();
  a.watch(100);
  EXPECT_DOUBLE_EQ(read(a).cpu_time_s, 5.1);
  processes({{.pid = 100, .user_ticks = 10, .children_user_ticks = 530}});
  EXPECT_DOUBLE_EQ(read(a).cpu_time_s, 5.4);
  EXPECT_EQ(read(a).processes, 1);
}

TEST_P(ProcessTreeTest, NeverGoesBackwards) {
  processes({{.pid = 100}, {.pid = 200, .parent = 100, .user_ticks = 500}});
  ProcessTree a = tree();
  a.watch(100);
  EXPECT_DOUBLE_EQ(read(a).cpu_time_s, 5.0);
  processes({{.pid = 100}});  // ended, not yet in its parent's sum
  EXPECT_DOUBLE_EQ(read(a).cpu_time_s, 5.0);
  processes({{.pid = 100, .children_user_ticks = 505}});
  EXPECT_DOUBLE_EQ(read(a).cpu_time_s, 5.05);
}

TEST_P(ProcessTreeTest, KeepsTheLastTimeOfATreeThatHasGone) {
  processes({{.pid = 100, .user_ticks = 300}});
  ProcessTree a = tree();
  a.watch(100);
  read(a);
  processes({});
  const Sample sample = read(a);
  EXPECT_DOUBLE_EQ(sample.cpu_time_s, 3.0);
  EXPECT_TRUE(std::isnan(sample.memory_mib));
  EXPECT_EQ(sample.processes, 0);
}

TEST_P(ProcessTreeTest, GoesOnCountingOverSuccessiveTrees) {
  processes({{.pid = 100, .user_ticks = 300}});
  ProcessTree a = tree();
  a.watch(100);
  read(a);
  processes({{.pid = 101, .user_ticks = 50}});
  a.watch(101);
  EXPECT_DOUBLE_EQ(read(a).cpu_time_s, 3.5);
  processes({{.pid = 101, .user_ticks = 80}});
  EXPECT_DOUBLE_EQ(read(a).cpu_time_s, 3.8);
}

TEST_P(ProcessTreeTest, DoesNotTakeAStrangerWithTheSameNumberForItsRoot) {
  processes({{.pid = 100, .user_ticks = 300, .start_ticks = 5000}});
  ProcessTree a = tree();
  a.watch(100);
  read(a);
  processes({{.pid = 100, .user_ticks = 90000, .start_ticks = 6000}});
  EXPECT_DOUBLE_EQ(read(a).cpu_time_s, 3.0);
  EXPECT_EQ(read(a).processes, 0);
}

TEST_P(ProcessTreeTest, IsMissingWhileAProcessIsThereButUnreadable) {
  processes({{.pid = 100, .user_ticks = 300}});
  ProcessTree a = tree();
  a.watch(100);
  read(a);
  std::filesystem::remove(root_.path() / "proc/100/stat");
  std::filesystem::create_directory(root_.path() / "proc/100/stat");
  EXPECT_TRUE(std::isnan(read(a).cpu_time_s));
  EXPECT_TRUE(std::isnan(read(a).processes));
  processes({{.pid = 100, .user_ticks = 310}});
  EXPECT_DOUBLE_EQ(read(a).cpu_time_s, 3.1);
}

TEST_P(ProcessTreeTest, DoesNotTakeAStrangerForAChildOfThatNumber) {
  processes({{.pid = 100, .user_ticks = 300}, {.pid = 200, .parent = 100, .start_ticks = 5001}});
  ProcessTree a = tree();
  a.watch(100);
  EXPECT_EQ(read(a).processes, 2);
  processes(
      {{.pid = 100, .user_ticks = 300}, {.pid = 200, .user_ticks = 9999, .start_ticks = 7000}});
  EXPECT_EQ(read(a).processes, 1);
  EXPECT_DOUBLE_EQ(read(a).cpu_time_s, 3.0);
}

TEST_P(ProcessTreeTest, TakesALaterChildOfTheSameNumberForANewOne) {
  processes({{.pid = 100}, {.pid = 200, .parent = 100, .user_ticks = 70, .start_ticks = 5001}});
  ProcessTree a = tree();
  a.watch(100);
  read(a);
  processes({{.pid = 100, .children_user_ticks = 80},
             {.pid = 200, .parent = 100, .user_ticks = 5, .start_ticks = 7000}});
  const Sample sample = read(a);
  EXPECT_EQ(sample.processes, 2);
  EXPECT_DOUBLE_EQ(sample.cpu_time_s, 0.85);
}

TEST_P(ProcessTreeTest, LooksForNewChildrenOnlyNowAndThenOrWhenOneHasGone) {
  const FakeProcess root{.pid = 100};
  const FakeProcess child{.pid = 200, .parent = 100};
  const FakeProcess late{.pid = 300, .parent = 200};
  const FakeProcess orphan{.pid = 300, .parent = 100};
  processes({root, child});
  ProcessTree a('a', root_.path(), std::chrono::hours(1));
  a.watch(100);
  EXPECT_EQ(read(a).processes, 2);
  processes({root, child, late});
  EXPECT_EQ(read(a).processes, 2) << "not yet due";
  processes({root, orphan});
  EXPECT_EQ(read(a).processes, 2) << "its parent has gone, so it is looked for";
}

TEST_P(ProcessTreeTest, AddsUpWhatWasReadAndWritten) {
  processes({{.pid = 100, .read_bytes = 1048576, .written_bytes = 524288},
             {.pid = 200, .parent = 100, .written_bytes = 524288}});
  ProcessTree a = tree();
  a.watch(100);
  EXPECT_EQ(read(a).io_read_mib, 1);
  EXPECT_EQ(read(a).io_written_mib, 1);
  processes({{.pid = 100, .read_bytes = 1048576, .written_bytes = 1048576}});
  EXPECT_EQ(read(a).io_written_mib, 1) << "what its child had written is its own now";
}

TEST_P(ProcessTreeTest, DoesNotTakeTrafficThatIsNotToldForNone) {
  processes({{.pid = 100, .user_ticks = 300, .read_bytes = 1048576}});
  ProcessTree a = tree();
  a.watch(100);
  root_.write("proc/100/io", "");
  EXPECT_TRUE(std::isnan(read(a).io_read_mib));
  std::filesystem::remove(root_.path() / "proc/100/io");
  EXPECT_TRUE(std::isnan(read(a).io_written_mib));
  EXPECT_DOUBLE_EQ(read(a).cpu_time_s, 3.0);
}

TEST_P(ProcessTreeTest, ShowsTheExactSumOnceItsEndIsKnown) {
  processes({{.pid = 100, .user_ticks = 300}});
  ProcessTree a = tree();
  a.watch(100);
  read(a);
  a.ended({.cpu_time_s = 3.456789, .io_read_mib = 2, .io_written_mib = 1});
  const Sample sample = read(a);
  EXPECT_DOUBLE_EQ(sample.cpu_time_s, 3.456789);
  EXPECT_EQ(sample.io_read_mib, 2);
  EXPECT_EQ(sample.io_written_mib, 1);
  EXPECT_EQ(sample.processes, 0) << "its number may be a stranger's by now";
  EXPECT_TRUE(std::isnan(sample.memory_mib));
}

TEST_P(ProcessTreeTest, DoesNotGoBackwardsWhenTheSumLacksTheLaunchersOwnTime) {
  processes({{.pid = 100, .user_ticks = 2}, {.pid = 200, .parent = 100, .user_ticks = 300}});
  ProcessTree a = tree();
  a.watch(100);
  EXPECT_DOUBLE_EQ(read(a).cpu_time_s, 3.02);
  a.ended(3.009);
  EXPECT_DOUBLE_EQ(read(a).cpu_time_s, 3.02);
}

TEST_P(ProcessTreeTest, CountsTreesThatCameAndWentBetweenTwoTicks) {
  processes({{.pid = 100, .user_ticks = 300}});
  ProcessTree a = tree();
  a.watch(100);
  read(a);
  a.ended(3.25);
  a.watch(101);
  a.ended(0.5);
  a.watch(102);
  a.watch(103);
  processes({{.pid = 103, .user_ticks = 100}});
  EXPECT_DOUBLE_EQ(read(a).cpu_time_s, 3.25 + 0.5 + 1.0);
}

TEST_P(ProcessTreeTest, TakesNothingOfAStrangerAfterTheEndOfATreeThatNoTickSaw) {
  ProcessTree a = tree();
  a.watch(100);
  a.ended(0.125);
  processes({{.pid = 100, .user_ticks = 90000}});
  EXPECT_EQ(read(a).cpu_time_s, 0.125);
  EXPECT_EQ(read(a).processes, 0);
}

TEST(ProcessTree, SaysWhyProcCannotBeRead) {
  const test::TemporaryFolder root;
  const auto missing = missing_process_tree(root.path());
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->name, "process_tree");
  EXPECT_EQ(missing->reason, "can't read " + (root.path() / "proc/self/stat").string() +
                                 ": No such file or directory");
  EXPECT_FALSE(missing_process_tree("/"));
  EXPECT_EQ(
      missing_process_io(root.path())->reason,
      "can't read " + (root.path() / "proc/self/io").string() + ": No such file or directory");
  EXPECT_FALSE(missing_process_io("/"));
}

}  // namespace
}  // namespace tandem::measure
