// The process tree on real processes of this machine.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <fstream>
#include <thread>

#include "allocation_count.h"
#include "core/file.h"
#include "forked_process.h"
#include "process_tree_sample.h"

namespace tandem::measure {
namespace {

using test::burn_cpu;
using test::fork_child;
using test::ForkedProcess;
using test::wait_for_child;

constexpr auto each_tick = core::Clock::duration::zero();

[[noreturn]] void sleep_until_killed() {
  for (;;) ::pause();
}

void end_child(pid_t pid) {
  ::kill(pid, SIGKILL);
  wait_for_child(pid);
}

TEST(RealProcessTree, AgreesWithWhatTheKernelHasCounted) {
  ForkedProcess process([](const ForkedProcess::Side& test) {
    wait_for_child(fork_child([] { burn_cpu(0.06); }));
    burn_cpu(0.06);
    test.say();
    test.wait();
  });
  ProcessTree tree('a', "/", each_tick);
  tree.watch(process.pid());
  process.side().wait();
  const Sample sample = read(tree);
  const double counted_s = test::cpu_time_s(process.wait_for_end());
  EXPECT_EQ(sample.processes, 1);
  EXPECT_GT(sample.memory_mib, 0.1);
  EXPECT_GE(counted_s, 0.12);
  // Four figures, each cut off to a hundredth, and the process's own end.
  EXPECT_NEAR(sample.cpu_time_s, counted_s, 0.05);
  EXPECT_EQ(read(tree).cpu_time_s, sample.cpu_time_s) << "kept after the end";
}

TEST(RealProcessTree, FollowsChildrenThatComeAndGo) {
  ForkedProcess root([](const ForkedProcess::Side& test) {
    const pid_t first = fork_child(sleep_until_killed);
    test.say();
    test.wait();
    end_child(first);
    const pid_t second = fork_child(sleep_until_killed);
    const pid_t third = fork_child(sleep_until_killed);
    test.say();
    test.wait();
    end_child(second);
    end_child(third);
    test.say();
    test.wait();
  });
  ProcessTree tree('a', "/", each_tick);
  tree.watch(root.pid());
  for (const double processes : {2, 3, 1}) {
    root.side().wait();
    EXPECT_EQ(read(tree).processes, processes);
    root.side().say();
  }
}

TEST(RealProcessTree, KeepsOrphansThatGoToTheRoot) {
  ForkedProcess root([](const ForkedProcess::Side& test) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t parent = fork_child([&] {
      fork_child(sleep_until_killed);  // known to the tick below
      test.say();
      test.wait();
      fork_child(sleep_until_killed);  // not known to any tick before it is an orphan
    });
    wait_for_child(parent);
    test.say();
    test.wait();
    ::signal(SIGTERM, SIG_IGN);
    ::kill(0, SIGTERM);  // the group: the orphans
    while (::waitpid(-1, nullptr, 0) > 0) {
    }
  });
  ProcessTree tree('a', "/", std::chrono::hours(1));
  tree.watch(root.pid());
  root.side().wait();
  EXPECT_EQ(read(tree).processes, 3);
  root.side().say();
  root.side().wait();
  EXPECT_EQ(read(tree).processes, 3) << "the root and two orphans";
  root.side().say();
}

TEST(RealProcessTree, CountsWhatWasBurntAfterTheLastTick) {
  ForkedProcess root([](const ForkedProcess::Side& test) {
    test.say();
    test.wait();
    wait_for_child(fork_child([] { burn_cpu(0.05); }));
  });
  ProcessTree tree('a', "/");
  tree.watch(root.pid());
  root.side().wait();
  EXPECT_LT(read(tree).cpu_time_s, 0.05);
  root.side().say();
  const double counted_s = test::cpu_time_s(root.wait_for_end());
  EXPECT_LT(read(tree).cpu_time_s, 0.05) << "no tick saw it";
  tree.ended(counted_s);
  EXPECT_GE(read(tree).cpu_time_s, 0.05);
  EXPECT_DOUBLE_EQ(read(tree).cpu_time_s, counted_s);
}

TEST(RealProcessTree, CountsAProcessThatIsOnlyToBeWaitedForOnce) {
  ForkedProcess root([](const ForkedProcess::Side& test) {
    const pid_t child = fork_child([] { burn_cpu(0.05); });
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
    test.say();
    test.wait();
    wait_for_child(child);
    test.say();
    test.wait();
  });
  ProcessTree tree('a', "/", each_tick);
  tree.watch(root.pid());
  root.side().wait();
  const Sample ended = read(tree);
  EXPECT_EQ(ended.processes, 2);
  EXPECT_NEAR(ended.cpu_time_s, 0.05, 0.03);
  EXPECT_FALSE(std::isnan(ended.io_read_mib));
  root.side().say();
  root.side().wait();
  const Sample reaped = read(tree);
  EXPECT_EQ(reaped.processes, 1);
  EXPECT_NEAR(reaped.cpu_time_s, ended.cpu_time_s, 0.03);
  root.side().say();
}

TEST(RealProcessTree, ReadsTheTrafficThatTheKernelCountsAtTheEnd) {
  const std::string file = core::program_folder() / ("written-" + std::to_string(::getpid()));
  ForkedProcess root([&](const ForkedProcess::Side& test) {
    wait_for_child(fork_child([&] {
      std::ofstream(file) << std::string(1 << 20, 'x');
      ::unlink(file.c_str());
    }));
    test.say();
    test.wait();
  });
  ProcessTree tree('a', "/", each_tick);
  tree.watch(root.pid());
  root.side().wait();
  const double written_mib = read(tree).io_written_mib;
  const double counted_blocks = static_cast<double>(root.wait_for_end().ru_oublock);
  EXPECT_NEAR(written_mib, counted_blocks / 2048, 0.01);
}

TEST(RealProcessTree, ReadsWithoutAllocatingWhileChildrenComeAndGo) {
  ForkedProcess root([](const ForkedProcess::Side& test) {
    do {
      const pid_t child = fork_child(sleep_until_killed);
      test.say();
      test.wait();
      end_child(child);
      test.say();
    } while (test.wait());
  });
  ProcessTree tree('a', "/", each_tick);
  tree.watch(root.pid());
  std::array<double, 5> values{};
  const long before = test::allocations_of_this_thread();
  for (int i = 0; i < 5; ++i) {
    root.side().wait();
    tree.read(values);
    EXPECT_EQ(values[2], 2);
    root.side().say();
    root.side().wait();
    tree.read(values);
    EXPECT_EQ(values[2], 1);
    root.side().say();
  }
  root.side().wait();
  EXPECT_EQ(test::allocations_of_this_thread(), before);
  const auto folder = std::filesystem::directory_iterator("/proc/self");
  EXPECT_GT(test::allocations_of_this_thread(), before) << "what does allocate is seen";
}

TEST(RealProcessTree, LosesNoTreeThatAnotherThreadWatchesAndEnds) {
  ProcessTree tree('a', "/");
  std::atomic<bool> done{false};
  double before_s = 0;
  std::thread caller([&] {
    for (int i = 0; i < 2000; ++i) {
      tree.watch(::getppid());
      tree.ended(1e6);  // far more than any process that a tick may see
    }
    done = true;
  });
  while (!done) {
    const double now_s = read(tree).cpu_time_s;
    EXPECT_GE(now_s, before_s);
    before_s = now_s;
  }
  caller.join();
  EXPECT_DOUBLE_EQ(read(tree).cpu_time_s, 2000 * 1e6);
}

}  // namespace
}  // namespace tandem::measure
