#include "measure/capabilities.h"

#include <gmock/gmock.h>

#include "fake_proc.h"
#include "fake_rapl.h"
#include "nobody.h"

namespace tandem::measure {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Capability capability(const std::string& name, const std::filesystem::path& root) {
  for (const Capability& found : probe_capabilities(root)) {
    if (found.name == name) return found;
  }
  ADD_FAILURE() << "no capability " << name;
  return {};
}

TEST(Capabilities, SayWhatTheyReadFrom) {
  const test::TemporaryFolder root;
  write_zone(root, "intel-rapl:0", "package-0", 1);
  write_zone(root, "intel-rapl:0:0", "dram", 1);
  write_proc(root, {}, true);
  EXPECT_TRUE(capability("cpu_energy", root.path()).available);
  EXPECT_EQ(capability("cpu_energy", root.path()).detail,
            "rapl_package_0_j: energy of CPU package 0 (RAPL through powercap); "
            "rapl_dram_0_j: energy of the memory of CPU package 0 (RAPL through powercap)");
  EXPECT_THAT(capability("cpu_energy", root.path()).enable_with, IsEmpty());
  EXPECT_TRUE(capability("process_tree", root.path()).available);
  EXPECT_EQ(capability("process_tree", root.path()).detail,
            "/proc, with the kernel's lists of children");
  write_proc(root, {}, false);
  EXPECT_THAT(capability("process_tree", root.path()).detail, HasSubstr("keeps no lists"));
}

TEST(Capabilities, SayWhyTheyAreNotThere) {
  const test::TemporaryFolder root;
  EXPECT_FALSE(capability("cpu_energy", root.path()).available);
  EXPECT_THAT(capability("cpu_energy", root.path()).detail,
              AllOf(HasSubstr("powercap: no package"), HasSubstr("perf: no"),
                    HasSubstr("Estimated instead")));
  EXPECT_FALSE(capability("process_tree", root.path()).available);
  EXPECT_THAT(capability("process_tree", root.path()).detail, HasSubstr("can't read"));
}

TEST(Capabilities, SayWhatOfAProcessMayBeRead) {
  const test::TemporaryFolder root;
  EXPECT_FALSE(capability("process_pss", root.path()).available);
  EXPECT_THAT(capability("process_pss", root.path()).detail, HasSubstr("proc/self/smaps_rollup"));
  EXPECT_FALSE(capability("process_io", root.path()).available);
  EXPECT_THAT(capability("process_io", root.path()).detail, HasSubstr("built without it"));
  root.write("proc/self/smaps_rollup", "Pss: 4 kB\n");
  root.write("proc/self/io", "rchar: 4292\n");
  EXPECT_TRUE(capability("process_pss", root.path()).available);
  EXPECT_TRUE(capability("process_io", root.path()).available);
}

TEST(Capabilities, SayWhetherGroupsCanBeMadeAndMakeNone) {
  const test::TemporaryFolder root;
  EXPECT_EQ(capability("cgroup_v2", root.path()).detail, "cgroup version 2 is not mounted");
  EXPECT_THAT(capability("cgroup_v2", root.path()).enable_with,
              ElementsAre("sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup"));
  root.write("proc/self/mountinfo", "41 31 0:38 /box /mnt rw - cgroup2 cgroup2 rw\n");
  EXPECT_THAT(capability("cgroup_v2", root.path()).detail, HasSubstr("in no cgroup of version 2"));
  EXPECT_THAT(capability("cgroup_v2", root.path()).enable_with, IsEmpty());
  root.write("proc/self/cgroup", "0::/box/inner\n");
  EXPECT_THAT(capability("cgroup_v2", root.path()).detail, HasSubstr("there is no folder"));
  std::filesystem::create_directories(root / "mnt/inner");
  EXPECT_TRUE(capability("cgroup_v2", root.path()).available);
  EXPECT_TRUE(std::filesystem::is_empty(root / "mnt/inner"));
  root.write("proc/self/cgroup", "0::/elsewhere\n");
  EXPECT_EQ(capability("cgroup_v2", root.path()).detail,
            "the cgroup /elsewhere is not below what is mounted at /mnt");
  EXPECT_FALSE(capability("cgroup_v2", root.path()).available);
}

TEST(Capabilities, SayHowToGetAGroupThatBelongsToSomebodyElse) {
  const test::TemporaryFolder root;
  root.write("proc/self/mountinfo", "41 31 0:38 / /mnt rw - cgroup2 cgroup2 rw\n");
  root.write("proc/self/cgroup", "0::/\n");
  std::filesystem::create_directories(root / "mnt");
  std::filesystem::permissions(root / "mnt", std::filesystem::perms(0555));
  const Nobody nobody;
  const Capability cgroup = capability("cgroup_v2", root.path());
  EXPECT_FALSE(cgroup.available);
  EXPECT_THAT(cgroup.detail, HasSubstr("Permission denied"));
  EXPECT_THAT(cgroup.enable_with, ElementsAre("systemd-run --user --scope -p Delegate=yes $SHELL"));
}

}  // namespace
}  // namespace tandem::measure
