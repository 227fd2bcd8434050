#include "measure/machine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "temporary_folder.h"

namespace tandem::measure {
namespace {

TEST(DescribeMachine, ReadsAVirtualX86Machine) {
  const test::TemporaryFolder root;
  root.write("proc/cpuinfo",
             "processor\t: 0\nvendor_id\t: GenuineIntel\n"
             "model name\t: Intel(R) Xeon(R) Processor @ 2.90GHz\n"
             "flags\t\t: fpu vme hypervisor lahf_lm\n\n"
             "processor\t: 1\nmodel name\t: Intel(R) Xeon(R) Processor @ 2.90GHz\n"
             "flags\t\t: fpu vme hypervisor lahf_lm\n");
  root.write("proc/meminfo", "MemTotal:        8388608 kB\nMemFree:         1000 kB\n");
  root.write("proc/sys/kernel/osrelease", "6.1.0-13-amd64\n");
  root.write("proc/sys/kernel/hostname", "node7\n");
  root.write("sys/class/dmi/id/product_name", "KVM Virtual Machine\n");
  const core::Machine machine = describe_machine(root.path());
  EXPECT_EQ(machine.cpu_model, "Intel(R) Xeon(R) Processor @ 2.90GHz");
  EXPECT_EQ(machine.logical_cpus, 2);
  EXPECT_EQ(machine.memory_mib, 8192);
  EXPECT_EQ(machine.kernel, "6.1.0-13-amd64");
  EXPECT_EQ(machine.hostname, "node7");
  EXPECT_EQ(machine.hypervisor, "KVM Virtual Machine");
  EXPECT_EQ(machine.gpu, "");
}

TEST(DescribeMachine, HasNoHypervisorOnBareMetalAndAnUnnamedOneWithoutDmi) {
  const test::TemporaryFolder root;
  root.write("sys/class/dmi/id/product_name", "PowerEdge R740\n");
  root.write("proc/cpuinfo", "flags\t\t: fpu vme hypervisor_like\n");
  EXPECT_EQ(describe_machine(root.path()).hypervisor, "");
  const test::TemporaryFolder without_dmi;
  without_dmi.write("proc/cpuinfo", "flags\t\t: fpu hypervisor\n");
  EXPECT_EQ(describe_machine(without_dmi.path()).hypervisor, "unnamed");
}

TEST(DescribeMachine, KnowsTheNamesOtherArchitecturesUse) {
  const std::pair<const char*, const char*> examples[] = {
      {"processor\t: 0\nBogoMIPS\t: 38.40\nHardware\t: BCM2835\n", "BCM2835"},
      {"processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n",
       "ARM implementer 0x41 part 0xd0c"},
      {"processor\t: 0\ncpu\t\t: POWER9, altivec supported\n", "POWER9, altivec supported"},
      {"processor\t: 0\nhart\t\t: 1\nuarch\t\t: sifive,u74-mc\n", "sifive,u74-mc"},
  };
  for (const auto& [cpuinfo, model] : examples) {
    const test::TemporaryFolder root;
    root.write("proc/cpuinfo", cpuinfo);
    EXPECT_EQ(describe_machine(root.path()).cpu_model, model);
    EXPECT_EQ(describe_machine(root.path()).logical_cpus, 1);
  }
}

TEST(DescribeMachine, NamesTheGpusOfTheDriver) {
  const test::TemporaryFolder root;
  root.write("proc/driver/nvidia/gpus/0000:01:00.0/information",
             "Model: \t\t NVIDIA GeForce RTX 3080\nIRQ:   \t\t 180\n");
  EXPECT_EQ(describe_machine(root.path()).gpu, "NVIDIA GeForce RTX 3080");
  root.write("proc/driver/nvidia/gpus/0000:02:00.0/information", "IRQ: 181\n");
  EXPECT_EQ(describe_machine(root.path()).gpu, "NVIDIA GeForce RTX 3080 + unnamed GPU");
}

TEST(DescribeMachine, LeavesEmptyWhatItCannotRead) {
  const test::TemporaryFolder root;
  const core::Machine machine = describe_machine(root.path());
  EXPECT_EQ(machine.cpu_model, "");
  EXPECT_EQ(machine.logical_cpus, 0);
  EXPECT_EQ(machine.memory_mib, 0);
  EXPECT_EQ(machine.kernel, "");
}

TEST(DescribeMachine, AgreesWithTheSystemOnThisMachine) {
  const core::Machine machine = describe_machine();
  EXPECT_EQ(machine.logical_cpus, ::sysconf(_SC_NPROCESSORS_ONLN));
  EXPECT_GT(machine.memory_mib, 64);
  EXPECT_NE(machine.kernel, "");
}

}  // namespace
}  // namespace tandem::measure
