#include "measure/process_tree.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cmath>

#include "fake_proc.h"

namespace tandem::measure {
namespace {

struct Sample {
  double cpu_time_s;
  double memory_mib;
  double processes;
  double io_read_mib;
  double io_written_mib;
};

Sample read(ProcessTree& tree) {
  std::array<double, 5> values{};
  tree.read(values);
  return {values[0], values[1], values[2], values[3], values[4]};
}

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

TEST(ProcessTree, SaysWhyProcCannotBeRead) {
  const test::TemporaryFolder root;
  const auto missing = missing_process_tree(root.path());
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->name, "process_tree");
  EXPECT_EQ(missing->reason, "can't read " + (root.path() / "proc/self/stat").string() +
                                 ": No such file or directory");
  EXPECT_FALSE(missing_process_tree("/"));
}

/// A shell that is busy for a moment, partly in a child that ends, says `done` and waits for its
/// input to be closed.
class BusyShell {
 public:
  BusyShell() {
    std::array<int, 2> input{};
    std::array<int, 2> output{};
    if (::pipe2(input.data(), O_CLOEXEC) != 0 || ::pipe2(output.data(), O_CLOEXEC) != 0) abort();
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
    std::string script =
        "count() { i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; }; (count); count; "
        "echo done; read answer";
    std::array<char*, 4> arguments{const_cast<char*>("sh"), const_cast<char*>("-c"), script.data(),
                                   nullptr};
    if (::posix_spawn(&pid_, "/bin/sh", &actions, nullptr, arguments.data(), environ) != 0) abort();
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(input[0]);
    ::close(output[1]);
    input_ = input[1];
    output_ = output[0];
  }
  pid_t pid() const { return pid_; }
  void wait_until_done() const {
    std::array<char, 8> answer{};
    if (::read(output_, answer.data(), answer.size()) <= 0) abort();
  }
  /// Ends it and gives the CPU time that the kernel has counted for it and its child.
  double cpu_time_s() const {
    ::close(input_);
    ::close(output_);
    rusage usage{};
    ::wait4(pid_, nullptr, 0, &usage);
    const auto seconds = [](timeval t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  }

 private:
  pid_t pid_ = 0;
  int input_ = -1;
  int output_ = -1;
};

TEST(ProcessTree, AgreesWithWhatTheKernelHasCountedForARealProcess) {
  const BusyShell shell;
  ProcessTree tree('a', "/");
  tree.watch(shell.pid());
  shell.wait_until_done();
  const Sample sample = read(tree);
  const double counted_s = shell.cpu_time_s();
  EXPECT_EQ(sample.processes, 1);
  EXPECT_GT(sample.memory_mib, 0.1);
  EXPECT_GT(counted_s, 0.02);
  // Four figures, each cut off to a hundredth, and the shell's own end.
  EXPECT_NEAR(sample.cpu_time_s, counted_s, 0.06);
  EXPECT_EQ(read(tree).cpu_time_s, sample.cpu_time_s) << "kept after the end";
}

}  // namespace
}  // namespace tandem::measure
