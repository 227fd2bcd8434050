#include "measure/cgroup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "temporary_folder.h"

namespace tandem::measure {
namespace {

TEST(Cgroup, FindsThePathInTheUnifiedHierarchyAmongOthers) {
  EXPECT_EQ(parse_cgroup_path("9:name=systemd:/a\n4:memory:/b\n0::/user.slice/c d\n"),
            "/user.slice/c d");
  EXPECT_EQ(parse_cgroup_path("0::/"), "/");
}

TEST(Cgroup, HasNoPathWhereItIsRemovedOrOutsideTheNamespace) {
  EXPECT_FALSE(parse_cgroup_path(""));
  EXPECT_FALSE(parse_cgroup_path("4:memory:/b\n10::/x\n"));
  EXPECT_FALSE(parse_cgroup_path("0::\n"));
  EXPECT_FALSE(parse_cgroup_path("0::/..\n"));
  EXPECT_FALSE(parse_cgroup_path("0::/../../other\n"));
  EXPECT_FALSE(parse_cgroup_path("0::/gone (deleted)\n"));
}

TEST(Cgroup, FindsTheMountsOfVersion2) {
  const auto mounts = parse_mountinfo(
      "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
      "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
      "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:9 master:1 - cgroup2 cgroup2 rw\n"
      "42 31 0:38 /box /mnt/a\\040b\\134c rw - cgroup2 none rw\n");
  ASSERT_EQ(mounts.size(), 2);
  EXPECT_EQ(mounts[0].root, "/");
  EXPECT_EQ(mounts[0].mount_point, "/sys/fs/cgroup/unified");
  EXPECT_EQ(mounts[1].root, "/box");
  EXPECT_EQ(mounts[1].mount_point, "/mnt/a b\\c");
}

TEST(Cgroup, PassesOverLinesThatAreNoMounts) {
  EXPECT_TRUE(parse_mountinfo("").empty());
  EXPECT_TRUE(parse_mountinfo("\n \n - cgroup2 x y\n41 31 0:38 / - cgroup2").empty());
  EXPECT_TRUE(parse_mountinfo("41 31 0:38 relative /x rw - cgroup2 cgroup2 rw\n").empty());
  EXPECT_EQ(parse_mountinfo("41 31 0:38 / /x\\04 rw - cgroup2 cgroup2 rw")[0].mount_point,
            "/x\\04");
}

TEST(Cgroup, ReadsCpuTime) {
  EXPECT_EQ(parse_cpu_stat("usage_usec 1234567\nuser_usec 1000000\nsystem_usec 234567\n"), 1234567);
  EXPECT_FALSE(parse_cpu_stat("user_usec 1000000\n"));
  EXPECT_FALSE(parse_cpu_stat(""));
}

TEST(Cgroup, AddsUpTheDevicesOfIoStat) {
  const auto io = parse_io_stat(
      "8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0\n"
      "8:0 \n"
      "254:0 rbytes=800 wbytes=96 rios=6950 wios=3021 dbytes=50331648 dios=3021\n");
  ASSERT_TRUE(io);
  EXPECT_EQ(io->read_bytes, 1460000);
  EXPECT_EQ(io->written_bytes, 314773600);
  EXPECT_EQ(parse_io_stat("")->read_bytes, 0) << "empty until something is read";
}

TEST(Cgroup, IsNothingForIoThatIsNoNumberOrTooLarge) {
  EXPECT_FALSE(parse_io_stat("8:0 rbytes=x wbytes=1\n"));
  EXPECT_FALSE(parse_io_stat("8:0 rbytes wbytes=1\n"));
  EXPECT_FALSE(parse_io_stat("8:0 rbytes=18446744073709551615\n8:1 rbytes=1\n"));
}

TEST(Cgroup, ReadsValuesThatAreNumbers) {
  EXPECT_EQ(parse_cgroup_value("4096\n"), 4096);
  EXPECT_EQ(parse_cgroup_value("0"), 0);
  for (const char* text : {"", "\n", "max\n", "-1\n", "12 kB\n", "18446744073709551616\n"}) {
    EXPECT_FALSE(parse_cgroup_value(text)) << text;
  }
}

class OwnCgroup : public testing::Test {
 protected:
  void proc(const std::string& cgroup, const std::string& mount) const {
    root_.write("proc/self/cgroup", cgroup);
    root_.write("proc/self/mountinfo", mount);
  }
  std::string reason() const {
    const auto found = find_own_cgroup(root_.path());
    const auto* missing = std::get_if<MissingSource>(&found);
    return missing != nullptr ? missing->name + ": " + missing->reason : "found";
  }
  test::TemporaryFolder root_;
};

TEST_F(OwnCgroup, IsBelowTheMountWhereverThatIs) {
  proc("0::/a/b\n", "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  root_.write("sys/fs/cgroup/unified/a/b/cgroup.procs", "");
  EXPECT_EQ(std::get<0>(find_own_cgroup(root_.path())), root_ / "sys/fs/cgroup/unified/a/b");
}

TEST_F(OwnCgroup, IsFoundWhereOnlyAPartOfTheHierarchyIsMounted) {
  proc("0::/box/b\n",
       "40 31 0:38 /bo /other rw - cgroup2 cgroup2 rw\n"
       "41 31 0:38 /box /cg rw - cgroup2 cgroup2 rw\n");
  root_.write("cg/b/cgroup.procs", "");
  EXPECT_EQ(std::get<0>(find_own_cgroup(root_.path())), root_ / "cg/b");
}

TEST_F(OwnCgroup, SaysWhyThereIsNone) {
  EXPECT_EQ(reason(), "cgroup: cgroup version 2 is not mounted");
  proc("0::/a\n", "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
  EXPECT_EQ(reason(), "cgroup: cgroup version 2 is not mounted");
  proc("4:memory:/a\n", "41 31 0:38 /box /cg rw - cgroup2 cgroup2 rw\n");
  EXPECT_EQ(reason(), "cgroup: this process is in no cgroup of version 2 that it can see");
  proc("0::/a\n", "41 31 0:38 /box /cg rw - cgroup2 cgroup2 rw\n");
  EXPECT_EQ(reason(), "cgroup: the cgroup /a is not below what is mounted at /cg");
  proc("0::/box/a\n", "41 31 0:38 /box /cg rw - cgroup2 cgroup2 rw\n");
  EXPECT_EQ(reason(),
            "cgroup: there is no folder " + (root_ / "cg/a").string() + " for the cgroup /box/a");
}

}  // namespace
}  // namespace tandem::measure
