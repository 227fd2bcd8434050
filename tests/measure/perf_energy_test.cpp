#include "measure/perf_energy.h"

#include <gmock/gmock.h>

#include <chrono>
#include <cmath>

#include "fake_perf.h"

namespace tandem::measure {
namespace {

using testing::AllOf;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::NanSensitiveDoubleEq;

MissingSource missing_in(const FoundSource& found) {
  const auto* missing = std::get_if<MissingSource>(&found);
  EXPECT_TRUE(missing) << "found";
  return missing ? *missing : MissingSource{};
}

std::vector<double> read(SignalSource& source) {
  std::vector<double> values(source.signals().size());
  source.read(values);
  return values;
}

/// Two sockets with memory.
void write_server(const test::TemporaryFolder& root) {
  root.write(power_events + "type", "14\n");
  root.write(power_events + "cpumask", "0,18\n");
  write_power_event(root, "energy-pkg", "event=0x02");
  write_power_event(root, "energy-ram", "event=0x03");
  write_power_event(root, "energy-psys", "event=0x05");
  write_cpu(root, 0, 0);
  write_cpu(root, 18, 1);
}

TEST(PerfEnergy, ScalesTheCountsOfEachSocketToJoules) {
  const test::TemporaryFolder root;
  write_server(root);
  FakeEvents events;
  FoundSource found = find_perf_energy(root.path(), events.opener());
  ASSERT_EQ(found.index(), 0U) << missing_in(found).reason;
  SignalSource& perf = *std::get<0>(found);
  EXPECT_EQ(perf.name(), "rapl");
  constexpr std::uint64_t counts_of_a_joule = 1ULL << 32;
  events.show(2, 0, 0);
  events.show(3, 0, counts_of_a_joule / 2);
  events.show(2, 18, counts_of_a_joule * 300'000);  // more than a counter of 32 bits could show
  events.show(3, 18, counts_of_a_joule * 7);
  EXPECT_THAT(read(perf), ElementsAre(DoubleEq(0), DoubleEq(0.5), DoubleEq(300'000), DoubleEq(7)));
  EXPECT_EQ(perf.signals()[2].name, "rapl_package_1_j");
  EXPECT_EQ(perf.signals()[2].behaviour, Behaviour::counter);
  EXPECT_THAT(perf.signals()[2].description, HasSubstr("perf"));
  EXPECT_TRUE(std::isinf(perf.signals()[2].read_at_least_every_s));
}

TEST(PerfEnergy, IsMissingWhereTheKernelGaveAnEventUp) {
  const test::TemporaryFolder root;
  write_server(root);
  FakeEvents events;
  FoundSource found = find_perf_energy(root.path(), events.opener());
  ASSERT_EQ(found.index(), 0U) << missing_in(found).reason;
  events.end(2, 0);
  for (const auto& [config, cpu] : {std::pair(3, 0), std::pair(2, 18), std::pair(3, 18)}) {
    events.show(config, cpu, 1ULL << 32);
  }
  EXPECT_THAT(read(*std::get<0>(found)), ElementsAre(NanSensitiveDoubleEq(std::nan("")),
                                                     DoubleEq(1), DoubleEq(1), DoubleEq(1)));
}

TEST(PerfEnergy, SaysHowToPermitIt) {
  const test::TemporaryFolder root;
  write_server(root);
  root.write("proc/sys/kernel/perf_event_paranoid", "2\n");
  for (const int error : {EACCES, EPERM}) {
    const MissingSource missing = missing_in(find_perf_energy(root.path(), refusing_opener(error)));
    EXPECT_THAT(missing.reason, AllOf(HasSubstr("perf_event_open of energy-pkg on CPU 0"),
                                      HasSubstr("perf_event_paranoid is 2")));
    EXPECT_THAT(missing.enable_with, ElementsAre("sudo sysctl kernel.perf_event_paranoid=0"));
  }
}

TEST(PerfEnergy, OffersNoCommandWhereNoneWouldHelp) {
  const test::TemporaryFolder root;
  write_server(root);
  root.write("proc/sys/kernel/perf_event_paranoid", "-1\n");
  EXPECT_THAT(missing_in(find_perf_energy(root.path(), refusing_opener(EPERM))).enable_with,
              IsEmpty());
  const MissingSource missing = missing_in(find_perf_energy(root.path(), refusing_opener(ENOENT)));
  EXPECT_THAT(missing.reason, HasSubstr("No such file or directory"));
  EXPECT_THAT(missing.enable_with, IsEmpty());
}

TEST(PerfEnergy, IsMissingAsAWholeWhenOneSocketIsRefused) {
  const test::TemporaryFolder root;
  write_server(root);
  FakeEvents events;
  const auto found =
      find_perf_energy(root.path(), [&](std::uint32_t type, std::uint64_t config, int cpu) {
        return cpu == 18 ? OpenedEvent{{}, ENODEV} : events.opener()(type, config, cpu);
      });
  EXPECT_THAT(missing_in(found).reason, HasSubstr("energy-pkg on CPU 18: No such device"));
}

TEST(PerfEnergy, NamesTheFileThatItDoesNotUnderstand) {
  const std::pair<std::string, std::string> broken[] = {
      {power_events + "type", "fourteen\n"},
      {power_events + "cpumask", "\n"},
      {power_events + "cpumask", "0,\n"},
      {power_events + "events/energy-pkg", "event=0x02,umask=0x01\n"},
      {power_events + "events/energy-pkg.scale", "0\n"},
      {power_events + "events/energy-ram.scale", "nan\n"},
      {power_events + "events/energy-ram.unit", "mJ\n"},
      {"sys/devices/system/cpu/cpu18/topology/physical_package_id", "-1\n"},
  };
  for (const auto& [file, text] : broken) {
    const test::TemporaryFolder root;
    write_server(root);
    root.write(file, text);
    FakeEvents events;
    EXPECT_EQ(missing_in(find_perf_energy(root.path(), events.opener())).reason,
              "perf: can't make sense of " + (root / file).string());
  }
}

TEST(PerfEnergy, NeedsThePackageForTheMemoryAloneIsNotTheCpu) {
  const test::TemporaryFolder root;
  write_server(root);
  std::filesystem::remove(root / (power_events + "events/energy-pkg"));
  FakeEvents events;
  EXPECT_THAT(missing_in(find_perf_energy(root.path(), events.opener())).reason,
              HasSubstr("no energy-pkg"));
}

/// The kernel's own clock of a CPU (type 1, config 0: nanoseconds) stands for the energy of a
/// package, so that the real system call is made on every machine.
TEST(PerfEnergy, ReadsARealEventOfTheKernel) {
  const test::TemporaryFolder root;
  root.write(power_events + "type", "1\n");
  root.write(power_events + "cpumask", "0\n");
  write_power_event(root, "energy-pkg", "event=0x00", "1e-9");
  write_cpu(root, 0, 0);
  const auto began = std::chrono::steady_clock::now();
  FoundSource found = find_perf_energy(root.path());
  if (found.index() != 0) {  // as in a container: then it must say so
    EXPECT_THAT(missing_in(found).reason, HasSubstr("perf_event_open of energy-pkg on CPU 0"));
    return;
  }
  const double first = read(*std::get<0>(found))[0];
  while (std::chrono::steady_clock::now() - began < std::chrono::milliseconds(20)) continue;
  const double second = read(*std::get<0>(found))[0];
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began;
  EXPECT_GE(first, 0);
  EXPECT_GT(second, first);
  EXPECT_LE(second, elapsed.count() * 1.5 + 0.1);
}

}  // namespace
}  // namespace tandem::measure
