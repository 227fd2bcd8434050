#include "measure/capabilities.h"

#include <gmock/gmock.h>

#include "fake_proc.h"
#include "fake_rapl.h"
#include "measure/gpu.h"

namespace tandem::measure {
namespace {

using testing::HasSubstr;

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
  EXPECT_EQ(capability("cpu_energy", root.path()).detail, "rapl_package_0_j, rapl_dram_0_j");
  EXPECT_TRUE(capability("process_tree", root.path()).available);
  EXPECT_EQ(capability("process_tree", root.path()).detail,
            "/proc, with the kernel's lists of children");
  write_proc(root, {}, false);
  EXPECT_THAT(capability("process_tree", root.path()).detail, HasSubstr("keeps no lists"));
}

TEST(Capabilities, SayWhyTheyAreNotThere) {
  const test::TemporaryFolder root;
  EXPECT_FALSE(capability("cpu_energy", root.path()).available);
  EXPECT_THAT(capability("cpu_energy", root.path()).detail, HasSubstr("no RAPL package zone"));
  EXPECT_FALSE(capability("process_tree", root.path()).available);
  EXPECT_THAT(capability("process_tree", root.path()).detail, HasSubstr("can't read"));
}

TEST(Gpu, SaysThatThereIsNoDriver) {
  const auto found = GpuDriver::load("libtandem-no-such-driver.so.1");
  EXPECT_EQ(std::get<MissingSource>(found).name, "gpu");
  EXPECT_EQ(std::get<MissingSource>(found).reason,
            "no NVIDIA driver (libtandem-no-such-driver.so.1 not found)");
}

TEST(Gpu, SaysThatADriverIsNotReadYet) {
  const auto found = GpuDriver::load("libc.so.6");  // any library stands for the driver's
  EXPECT_EQ(std::get<MissingSource>(found).reason,
            "libc.so.6 is there, but this version doesn't read it yet");
}

}  // namespace
}  // namespace tandem::measure
