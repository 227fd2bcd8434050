#include <fmt/format.h>
#include <gmock/gmock.h>

#include "fake_perf.h"
#include "measure/capabilities.h"
#include "measure/machine.h"
#include "measure/powercap.h"
#include "measure/rapl.h"

namespace tandem::measure {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;

const std::filesystem::path machines = std::filesystem::path(TANDEM_TEST_FOLDER) / "machines";

/// A machine of machines/README.md and what is to be seen on it.
struct MachineCase {
  std::string name;
  std::string machine_class;
  double memory_mib = 0;
  std::string hypervisor;
  std::vector<std::string> signals;  ///< `NAME = joules`, through powercap
  std::vector<std::string> events;   ///< `NAME: EVENT on CPU`, through perf
  std::string cpu_energy;            ///< the capability's text, or how it begins
  std::string process_tree;
  std::string cgroup;
};

void PrintTo(const MachineCase& machine, std::ostream* out) {
  *out << machine.name;
}

class Machines : public testing::TestWithParam<MachineCase> {
 protected:
  std::filesystem::path root() const { return machines / GetParam().name; }

  Capability capability(const std::string& name) const {
    for (Capability& found : probe_capabilities(root(), refusing_opener(ENODEV))) {
      if (found.name == name) return found;
    }
    ADD_FAILURE() << "no capability " << name;
    return {};
  }
  /// The capability's text with proc and sys where they would be.
  std::string text_of(const std::string& name) const {
    std::string text = capability(name).detail;
    const std::string prefix = root().string();
    for (size_t at = text.find(prefix); at != text.npos; at = text.find(prefix)) {
      text.erase(at, prefix.size());
    }
    return text;
  }
};

TEST_P(Machines, AreDescribed) {
  const core::Machine machine = describe_machine(root());
  EXPECT_EQ(machine.machine_class(), GetParam().machine_class);
  EXPECT_NEAR(machine.memory_mib, GetParam().memory_mib, 1);
  EXPECT_EQ(machine.hypervisor, GetParam().hypervisor);
  EXPECT_NE(machine.kernel, "");
  EXPECT_NE(machine.hostname, "");
}

TEST_P(Machines, AreReadThroughPowercapEachDomainOnce) {
  std::vector<std::string> seen;
  FoundSource found = find_powercap(root());
  if (auto* source = std::get_if<std::unique_ptr<SignalSource>>(&found)) {
    std::vector<double> joules((*source)->signals().size());
    (*source)->read(joules);
    for (size_t i = 0; i < joules.size(); ++i) {
      seen.push_back(fmt::format("{} = {:.3f}", (*source)->signals()[i].name, joules[i]));
    }
  }
  EXPECT_THAT(seen, ElementsAreArray(GetParam().signals));
}

TEST_P(Machines, AreReadThroughPerfEachDomainOnce) {
  std::vector<std::string> opened;
  const FoundSource found =
      find_perf_energy(root(), [&](std::uint32_t type, std::uint64_t config, int cpu) {
        opened.push_back(fmt::format("{}/{} on {}", type, config, cpu));
        return OpenedEvent{};
      });
  std::vector<std::string> seen;
  if (const auto* source = std::get_if<std::unique_ptr<SignalSource>>(&found)) {
    ASSERT_EQ(opened.size(), (*source)->signals().size());
    for (size_t i = 0; i < opened.size(); ++i) {
      seen.push_back((*source)->signals()[i].name + ": " + opened[i]);
    }
  }
  EXPECT_THAT(seen, ElementsAreArray(GetParam().events));
}

TEST_P(Machines, TellWhatTheyCanMeasure) {
  EXPECT_EQ(capability("cpu_energy").available, !GetParam().signals.empty());
  EXPECT_THAT(text_of("cpu_energy"), testing::StartsWith(GetParam().cpu_energy));
  EXPECT_EQ(text_of("process_tree").substr(0, GetParam().process_tree.size()),
            GetParam().process_tree);
  EXPECT_EQ(text_of("cgroup_v2"), GetParam().cgroup);
}

const std::string lists = "/proc, with the kernel's lists of children";
const std::string no_lists = "/proc, by asking every process for its parent";

INSTANTIATE_TEST_SUITE_P(
    All, Machines,
    testing::Values(
        MachineCase{"intel_client",
                    "Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz x8",
                    15837.5,
                    "",
                    {"rapl_package_0_j = 94512.370", "rapl_dram_0_j = 12954.102"},
                    {"rapl_package_0_j: 23/2 on 0", "rapl_dram_0_j: 23/3 on 0"},
                    "rapl_package_0_j: energy of CPU package 0 (RAPL through powercap); "
                    "rapl_dram_0_j: energy of the memory of CPU package 0 (RAPL through powercap)",
                    lists,
                    "groups can be made in "
                    "/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope"},
        MachineCase{"intel_server_two_sockets",
                    "Intel(R) Xeon(R) Gold 6442Y x36",
                    515581.3,
                    "",
                    {"rapl_package_0_j = 231004.883", "rapl_dram_0_j = 30711.060",
                     "rapl_package_1_j = 8127.441", "rapl_dram_1_j = 29950.195"},
                    {"rapl_package_0_j: 14/2 on 0", "rapl_dram_0_j: 14/3 on 0",
                     "rapl_package_1_j: 14/2 on 18", "rapl_dram_1_j: 14/3 on 18"},
                    "rapl_package_0_j: energy of CPU package 0",
                    lists,
                    "groups can be made in "
                    "/sys/fs/cgroup/system.slice/slurmstepd.scope/job_4711/step_0"},
        MachineCase{"amd_desktop",
                    "AMD Ryzen 9 7900X 12-Core Processor x24",
                    63484.5,
                    "",
                    {"rapl_package_0_j = 55004.333"},
                    {"rapl_package_0_j: 14/2 on 0"},
                    "rapl_package_0_j: energy of CPU package 0 (RAPL through powercap)",
                    lists,
                    "groups can be made in "
                    "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/"
                    "vte.scope"},
        MachineCase{"amd_dies_of_one_counter",
                    "AMD Ryzen Threadripper 1950X 16-Core Processor x32",
                    128821.1,
                    "",
                    {"rapl_package_0_j = 40125.488"},
                    {"rapl_package_0_j: 12/2 on 0"},
                    "rapl_package_0_j: energy of CPU package 0 (RAPL through powercap)",
                    no_lists,
                    "groups can be made in /sys/fs/cgroup"},
        MachineCase{"intel_server_two_dies",
                    "Intel(R) Xeon(R) Platinum 9242 CPU @ 2.30GHz x48",
                    385675.1,
                    "",
                    {"rapl_package_0_die_0_j = 180044.922", "rapl_dram_0_die_0_j = 21220.703",
                     "rapl_package_0_die_1_j = 91220.703", "rapl_dram_0_die_1_j = 19880.859"},
                    {"rapl_package_0_die_0_j: 14/2 on 0", "rapl_dram_0_die_0_j: 14/3 on 0",
                     "rapl_package_0_die_1_j: 14/2 on 24", "rapl_dram_0_die_1_j: 14/3 on 24"},
                    "rapl_package_0_die_0_j: energy of CPU package 0, die 0 (RAPL through "
                    "powercap)",
                    lists,
                    "groups can be made in /sys/fs/cgroup"},
        MachineCase{"virtual_machine",
                    "Intel(R) Xeon(R) Platinum 8370C CPU @ 2.80GHz x4",
                    16009.0,
                    "KVM",
                    {},
                    {},
                    "powercap: no package in /sys/class/powercap (virtual machine: KVM); perf: no "
                    "/sys/bus/event_source/devices/power. Estimated instead from CPU time",
                    lists,
                    "groups can be made in /sys/fs/cgroup/unified"},
        MachineCase{"arm_board",
                    "ARM implementer 0x41 part 0xd08 x4",
                    3794.3,
                    "",
                    {},
                    {},
                    "powercap: no package in /sys/class/powercap (only x86 CPUs have RAPL); perf: "
                    "no /sys/bus/event_source/devices/power. Estimated instead from CPU time",
                    no_lists,
                    "cgroup version 2 is not mounted"}),
    [](const auto& machine) { return machine.param.name; });

TEST(MachineFolders, AreAllWalked) {
  size_t folders = 0;
  for (const auto& entry : std::filesystem::directory_iterator(machines)) {
    folders += entry.is_directory();
  }
  EXPECT_EQ(folders, 7U);
}

}  // namespace
}  // namespace tandem::measure
