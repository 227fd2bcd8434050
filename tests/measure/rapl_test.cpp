#include "measure/rapl.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cmath>

#include "fake_rapl.h"

namespace tandem::measure {
namespace {

using testing::AllOf;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
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

TEST(Rapl, SaysThatAMachineHasNone) {
  const test::TemporaryFolder root;
  EXPECT_THAT(reason_in(root), AllOf(HasSubstr("rapl: no RAPL package zone"),
                                     HasSubstr("virtual machines have none"),
                                     HasSubstr("sudo modprobe intel_rapl_msr")));
}

TEST(Rapl, SaysHowToPermitReading) {
  const test::TemporaryFolder root;
  write_server(root);
  std::filesystem::permissions(root.path() / powercap / "intel-rapl:0/energy_uj",
                               std::filesystem::perms::none);
  const bool is_root = ::geteuid() == 0;  // who may read everything: be nobody for a moment
  if (is_root) {
    ASSERT_EQ(::seteuid(65534), 0);
  }
  const std::string reason = reason_in(root);
  if (is_root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  EXPECT_THAT(reason, AllOf(HasSubstr("not permitted to read"), HasSubstr("sudo chmod a+r"),
                            HasSubstr("powercap/intel-rapl:*/energy_uj")));
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
