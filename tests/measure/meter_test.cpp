#include "measure/meter.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <thread>

#include "core/error.h"
#include "core/file.h"
#include "fake_proc.h"
#include "fake_rapl.h"

namespace tandem::measure {
namespace {

using core::EnergySource;
using testing::HasSubstr;
using testing::StartsWith;

/// A meter on a made-up machine; its only ticks are those at start and stop.
class MeterTest : public testing::Test {
 protected:
  MeterTest() { write_cpu(0, 0); }

  Meter::Options options(int participants) const {
    return {.participants = participants,
            .sampling_hz = 0.01,
            .origin = core::Clock::now(),
            .samples_csv = folder_.path() / "samples.csv",
            .power_model = PowerModel{"ten and five", 10, 5},
            .root = folder_.path()};
  }
  /// Two training processes with this CPU time.
  void write_cpu(long ticks_a, long ticks_b) const {
    write_proc(folder_,
               {{.pid = 100, .user_ticks = ticks_a, .rss_pages = 512},
                {.pid = 200, .user_ticks = ticks_b, .rss_pages = 1024}},
               true);
  }
  void write_rapl(long long package_0_uj, long long package_1_uj, long long dram_uj) const {
    write_zone(folder_, "intel-rapl:0", "package-0", package_0_uj);
    write_zone(folder_, "intel-rapl:0:0", "dram", dram_uj);
    write_zone(folder_, "intel-rapl:1", "package-1", package_1_uj);
  }
  static Window whole(const Recording& recording) {
    return {recording.t_s.front(), recording.t_s.back()};
  }
  static Window second_half(const Recording& recording) {
    return {(recording.t_s.front() + recording.t_s.back()) / 2, recording.t_s.back()};
  }

  test::TemporaryFolder folder_;
};

TEST_F(MeterTest, AddsPackagesAndDramWhereThereIsRapl) {
  write_rapl(1'000'000, 2'000'000, 500'000);
  Meter meter(options(1));
  meter.start();
  write_rapl(11'000'000, 22'000'000, 3'500'000);
  const Recording& recording = meter.stop();
  const core::Energy energy = meter.cpu_energy(whole(recording));
  EXPECT_NEAR(energy.joules.value(), 10 + 20 + 3, 1e-9);
  EXPECT_EQ(energy.source, EnergySource::rapl);
  EXPECT_EQ(energy.model, "");
  EXPECT_NEAR(meter.cpu_energy(second_half(recording)).joules.value(), 16.5, 1e-6);
}

TEST_F(MeterTest, SaysWhichCounterFailedInTheWindow) {
  write_rapl(1'000'000, 2'000'000, 500'000);
  Meter meter(options(1));
  meter.start();
  folder_.write(powercap + "intel-rapl:1/energy_uj", "");
  const core::Energy energy = meter.cpu_energy(whole(meter.stop()));
  EXPECT_EQ(energy.joules.reason(), "rapl_package_1_j: 1 of 2 samples in the window is missing");
  EXPECT_EQ(energy.source, EnergySource::none);
}

TEST_F(MeterTest, EstimatesFromTheCpuTimeOfAllParticipantsWithoutRapl) {
  Meter meter(options(2));
  meter.watch(0, 100);
  meter.watch(1, 200);
  meter.start();
  write_cpu(300, 100);
  const Recording& recording = meter.stop();
  const Window window = whole(recording);
  const core::Energy energy = meter.cpu_energy(window);
  EXPECT_DOUBLE_EQ(energy.joules.value(), 10 * window.duration_s() + 5 * (3.0 + 1.0));
  EXPECT_EQ(energy.source, EnergySource::estimated);
  EXPECT_EQ(energy.model, "ten and five");
  EXPECT_DOUBLE_EQ(meter.cpu_time_s(0, window).value(), 3);
  EXPECT_DOUBLE_EQ(meter.cpu_time_s(1, window).value(), 1);
  EXPECT_NEAR(meter.cpu_time_s(0, second_half(recording)).value(), 1.5, 1e-6);
  EXPECT_DOUBLE_EQ(meter.memory_peak_mib(1, window).value(),
                   static_cast<double>(1024 * ::sysconf(_SC_PAGESIZE)) / 1048576);
}

TEST_F(MeterTest, TakesTheDefaultModelWhereNoneIsStated) {
  folder_.write("proc/cpuinfo", "processor : 0\nprocessor : 1\nprocessor : 2\nprocessor : 3\n");
  Meter::Options plain = options(1);
  plain.power_model.reset();
  Meter meter(plain);
  meter.watch(0, 100);
  meter.start();
  const core::Energy energy = meter.cpu_energy(whole(meter.stop()));
  EXPECT_EQ(energy.model, default_power_model(4).name);
}

TEST_F(MeterTest, KnowsThatATrainingThatHasEndedUsesNothing) {
  Meter meter(options(2));
  meter.watch(0, 100);
  meter.watch(1, 200);
  meter.start();
  write_proc(folder_, {{.pid = 200, .user_ticks = 100, .rss_pages = 256}}, true);
  const double end_s = whole(meter.stop()).end_s;
  const Window end{end_s, end_s};
  EXPECT_EQ(meter.memory_peak_mib(0, end).value(), 0);
  EXPECT_EQ(meter.cpu_time_s(0, end).value(), 0);
  EXPECT_GT(meter.memory_peak_mib(1, end).value(), 0);
}

TEST_F(MeterTest, DoesNotCallATrainingThatNoTickSawIdle) {
  Meter meter(options(1));
  meter.watch(0, 4711);
  meter.start();
  const Window window = whole(meter.stop());
  EXPECT_EQ(meter.cpu_time_s(0, window).reason(), "no tick saw a process of participant a");
  EXPECT_EQ(meter.memory_peak_mib(0, window).reason(), "no tick saw a process of participant a");
  EXPECT_EQ(meter.cpu_energy(window).source, EnergySource::none);
}

TEST_F(MeterTest, SaysWhyNothingCanBeReadOnABareMachine) {
  std::filesystem::remove_all(folder_.path() / "proc");
  Meter meter(options(1));
  meter.watch(0, 100);
  meter.start();
  const Recording& recording = meter.stop();
  EXPECT_THAT(meter.cpu_energy(whole(recording)).joules.reason(), StartsWith("can't read"));
  EXPECT_EQ(meter.cpu_energy(whole(recording)).source, EnergySource::none);
  EXPECT_THAT(meter.cpu_time_s(0, whole(recording)).reason(), HasSubstr("proc/self/stat"));
  std::vector<std::string> missing;
  for (const MissingSource& source : recording.missing) missing.push_back(source.name);
  EXPECT_THAT(missing, testing::ElementsAre("process_tree", "rapl", "gpu"));
}

TEST_F(MeterTest, HasNoGpuFiguresInThisVersionAndSaysWhy) {
  Meter meter(options(1));
  meter.start();
  const Window window = whole(meter.stop());
  EXPECT_THAT(meter.gpu_energy(window).joules.reason(), HasSubstr("libnvidia-ml.so.1"));
  EXPECT_EQ(meter.gpu_energy(window).source, EnergySource::none);
  EXPECT_THAT(meter.gpu_power_avg_watts(window).reason(), HasSubstr("libnvidia-ml.so.1"));
  EXPECT_THAT(meter.gpu_util_avg_percent(window).reason(), HasSubstr("libnvidia-ml.so.1"));
  EXPECT_THAT(meter.gpu_memory_peak_mib(window).reason(), HasSubstr("libnvidia-ml.so.1"));
}

TEST_F(MeterTest, NamesTheColumnsOfItsSamples) {
  write_rapl(1, 1, 1);
  Meter meter(options(2));
  meter.start();
  meter.stop();
  EXPECT_THAT(core::read_file(folder_.path() / "samples.csv"),
              StartsWith("t_s,cpu_time_a_s,memory_a_mib,processes_a,io_read_a_mib,io_written_a_mib,"
                         "cpu_time_b_s,memory_b_mib,processes_b,io_read_b_mib,io_written_b_mib,"
                         "rapl_package_0_j,rapl_dram_0_j,rapl_package_1_j\n"));
}

TEST_F(MeterTest, HasNoFiguresBeforeItHasStopped) {
  const Meter meter(options(1));
  EXPECT_EQ(meter.cpu_time_s(0, {0, 1}).reason(), "nothing was sampled");
  EXPECT_EQ(meter.cpu_energy({0, 1}).joules.reason(), "nothing was sampled");
}

TEST_F(MeterTest, TakesANewTreeFromAnotherThreadWhileItSamples) {
  Meter::Options fast = options(1);
  fast.sampling_hz = 500;
  fast.root = "/";
  Meter meter(fast);
  meter.start();
  std::thread([&] {
    for (int i = 0; i < 20; ++i) {
      meter.watch(0, i % 2 == 0 ? ::getppid() : ::getpid());
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }).join();
  const Recording& recording = meter.stop();
  EXPECT_GT(recording.t_s.size(), 2);
  EXPECT_TRUE(meter.cpu_time_s(0, whole(recording)).has_value());
}

TEST_F(MeterTest, ReportsAFullDiskAtStop) {
  Meter::Options full = options(1);
  full.samples_csv = "/dev/full";
  Meter meter(full);
  meter.start();
  EXPECT_THROW(meter.stop(), core::SystemError);
}

}  // namespace
}  // namespace tandem::measure
