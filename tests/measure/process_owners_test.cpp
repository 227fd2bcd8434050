#include "measure/process_owners.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file_descriptor.h"
#include "fake_proc.h"

namespace tandem::measure {
namespace {

using Owner = ProcessOwners::Owner;

TEST(ProcessOwners, FindAParticipantAboveItsProcesses) {
  const test::TemporaryFolder root;
  write_proc(root,
             {{.pid = 1, .parent = 0, .name = "init"},
              {.pid = 100, .parent = 1, .name = "tandem"},
              {.pid = 200, .parent = 100, .name = "trainer a"},
              {.pid = 201, .parent = 200, .name = "loader"},
              {.pid = 300, .parent = 100, .name = "trainer b) S 200"},
              {.pid = 301, .parent = 300},
              {.pid = 302, .parent = 301},
              {.pid = 400, .parent = 1, .name = "another"}},
             false);
  ProcessOwners owners(root.path());
  owners.watch(0, 200);
  owners.watch(1, 300);
  EXPECT_EQ(owners.owner_of(200), Owner::a);
  EXPECT_EQ(owners.owner_of(201), Owner::a);
  EXPECT_EQ(owners.owner_of(300), Owner::b);
  EXPECT_EQ(owners.owner_of(302), Owner::b);
  EXPECT_EQ(owners.owner_of(400), Owner::foreign);
  EXPECT_EQ(owners.owner_of(100), Owner::foreign);
  owners.watch(0, 400);
  EXPECT_EQ(owners.owner_of(201), Owner::foreign);
  EXPECT_EQ(owners.owner_of(400), Owner::a);
}

TEST(ProcessOwners, TakeNobodyForAParticipantBeforeThereIsOne) {
  const test::TemporaryFolder root;
  write_proc(root, {{.pid = 1, .parent = 0}, {.pid = 7, .parent = 1}}, false);
  const ProcessOwners owners(root.path());
  EXPECT_EQ(owners.owner_of(7), Owner::foreign);
  EXPECT_EQ(owners.owner_of(1), Owner::foreign);
}

TEST(ProcessOwners, DontKnowANumberThatProcHasnt) {
  const test::TemporaryFolder root;
  write_proc(root, {{.pid = 1, .parent = 0}}, false);
  const ProcessOwners owners(root.path());
  EXPECT_EQ(owners.owner_of(4711), Owner::unknown);
  EXPECT_EQ(owners.owner_of(0), Owner::unknown);
  EXPECT_EQ(owners.owner_of(-1), Owner::unknown);
}

TEST(ProcessOwners, TellTheServerAndDaemonOfMpsEvenBelowAParticipant) {
  const test::TemporaryFolder root;
  write_proc(root,
             {{.pid = 50, .parent = 1, .name = "nvidia-cuda-mps"},
              {.pid = 51, .parent = 50, .name = "nvidia-cuda-mps"},
              {.pid = 60, .parent = 50, .name = "nvidia-smi"},
              {.pid = 61, .parent = 1, .name = "nvidia-cuda-mpx"}},
             false);
  ProcessOwners owners(root.path());
  owners.watch(0, 50);
  EXPECT_EQ(owners.owner_of(50), Owner::driver);
  EXPECT_EQ(owners.owner_of(51), Owner::driver);
  EXPECT_EQ(owners.owner_of(60), Owner::a);
  EXPECT_EQ(owners.owner_of(61), Owner::foreign);
}

TEST(ProcessOwners, ComeToAnEndWhereParentsRunInACircle) {
  const test::TemporaryFolder root;
  write_proc(root, {{.pid = 5, .parent = 6}, {.pid = 6, .parent = 5}, {.pid = 9, .parent = 9}},
             false);
  const ProcessOwners owners(root.path());
  EXPECT_EQ(owners.owner_of(5), Owner::unknown);
  EXPECT_EQ(owners.owner_of(9), Owner::unknown);
}

TEST(ProcessOwners, TakeNobodyForAParticipantAfterItsEnd) {
  const test::TemporaryFolder root;
  write_proc(root, {{.pid = 1, .parent = 0}, {.pid = 7, .parent = 1}}, false);
  ProcessOwners owners(root.path());
  owners.watch(0, 7);
  EXPECT_EQ(owners.owner_of(7), Owner::a);
  owners.watch(0, 0);
  EXPECT_EQ(owners.owner_of(7), Owner::foreign);
  EXPECT_EQ(owners.owner_of(0), Owner::unknown);
}

// The parent of 201 ends while the walk is under way, and another one takes its place: the stat of
// 201 is a pipe that gives the one line and then the other, each as long as is read of it.
TEST(ProcessOwners, WalkOnceMoreWhenAParentEndsOnTheWay) {
  const test::TemporaryFolder root;
  write_proc(root, {{.pid = 1, .parent = 0}, {.pid = 100, .parent = 1}, {.pid = 201}}, false);
  const std::string stat = (root / "proc/201/stat").string();
  std::filesystem::remove(stat);
  ASSERT_EQ(::mkfifo(stat.c_str(), 0600), 0);
  std::string lines;
  for (const pid_t parent : {200, 100}) {
    std::string line = stat_line({.pid = 201, .parent = parent});
    line.resize(1024, ' ');
    lines += line;
  }
  const core::FileDescriptor pipe(::open(stat.c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(::write(pipe.get(), lines.data(), lines.size()), ssize_t(lines.size()));
  ProcessOwners owners(root.path());
  owners.watch(0, 100);
  EXPECT_EQ(owners.owner_of(201), Owner::a);
}

TEST(ProcessOwners, CallAProcessForeignWhenItsParentIsGoneTwice) {
  const test::TemporaryFolder root;
  write_proc(root, {{.pid = 201, .parent = 200}}, false);
  EXPECT_EQ(ProcessOwners(root.path()).owner_of(201), Owner::foreign);
}

// The driver may list the host's numbers there, and one of them may be another process's here.
TEST(ProcessOwners, CallNothingForeignInAContainerUntilTheNumbersProveToBeItsOwn) {
  const test::TemporaryFolder root;
  write_proc(root, {{.pid = 1, .parent = 0}, {.pid = 7, .parent = 1}, {.pid = 8, .parent = 1}},
             false);
  std::filesystem::create_directories(root / "proc/self/ns");
  std::filesystem::create_symlink("pid:[4026532177]", root / "proc/self/ns/pid");
  ProcessOwners owners(root.path());
  owners.watch(0, 7);
  EXPECT_EQ(owners.owner_of(8), Owner::unknown);
  EXPECT_EQ(owners.owner_of(7), Owner::a);
  EXPECT_EQ(owners.owner_of(8), Owner::foreign);
}

TEST(ProcessOwners, KnowTheFirstNamespace) {
  const test::TemporaryFolder root;
  write_proc(root, {{.pid = 1, .parent = 0}, {.pid = 8, .parent = 1}}, false);
  std::filesystem::create_directories(root / "proc/self/ns");
  std::filesystem::create_symlink("pid:[4026531836]", root / "proc/self/ns/pid");
  EXPECT_EQ(ProcessOwners(root.path()).owner_of(8), Owner::foreign);
}

TEST(ProcessOwners, ReadTheRealProc) {
  ProcessOwners owners;
  owners.watch(1, ::getppid());
  EXPECT_EQ(owners.owner_of(::getpid()), Owner::b);
  owners.watch(1, 0);
  EXPECT_EQ(owners.owner_of(::getpid()), Owner::foreign);
}

}  // namespace
}  // namespace tandem::measure
