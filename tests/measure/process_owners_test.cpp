#include "measure/process_owners.h"

#include <gtest/gtest.h>
#include <unistd.h>

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

TEST(ProcessOwners, ReadTheRealProc) {
  ProcessOwners owners;
  EXPECT_EQ(owners.owner_of(::getpid()), Owner::foreign);
  owners.watch(1, ::getppid());
  EXPECT_EQ(owners.owner_of(::getpid()), Owner::b);
}

}  // namespace
}  // namespace tandem::measure
