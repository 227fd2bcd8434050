#include "measure/process_memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>

#include "fake_proc.h"

namespace tandem::measure {
namespace {

double read(ProcessMemory& memory) {
  double value = 0;
  memory.read({&value, 1});
  return value;
}

class ProcessMemoryTest : public testing::TestWithParam<bool> {
 protected:
  ProcessMemoryTest() {
    write_proc(root_,
               {{.pid = 100}, {.pid = 200, .parent = 100}, {.pid = 300, .parent = 200}, {.pid = 9}},
               GetParam());
    write_pss("100", "1024");
    write_pss("200", "2048");
    write_pss("300", "512");
    write_pss("9", "999999");
  }
  void write_pss(const std::string& pid, const std::string& kib) const {
    root_.write("proc/" + pid + "/smaps_rollup",
                "55d0c0000000-7ffd8a9f2000 ---p 00000000 00:00 0    [rollup]\n"
                "Rss:              77777 kB\nPss:              " +
                    kib + " kB\nPss_Dirty:        5 kB\n");
  }
  test::TemporaryFolder root_;
};
INSTANTIATE_TEST_SUITE_P(, ProcessMemoryTest, testing::Bool(), [](const auto& instance) {
  return instance.param ? "WithListsOfChildren" : "WithoutListsOfChildren";
});

TEST_P(ProcessMemoryTest, AddsUpTheSharesOfTheTree) {
  ProcessMemory memory('b', root_.path());
  EXPECT_EQ(memory.signals()[0].name, "memory_pss_b_mib");
  memory.watch(100);
  EXPECT_DOUBLE_EQ(read(memory), 3.5);
  std::filesystem::remove(root_.path() / "proc/300/smaps_rollup");  // it has ended
  EXPECT_DOUBLE_EQ(read(memory), 3);
}

TEST_P(ProcessMemoryTest, IsMissingWithoutATreeAndWhereOneProcessIsUnreadable) {
  ProcessMemory memory('a', root_.path());
  EXPECT_TRUE(std::isnan(read(memory)));
  memory.watch(4711);
  EXPECT_TRUE(std::isnan(read(memory)));
  memory.watch(100);
  write_pss("200", "secret");
  EXPECT_TRUE(std::isnan(read(memory)));
  memory.watch(0);
  EXPECT_TRUE(std::isnan(read(memory)));
}

TEST(ProcessMemory, ReadsThisProcessAndIsNotMoreThanItsResidentSet) {
  ProcessMemory memory('a', "/");
  memory.watch(::getpid());
  const double pss_mib = read(memory);
  EXPECT_GT(pss_mib, 0.1);
  EXPECT_LT(pss_mib, 100'000);
  EXPECT_FALSE(missing_process_memory("/"));
}

TEST(ProcessMemory, SaysWhyItCannotBeRead) {
  const test::TemporaryFolder root;
  const auto missing = missing_process_memory(root.path());
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->name, "process_memory");
  EXPECT_EQ(missing->reason, "can't read " + (root.path() / "proc/self/smaps_rollup").string() +
                                 ": No such file or directory");
}

}  // namespace
}  // namespace tandem::measure
