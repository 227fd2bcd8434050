#include "measure/cgroup_accounting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "allocation_count.h"
#include "temporary_folder.h"

namespace tandem::measure {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<double> read(CgroupAccounting& cgroup) {
  std::vector<double> values(cgroup.signals().size(), -1);
  cgroup.read(values);
  return values;
}

std::vector<std::string> names(const CgroupAccounting& cgroup) {
  std::vector<std::string> names;
  for (const Signal& signal : cgroup.signals()) names.push_back(signal.name);
  return names;
}

class CgroupAccountingTest : public testing::Test {
 protected:
  void cpu(long usage_us) const {
    folder_.write("cpu.stat", "usage_usec " + std::to_string(usage_us) + "\nuser_usec 1\n");
  }
  void all_controllers() const {
    cpu(1'500'000);
    folder_.write("memory.current", "2097152\n");
    folder_.write("memory.peak", "4194304\n");
    folder_.write("io.stat", "8:0 rbytes=1048576 wbytes=524288 rios=1 wios=1\n");
  }
  test::TemporaryFolder folder_;
};

TEST_F(CgroupAccountingTest, ReadsWhatTheControllersCount) {
  all_controllers();
  CgroupAccounting cgroup('b', folder_.path());
  EXPECT_THAT(names(cgroup),
              ElementsAre("cgroup_cpu_time_b_s", "cgroup_memory_b_mib", "cgroup_memory_peak_b_mib",
                          "cgroup_io_read_b_mib", "cgroup_io_written_b_mib"));
  EXPECT_THAT(read(cgroup), ElementsAre(1.5, 2, 4, 1, 0.5));
  cpu(2'500'000);
  EXPECT_EQ(read(cgroup)[0], 2.5);
  EXPECT_TRUE(cgroup.unavailable().empty());
}

TEST_F(CgroupAccountingTest, SaysWhatIsUnavailableWithoutControllers) {
  cpu(17);
  folder_.write("memory.current", "no number\n");
  CgroupAccounting cgroup('a', folder_.path());
  EXPECT_THAT(names(cgroup), ElementsAre("cgroup_cpu_time_a_s"));
  ASSERT_EQ(cgroup.unavailable().size(), 4);
  EXPECT_EQ(cgroup.unavailable()[0].name, "cgroup_memory_a_mib");
  EXPECT_THAT(cgroup.unavailable()[0].reason, HasSubstr("memory.current: not what the kernel"));
  EXPECT_EQ(cgroup.unavailable()[1].name, "cgroup_memory_peak_a_mib");
  EXPECT_THAT(cgroup.unavailable()[1].reason, HasSubstr("controller is not enabled"));
  EXPECT_EQ(cgroup.unavailable()[3].name, "cgroup_io_written_a_mib");
}

TEST_F(CgroupAccountingTest, MissesASampleThatIsNotThereAndGoesOn) {
  all_controllers();
  CgroupAccounting cgroup('a', folder_.path());
  folder_.write("io.stat", "8:0 rbytes=? wbytes=524288\n");
  std::vector<double> values = read(cgroup);
  EXPECT_EQ(values[2], 4);
  EXPECT_TRUE(std::isnan(values[3]));
  EXPECT_TRUE(std::isnan(values[4]));
  all_controllers();
  EXPECT_EQ(read(cgroup)[3], 1);
}

TEST_F(CgroupAccountingTest, HasNoSignalsInAFolderThatIsNoCgroup) {
  CgroupAccounting cgroup('a', folder_ / "none");
  EXPECT_TRUE(cgroup.signals().empty());
  EXPECT_EQ(cgroup.unavailable().size(), 5);
}

TEST_F(CgroupAccountingTest, ReadsWithoutAllocating) {
  all_controllers();
  CgroupAccounting cgroup('a', folder_.path());
  std::vector<double> values(5);
  const long before = test::allocations_of_this_thread();
  for (int i = 0; i < 10; ++i) cgroup.read(values);
  EXPECT_EQ(test::allocations_of_this_thread(), before);
  EXPECT_EQ(values[0], 1.5);
}

}  // namespace
}  // namespace tandem::measure
