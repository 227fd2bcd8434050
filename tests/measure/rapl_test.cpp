#include "measure/rapl.h"

#include <gmock/gmock.h>

#include <cmath>

#include "fake_perf.h"
#include "fake_rapl.h"
#include "nobody.h"

namespace tandem::measure {
namespace {

using testing::AllOf;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::NanSensitiveDoubleEq;

std::unique_ptr<SignalSource> source_in(const test::TemporaryFolder& root) {
  FoundSource found = find_rapl(root.path());
  if (const auto* missing = std::get_if<MissingSource>(&found)) {
    ADD_FAILURE() << missing->reason;
    return nullptr;
  }
  return std::get<0>(std::move(found));
}

std::string reason_in(const test::TemporaryFolder& root) {
  const FoundSource found = find_rapl(root.path());
  const auto* missing = std::get_if<MissingSource>(&found);
  return missing ? missing->name + ": " + missing->reason : "found";
}

std::vector<std::string> commands_in(const test::TemporaryFolder& root) {
  const FoundSource found = find_rapl(root.path());
  const auto* missing = std::get_if<MissingSource>(&found);
  return missing ? missing->enable_with : std::vector<std::string>{"found"};
}

std::vector<std::string> names_of(const SignalSource& source) {
  std::vector<std::string> names;
  for (const Signal& signal : source.signals()) names.push_back(signal.name);
  return names;
}

std::vector<double> read(SignalSource& source) {
  std::vector<double> values(source.signals().size());
  source.read(values);
  return values;
}

/// A server with two packages, and all that must not be added to them.
void write_server(const test::TemporaryFolder& root) {
  write_zone(root, "intel-rapl:0", "package-0", 1'000'000);
  write_zone(root, "intel-rapl:0:0", "core", 700'000);
  write_zone(root, "intel-rapl:0:1", "uncore", 100'000);
  write_zone(root, "intel-rapl:0:2", "dram", 300'000);
  write_zone(root, "intel-rapl:1", "package-1", 2'000'000);
  write_zone(root, "intel-rapl:1:0", "dram", 400'000);
  write_zone(root, "intel-rapl:2", "psys", 9'000'000);
  write_zone(root, "intel-rapl-mmio:0", "package-0", 1'000'000);
  root.write(powercap + "intel-rapl/enabled", "1\n");
}

TEST(Rapl, ReadsPackagesAndTheirDramAndNothingWithinOrAroundThem) {
  const test::TemporaryFolder root;
  write_server(root);
  const auto rapl = source_in(root);
  ASSERT_TRUE(rapl);
  EXPECT_THAT(names_of(*rapl), ElementsAre("rapl_package_0_j", "rapl_dram_0_j", "rapl_package_1_j",
                                           "rapl_dram_1_j"));
  EXPECT_THAT(read(*rapl), ElementsAre(DoubleEq(1), DoubleEq(0.3), DoubleEq(2), DoubleEq(0.4)));
  EXPECT_EQ(rapl->signals()[0].behaviour, Behaviour::counter);
}

TEST(Rapl, TellsTheDiesOfAPackageApart) {
  const test::TemporaryFolder root;
  write_zone(root, "intel-rapl:0", "package-0-die-0", 1);
  write_zone(root, "intel-rapl:1", "package-0-die-1", 1);
  write_zone(root, "intel-rapl:1:0", "dram", 1);
  const auto rapl = source_in(root);
  ASSERT_TRUE(rapl);
  EXPECT_THAT(names_of(*rapl), ElementsAre("rapl_package_0_die_0_j", "rapl_package_0_die_1_j",
                                           "rapl_dram_0_die_1_j"));
}

TEST(Rapl, KeepsCountingAcrossAWrap) {
  const test::TemporaryFolder root;
  write_zone(root, "intel-rapl:0", "package-0", 9'000'000, 10'000'000);
  const auto rapl = source_in(root);
  ASSERT_TRUE(rapl);
  EXPECT_THAT(read(*rapl), ElementsAre(DoubleEq(9)));
  write_zone(root, "intel-rapl:0", "package-0", 500'000, 10'000'000);
  EXPECT_THAT(read(*rapl), ElementsAre(DoubleEq(10.5)));
}

TEST(Rapl, IsMissingWhereAReadFailsAndNotAFullRound) {
  const test::TemporaryFolder root;
  write_server(root);
  const auto rapl = source_in(root);
  ASSERT_TRUE(rapl);
  read(*rapl);
  root.write(powercap + "intel-rapl:0/energy_uj", "");
  EXPECT_THAT(read(*rapl), ElementsAre(NanSensitiveDoubleEq(std::nan("")), DoubleEq(0.3),
                                       DoubleEq(2), DoubleEq(0.4)));
  write_zone(root, "intel-rapl:0", "package-0", 1'500'000);
  EXPECT_DOUBLE_EQ(read(*rapl)[0], 1.5);
}

TEST(Rapl, SaysThatAMachineHasNoneAndHowToLoadTheDriver) {
  const test::TemporaryFolder root;
  EXPECT_THAT(reason_in(root),
              AllOf(HasSubstr("rapl: powercap: no package in"), HasSubstr("; perf: no ")));
  EXPECT_THAT(commands_in(root), IsEmpty()) << "it isn't known to be an x86 CPU";
  root.write("proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu\n");
  EXPECT_THAT(commands_in(root),
              ElementsAre(AllOf(HasSubstr("sudo modprobe intel_rapl_msr && sudo chmod a+r"),
                                HasSubstr("/sys/class/powercap/*/energy_uj"))));
  root.write("proc/cpuinfo", "vendor_id\t: GenuineIntel\nflags\t\t: fpu hypervisor\n");
  EXPECT_THAT(reason_in(root), HasSubstr("virtual machine"));
  EXPECT_THAT(commands_in(root), IsEmpty());
}

void forbid(const std::filesystem::path& file) {
  std::filesystem::permissions(file, std::filesystem::perms::none);
}

TEST(Rapl, SaysHowToPermitEitherMeter) {
  const test::TemporaryFolder root;
  write_server(root);
  root.write(power_events + "type", "14\n");
  root.write(power_events + "cpumask", "0\n");
  write_power_event(root, "energy-pkg", "event=0x02");
  write_cpu(root, 0, 0);
  forbid(root / powercap / "intel-rapl:1/energy_uj");
  const Nobody nobody;
  const FoundSource found = find_rapl(root.path(), refusing_opener(EACCES));
  ASSERT_EQ(found.index(), 1U);
  const MissingSource& missing = std::get<MissingSource>(found);
  EXPECT_THAT(
      missing.reason,
      AllOf(HasSubstr("powercap: not permitted to read"), HasSubstr("intel-rapl:1/energy_uj"),
            HasSubstr("; perf: perf_event_open of energy-pkg on CPU 0: Permission denied")));
  EXPECT_THAT(missing.enable_with,
              ElementsAre("sudo chmod a+r " + (root / powercap).string() + "*/energy_uj",
                          "sudo sysctl kernel.perf_event_paranoid=0"));
  EXPECT_THAT(missing.reason_and_commands(), HasSubstr("(enable with: sudo chmod a+r"));
}

TEST(Rapl, TakesPerfWherePowercapMayNotBeRead) {
  const test::TemporaryFolder root;
  write_server(root);
  root.write(power_events + "type", "14\n");
  root.write(power_events + "cpumask", "0\n");
  write_power_event(root, "energy-pkg", "event=0x02");
  write_cpu(root, 0, 0);
  FakeEvents events;
  FoundSource both = find_rapl(root.path(), events.opener());
  ASSERT_EQ(both.index(), 0U);
  EXPECT_THAT(std::get<0>(both)->signals()[0].description, HasSubstr("RAPL through powercap"));
  forbid(root / powercap / "intel-rapl:0/energy_uj");
  const Nobody nobody;
  FoundSource found = find_rapl(root.path(), events.opener());
  ASSERT_EQ(found.index(), 0U) << std::get<1>(found).reason;
  EXPECT_THAT(names_of(*std::get<0>(found)), ElementsAre("rapl_package_0_j"));
  EXPECT_THAT(std::get<0>(found)->signals()[0].description, HasSubstr("RAPL through perf"));
}

TEST(Rapl, WantsToBeReadOftenEnoughToSeeEveryRound) {
  const test::TemporaryFolder root;
  write_server(root);
  const auto rapl = source_in(root);
  ASSERT_TRUE(rapl);
  for (const Signal& signal : rapl->signals()) EXPECT_EQ(signal.read_at_least_every_s, 30);
}

TEST(Rapl, CountsEveryRoundOfMany) {
  const test::TemporaryFolder root;
  write_zone(root, "intel-rapl:0", "package-0", 999'999, 1'000'000);
  const auto rapl = source_in(root);
  ASSERT_TRUE(rapl);
  EXPECT_DOUBLE_EQ(read(*rapl)[0], 0.999'999);
  for (int round = 1; round <= 200; ++round) {
    write_zone(root, "intel-rapl:0", "package-0", 999'998 - round, 1'000'000);
    EXPECT_DOUBLE_EQ(read(*rapl)[0], round + (999'998 - round) * 1e-6);
  }
}

TEST(Rapl, TakesTheMmioDriverWhereNoOtherShowsThePackage) {
  const test::TemporaryFolder root;
  write_zone(root, "intel-rapl-mmio:0", "package-0", 5'000'000);
  write_zone(root, "intel-rapl:0", "psys", 9'000'000);
  const auto rapl = source_in(root);
  ASSERT_TRUE(rapl);
  EXPECT_THAT(names_of(*rapl), ElementsAre("rapl_package_0_j"));
  EXPECT_THAT(read(*rapl), ElementsAre(DoubleEq(5)));
}

TEST(Rapl, ReadsTheOneCounterOfAnAmdPackageOnceHoweverManyDiesShowIt) {
  const test::TemporaryFolder root;
  write_zone(root, "intel-rapl:0", "package-0-die-0", 1'000'000);
  write_zone(root, "intel-rapl:1", "package-0-die-1", 1'000'000);
  root.write("proc/cpuinfo", "vendor_id\t: AuthenticAMD\n");
  const auto rapl = source_in(root);
  ASSERT_TRUE(rapl);
  EXPECT_THAT(names_of(*rapl), ElementsAre("rapl_package_0_j"));
}

TEST(Rapl, IsMissingAsAWholeWhenOneCounterHoldsNoNumber) {
  for (const char* text : {"", "\n", "garbage\n", "12 34\n"}) {
    const test::TemporaryFolder root;
    write_server(root);
    root.write(powercap + "intel-rapl:1:0/energy_uj", text);
    EXPECT_THAT(reason_in(root), HasSubstr("intel-rapl:1:0/energy_uj holds no number"));
  }
  const test::TemporaryFolder root;
  write_server(root);
  root.write(powercap + "intel-rapl:0/max_energy_range_uj", "0\n");
  EXPECT_THAT(reason_in(root), HasSubstr("intel-rapl:0/max_energy_range_uj holds no number"));
}

TEST(Rapl, IsMissingWhereAZoneIsHiddenBecauseItMayBeAPackage) {
  const test::TemporaryFolder root;
  write_server(root);
  std::filesystem::remove(root.path() / powercap / "intel-rapl:1/name");
  EXPECT_THAT(reason_in(root), HasSubstr("can't read " + (root / powercap).string() +
                                         "intel-rapl:1/name: No such file or directory"));
}

TEST(Rapl, NamesTheFileThatCannotBeRead) {
  const test::TemporaryFolder root;
  write_server(root);
  std::filesystem::remove(root.path() / powercap / "intel-rapl:1/max_energy_range_uj");
  EXPECT_THAT(reason_in(root), AllOf(HasSubstr("intel-rapl:1/max_energy_range_uj"),
                                     HasSubstr("No such file or directory")));
}

}  // namespace
}  // namespace tandem::measure
