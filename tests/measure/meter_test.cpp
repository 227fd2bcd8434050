#include "measure/meter.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "core/error.h"
#include "core/file.h"
#include "fake_driver.h"
#include "fake_proc.h"
#include "fake_rapl.h"
#include "measure/samples_file.h"

namespace tandem::measure {
namespace {

using core::EnergySource;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// A meter on a made-up machine. It ticks at start, at stop and when it is told to, so that a test
/// decides what lies between two ticks.
class MeterTest : public testing::Test {
 protected:
  MeterTest() { write_cpu(0, 0); }

  Instruments instruments(const std::string& nvml = "libtandem-no-such-driver.so.1") const {
    Instruments::Options options;
    options.root = folder_.path();
    options.nvml_library = nvml;
    options.counter_period_s = 1e-6;
    return Instruments(options);
  }
  Meter::Options options(int participants) const {
    return {.participants = participants,
            .sampling_hz = 0.01,
            .origin = origin_,
            .folder = folder_.path(),
            .power_model = PowerModel{"ten and five", 10, 5}};
  }
  double now_s() const { return core::seconds_between(origin_, core::Clock::now()); }
  /// From after the start's tick to before the stop's, which this does.
  Window stop(Meter& meter, double begin_s) const {
    const Window window{begin_s, now_s()};
    meter.stop();
    return window;
  }
  double start(Meter& meter) const {
    meter.start();
    return now_s();
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
  /// Names of the run's cautions.
  static std::vector<std::string> names(const std::vector<core::Caution>& cautions) {
    std::vector<std::string> names;
    for (const core::Caution& caution : cautions) names.push_back(caution.name);
    return names;
  }

  const core::Time origin_ = core::Clock::now();
  test::TemporaryFolder folder_;
};

TEST_F(MeterTest, AddsPackagesAndDramWhereThereIsRapl) {
  write_rapl(1'000'000, 2'000'000, 500'000);
  const Instruments rapl = instruments();
  Meter meter(rapl, options(1));
  meter.start();
  write_rapl(11'000'000, 22'000'000, 3'500'000);
  meter.stop();
  const Samples samples = read_samples(folder_ / "samples.csv");
  const Window whole{samples.t_s.front(), samples.t_s.back()};
  const core::Energy energy = meter.cpu_energy(whole);
  EXPECT_NEAR(energy.joules.value(), 10 + 20 + 3, 1e-9);
  EXPECT_EQ(energy.source, EnergySource::rapl);
  EXPECT_EQ(energy.model, "");
  EXPECT_NEAR(meter.dram_energy_j(whole).value(), 3, 1e-9);
  const Window half{(whole.begin_s + whole.end_s) / 2, whole.end_s};
  EXPECT_NEAR(meter.cpu_energy(half).joules.value(), 16.5, 1e-6);
}

TEST_F(MeterTest, CountsNoJouleOfThePackageForTwoRunsThatAreMadeAtATime) {
  write_rapl(1'000'000, 2'000'000, 500'000);
  Instruments::Options two;
  two.root = folder_.path();
  two.nvml_library = "libtandem-no-such-driver.so.1";
  two.runs_at_a_time = 2;
  const Instruments shared(two);
  Meter meter(shared, options(1));
  meter.watch(0, 100);
  meter.start();
  write_rapl(11'000'000, 22'000'000, 3'500'000);
  write_cpu(200, 0);
  meter.stop();
  const Samples samples = read_samples(folder_ / "samples.csv");
  const Window whole{samples.t_s.front(), samples.t_s.back()};
  const core::Energy energy = meter.cpu_energy(whole);
  EXPECT_EQ(energy.source, EnergySource::estimated);
  EXPECT_EQ(energy.model, "ten and five, idle power shared by 2 runs");
  EXPECT_THAT(energy.instead_of, HasSubstr("counts the 2 runs together"));
  EXPECT_NEAR(energy.joules.value(), 10.0 / 2 * whole.duration_s() + 5 * 2, 1e-6);
  EXPECT_THAT(meter.dram_energy_j(whole).reason(), HasSubstr("2 runs together"));
  EXPECT_THAT(names(meter.cautions(whole, false)), testing::Contains("cpu_shared"));
  EXPECT_TRUE(samples.find("rapl_package_0_j")) << "what the meter said is kept";
}

TEST_F(MeterTest, SaysWhichCounterFailedAndAddsNoEstimateInItsPlace) {
  write_rapl(1'000'000, 2'000'000, 500'000);
  const Instruments rapl = instruments();
  Meter meter(rapl, options(1));
  const double begin_s = start(meter);
  folder_.write(powercap + "intel-rapl:1/energy_uj", "");
  const core::Energy energy = meter.cpu_energy(stop(meter, begin_s));
  EXPECT_THAT(energy.joules.reason(), StartsWith("rapl_package_1_j: the window ends "));
  EXPECT_EQ(energy.source, EnergySource::none);
}

TEST_F(MeterTest, EstimatesFromTheCpuTimeOfAllParticipantsWithoutRapl) {
  const Instruments bare = instruments();
  Meter meter(bare, options(2));
  meter.watch(0, 100);
  meter.watch(1, 200);
  meter.start();
  write_cpu(300, 100);
  meter.stop();
  const Samples samples = read_samples(folder_ / "samples.csv");
  const Window window{samples.t_s.front(), samples.t_s.back()};
  const core::Energy energy = meter.cpu_energy(window);
  EXPECT_DOUBLE_EQ(energy.joules.value(), 10 * window.duration_s() + 5 * (3.0 + 1.0));
  EXPECT_EQ(energy.source, EnergySource::estimated);
  EXPECT_EQ(energy.model, "ten and five");
  EXPECT_THAT(energy.instead_of, HasSubstr("powercap: no package"));
  EXPECT_DOUBLE_EQ(meter.cpu_time_s(0, window).value(), 3);
  EXPECT_DOUBLE_EQ(meter.cpu_time_s(1, window).value(), 1);
  EXPECT_DOUBLE_EQ(meter.memory_peak_mib(1, window).value(),
                   static_cast<double>(1024 * ::sysconf(_SC_PAGESIZE)) / 1048576);
  EXPECT_THAT(meter.dram_energy_j(window).reason(), HasSubstr("no RAPL domain"));
  EXPECT_THAT(names(meter.cautions(window, false)), IsEmpty());
}

TEST_F(MeterTest, TakesTheDefaultModelWhereNoneIsStated) {
  folder_.write("proc/cpuinfo", "processor : 0\nprocessor : 1\nprocessor : 2\nprocessor : 3\n");
  Meter::Options plain = options(1);
  plain.power_model.reset();
  const Instruments bare = instruments();
  Meter meter(bare, plain);
  meter.watch(0, 100);
  const double begin_s = start(meter);
  EXPECT_EQ(meter.cpu_energy(stop(meter, begin_s)).model, default_power_model(4).name);
}

TEST_F(MeterTest, KnowsThatATrainingThatHasEndedUsesNothing) {
  const Instruments bare = instruments();
  Meter meter(bare, options(2));
  meter.watch(0, 100);
  meter.watch(1, 200);
  meter.start();
  write_proc(folder_, {{.pid = 200, .user_ticks = 100, .rss_pages = 256}}, true);
  meter.stop();
  const double end_s = read_samples(folder_ / "samples.csv").t_s.back();
  const Window end{end_s, end_s};
  EXPECT_EQ(meter.memory_peak_mib(0, end).value(), 0);
  EXPECT_EQ(meter.cpu_time_s(0, end).value(), 0);
  EXPECT_GT(meter.memory_peak_mib(1, end).value(), 0);
}

TEST_F(MeterTest, CountsWhatTheSystemSaysOfATrainingThatEndedBetweenTwoTicks) {
  const Instruments bare = instruments();
  Meter meter(bare, options(1));
  meter.start();
  meter.watch(0, 4711);
  meter.ended(0, {2.5, 3, 4});
  meter.stop();
  const Samples samples = read_samples(folder_ / "samples.csv");
  const Window whole{samples.t_s.front(), samples.t_s.back()};
  EXPECT_DOUBLE_EQ(meter.cpu_time_s(0, whole).value(), 2.5);
  EXPECT_DOUBLE_EQ(meter.io_read_mib(0, whole).value(), 3);
  EXPECT_DOUBLE_EQ(meter.io_written_mib(0, whole).value(), 4);
}

TEST_F(MeterTest, DoesNotCallATrainingThatNoTickSawIdle) {
  const Instruments bare = instruments();
  Meter meter(bare, options(1));
  meter.watch(0, 4711);
  const double begin_s = start(meter);
  const Window window = stop(meter, begin_s);
  EXPECT_EQ(meter.cpu_time_s(0, window).reason(), "no tick saw a process of participant a");
  EXPECT_EQ(meter.memory_peak_mib(0, window).reason(), "no tick saw a process of participant a");
  EXPECT_EQ(meter.cpu_energy(window).source, EnergySource::none);
}

TEST_F(MeterTest, SaysWhyNothingCanBeReadOnABareMachine) {
  std::filesystem::remove_all(folder_.path() / "proc");
  const Instruments bare = instruments();
  Meter meter(bare, options(1));
  meter.watch(0, 100);
  const double begin_s = start(meter);
  const Window window = stop(meter, begin_s);
  EXPECT_THAT(meter.cpu_energy(window).joules.reason(), StartsWith("can't read"));
  EXPECT_EQ(meter.cpu_energy(window).source, EnergySource::none);
  EXPECT_THAT(meter.cpu_time_s(0, window).reason(), HasSubstr("proc/self/stat"));
  for (const core::Reading& figure :
       {meter.gpu_energy(window).total.joules, meter.gpu_power_avg_watts(window),
        meter.gpu_util_avg_percent(window), meter.gpu_memory_peak_mib(window)}) {
    EXPECT_EQ(figure.reason(), "no NVIDIA driver (libtandem-no-such-driver.so.1 not found)");
  }
  EXPECT_THAT(meter.sampling(), IsEmpty());
}

TEST_F(MeterTest, NamesTheColumnsOfItsSamples) {
  write_rapl(1, 1, 1);
  const Instruments rapl = instruments();
  Meter meter(rapl, options(2));
  meter.start();
  meter.stop();
  EXPECT_THAT(core::read_file(folder_ / "samples.csv"),
              StartsWith("t_s,rapl_package_0_j,rapl_dram_0_j,rapl_package_1_j,cpu_time_a_s,"
                         "memory_a_mib,processes_a,io_read_a_mib,io_written_a_mib,cpu_time_b_s,"
                         "memory_b_mib,processes_b,io_read_b_mib,io_written_b_mib,host_read_s\n"));
  EXPECT_THAT(core::read_file(folder_ / "samples_memory.csv"),
              StartsWith("t_s,memory_pss_a_mib,memory_pss_b_mib,memory_read_s\n"));
}

TEST_F(MeterTest, HasNoFiguresBeforeItHasStopped) {
  const Instruments bare = instruments();
  const Meter meter(bare, options(1));
  EXPECT_EQ(meter.cpu_time_s(0, {0, 1}).reason(), "nothing was sampled");
  EXPECT_EQ(meter.cpu_energy({0, 1}).joules.reason(), "nothing was sampled");
}

TEST_F(MeterTest, TakesANewTreeFromAnotherThreadWhileItSamples) {
  Meter::Options fast = options(1);
  fast.sampling_hz = 500;
  Instruments::Options real;
  real.nvml_library = "libtandem-no-such-driver.so.1";
  const Instruments here(real);
  Meter meter(here, fast);
  const double begin_s = start(meter);
  std::thread([&] {
    for (int i = 0; i < 20; ++i) {
      meter.watch(0, i % 2 == 0 ? ::getppid() : ::getpid());
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }).join();
  EXPECT_TRUE(meter.cpu_time_s(0, stop(meter, begin_s)).has_value());
}

TEST_F(MeterTest, MarksARunThatWasNotSampledForSeconds) {
  Meter::Options fast = options(1);
  fast.sampling_hz = 100;
  const Instruments bare = instruments();
  Meter meter(bare, fast);
  const double begin_s = start(meter);
  meter.pause();
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  const Window window = stop(meter, begin_s);
  const std::vector<core::Caution> cautions = meter.cautions(window, false);
  // A busy machine misses deadlines too.
  const auto gap = std::ranges::find(cautions, "sampling_gap", &core::Caution::name);
  ASSERT_NE(gap, cautions.end());
  EXPECT_THAT(gap->message, testing::ContainsRegex("host was not sampled for [1-9]\\.[0-9]+ s"));
}

TEST_F(MeterTest, TellsOfProcessesThatItsTreeHasLostAndTheirCgroupHasNot) {
  folder_.write("cgroup/cpu.stat", "usage_usec 0\nuser_usec 0\nsystem_usec 0\n");
  Meter::Options with_cgroup = options(1);
  with_cgroup.cgroups = {folder_ / "cgroup"};
  const Instruments bare = instruments();
  Meter meter(bare, with_cgroup);
  meter.watch(0, 100);
  meter.start();
  write_cpu(100, 0);
  folder_.write("cgroup/cpu.stat", "usage_usec 9000000\nuser_usec 1\nsystem_usec 1\n");
  meter.stop();
  const Samples samples = read_samples(folder_ / "samples.csv");
  const Window whole{samples.t_s.front(), samples.t_s.back()};
  const std::vector<core::Caution> cautions = meter.cautions(whole, false);
  ASSERT_THAT(names(cautions), ElementsAre("processes_escaped"));
  EXPECT_EQ(cautions[0].message,
            "the cgroup of participant a used 9.0 s of CPU time, the processes that could be "
            "followed 1.0 s");
}

TEST_F(MeterTest, SaysOfAFullDiskThatItsFiguresAreMissingForIt) {
  std::filesystem::create_symlink("/dev/full", folder_ / "samples.csv");
  const Instruments bare = instruments();
  Meter meter(bare, options(1));
  const double begin_s = start(meter);
  const Window window = stop(meter, begin_s);
  const std::vector<core::Caution> cautions = meter.cautions(window, false);
  ASSERT_THAT(names(cautions), ElementsAre("sensor_lost"));
  EXPECT_THAT(cautions[0].message, HasSubstr("could not be written: No space left on device"));
  EXPECT_EQ(meter.cpu_energy(window).source, EnergySource::none);
}

TEST_F(MeterTest, HasNoStorageFiguresWhereTheyMayNotBeRead) {
  std::filesystem::remove(folder_ / "proc/self/io");
  const Instruments bare = instruments();
  Meter meter(bare, options(1));
  meter.watch(0, 100);
  const double begin_s = start(meter);
  meter.ended(0, {1, 2, 3});
  EXPECT_THAT(meter.io_read_mib(0, stop(meter, begin_s)).reason(), StartsWith("io_read_a_mib: "));
}

/// A meter with a stand-in driver whose time a test moves: between two ticks of the meter, which it
/// asks for, lie as many seconds as it says.
class GpuMeterTest : public MeterTest {
 protected:
  Json device(Json more = Json::object()) const {
    Json device = {{"uuid", "GPU-1"}, {"power_w", 200}, {"counter_step_ms", 20}};
    device.update(more);
    return FakeDriver::one_device(device);
  }
  /// Starts, lets the driver's time go on and stops; the window is between both ticks.
  Window run(Meter& meter, const FakeDriver& driver, double seconds) const {
    meter.start();
    driver.advance(seconds);
    meter.stop();
    return window_of("samples_gpu_0.csv");
  }
  Window window_of(const char* file) const {
    const Samples samples = read_samples(folder_ / file);
    return {samples.t_s.front(), samples.t_s.back()};
  }
};

TEST_F(GpuMeterTest, TakesTheCountersDifferenceForTheEnergy) {
  const FakeDriver driver(device());
  const Instruments with_gpu = instruments(driver.path());
  Meter meter(with_gpu, options(1));
  const Window window = run(meter, driver, 30);
  const GpuEnergy energy = meter.gpu_energy(window);
  EXPECT_NEAR(energy.total.joules.value(), 200 * 30, 200 * 0.02);
  EXPECT_EQ(energy.total.source, EnergySource::nvml_counter);
  EXPECT_EQ(energy.cross_check.source, EnergySource::nvml_power);
  EXPECT_EQ(meter.gpu_energy(window, 1).total.joules.reason(), "no GPU was chosen");
}

// 30 s of the driver's time lie in milliseconds of the meter's, so that the integrated power is
// far below what the counter counted: as it looks when one of the two is wrong.
TEST_F(GpuMeterTest, MarksARunWhoseCounterAndPowerDisagree) {
  const FakeDriver driver(device());
  const Instruments with_gpu = instruments(driver.path());
  Meter meter(with_gpu, options(1));
  const Window window = run(meter, driver, 30);
  EXPECT_THAT(names(meter.cautions(window, true)), testing::Contains("energy_sources_disagree"));
  EXPECT_THAT(names(meter.cautions(window, false)), IsEmpty()) << "the GPU takes no part";
}

TEST_F(GpuMeterTest, FallsBackToPowerWhereThereIsNoCounterAndSaysWhich) {
  const FakeDriver instant(
      device({{"answers", {{"nvmlDeviceGetTotalEnergyConsumption", "not_supported"}}}}));
  const Instruments with_gpu = instruments(instant.path());
  Meter meter(with_gpu, options(1));
  const Window window = run(meter, instant, 30);
  const GpuEnergy energy = meter.gpu_energy(window);
  EXPECT_NEAR(energy.total.joules.value(), 200 * window.duration_s(), 1e-6);
  EXPECT_EQ(energy.total.source, EnergySource::nvml_power);
  EXPECT_EQ(energy.total.model, "");
  EXPECT_THAT(energy.cross_check.joules.reason(), HasSubstr("energy_j"));
}

TEST_F(GpuMeterTest, CallsThePowerOfAnOldDriverAnAverage) {
  const FakeDriver driver(
      device({{"answers", {{"nvmlDeviceGetTotalEnergyConsumption", "not_supported"}}}}), "old");
  const Instruments with_gpu = instruments(driver.path());
  Meter meter(with_gpu, options(1));
  const GpuEnergy energy = meter.gpu_energy(run(meter, driver, 30));
  EXPECT_EQ(energy.total.source, EnergySource::nvml_power);
  EXPECT_EQ(energy.total.model, "average power of a second");
}

TEST_F(GpuMeterTest, RefusesAWindowThatIsTooShortForTheCounter) {
  const FakeDriver driver(device({{"counter_step_ms", 100}, {"time", "real"}}));
  Json real_time = device({{"counter_step_ms", 100}});
  real_time["time"] = "real";
  driver.change(real_time);
  Instruments::Options watched;
  watched.root = folder_.path();
  watched.nvml_library = driver.path();
  const Instruments with_gpu(watched);
  EXPECT_NEAR(with_gpu.description(0).energy_counter_period_s.value(), 0.1, 0.02);
  Meter meter(with_gpu, options(1));
  const double begin_s = start(meter);
  const GpuEnergy energy = meter.gpu_energy(stop(meter, begin_s));
  EXPECT_THAT(energy.total.joules.reason(),
              testing::ContainsRegex("s are too short: the energy counter changes every "
                                     "0\\.[01][0-9]* s, and a window needs 20 of these"));
  EXPECT_EQ(energy.total.source, EnergySource::none);
}

TEST_F(GpuMeterTest, HasNoEnergyOfAGpuThatWasLostButEverythingElse) {
  const FakeDriver driver(device({{"lost_after_s", 10}}));
  const Instruments with_gpu = instruments(driver.path());
  Meter meter(with_gpu, options(1));
  meter.watch(0, 100);
  meter.start();
  driver.advance(11);
  write_cpu(300, 0);
  meter.stop();
  const Window window = window_of("samples.csv");
  EXPECT_THAT(meter.gpu_energy(window).total.joules.reason(), StartsWith("gpu_0_energy_j: "));
  EXPECT_EQ(meter.gpu_energy(window).total.source, EnergySource::none);
  EXPECT_DOUBLE_EQ(meter.cpu_time_s(0, window).value(), 3);
}

TEST_F(GpuMeterTest, KeepsTheOtherSignalsWhenTheDriverTakesSeconds) {
  const FakeDriver driver(device());
  const Instruments with_gpu = instruments(driver.path());
  Meter::Options fast = options(1);
  fast.sampling_hz = 100;
  Meter meter(with_gpu, fast);
  meter.watch(0, 100);
  const double begin_s = start(meter);
  driver.change(device({{"delays_ms", {{"nvmlDeviceGetTotalEnergyConsumption", 400}}}}));
  std::this_thread::sleep_for(std::chrono::milliseconds(600));
  const Window window = stop(meter, begin_s);
  double host_gap_s = 0;
  double gpu_gap_s = 0;
  for (const core::SamplingSummary& sampling : meter.sampling()) {
    if (sampling.name == "host") host_gap_s = sampling.largest_gap_s;
    if (sampling.name == "gpu_0") gpu_gap_s = sampling.largest_gap_s;
  }
  EXPECT_LT(host_gap_s, 0.3);
  EXPECT_GE(gpu_gap_s, 0.4);
  EXPECT_TRUE(meter.cpu_time_s(0, window).has_value());
}

TEST_F(GpuMeterTest, AsksTheDriverTenTimesASecondAtMostHoweverFastTheHostIsSampled) {
  const FakeDriver driver(device());
  const Instruments with_gpu = instruments(driver.path());
  Meter::Options fast = options(1);
  fast.sampling_hz = 100;
  Meter meter(with_gpu, fast);
  const int calls_before = driver.calls("nvmlDeviceGetTotalEnergyConsumption");
  const int lists_before = driver.calls("nvmlDeviceGetComputeRunningProcesses_v2");
  meter.start();
  std::this_thread::sleep_for(std::chrono::milliseconds(550));
  meter.stop();
  // Those at start and at stop come on top.
  EXPECT_LE(driver.calls("nvmlDeviceGetTotalEnergyConsumption") - calls_before, 5 + 2);
  EXPECT_LE(driver.calls("nvmlDeviceGetComputeRunningProcesses_v2") - lists_before, 0 + 2);
  EXPECT_GT(read_samples(folder_ / "samples.csv").t_s.size(), 20);
}

TEST_F(GpuMeterTest, MarksARunThatAnotherProgramSharedTheGpuWith) {
  const FakeDriver driver(device(
      {{"processes", {{{"pid", 100}, {"memory_mib", 500}}, {{"pid", 200}, {"memory_mib", 700}}}}}));
  const Instruments with_gpu = instruments(driver.path());
  Meter meter(with_gpu, options(1));
  meter.watch(0, 100);
  const double begin_s = start(meter);
  driver.advance(30);
  std::this_thread::sleep_for(std::chrono::milliseconds(260));
  meter.mark();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  const Window window = stop(meter, begin_s);
  EXPECT_THAT(names(meter.cautions(window, true)), testing::Contains("contaminated"));
  EXPECT_EQ(meter.gpu_memory_peak_mib_of(0, window).value(), 500);
}

TEST_F(GpuMeterTest, GivesEachPhaseItsPartOfTheWhole) {
  const FakeDriver driver(device());
  const Instruments with_gpu = instruments(driver.path());
  Meter meter(with_gpu, options(1));
  const Window whole = run(meter, driver, 60);
  const double third_s = whole.duration_s() / 3;
  const Window head{whole.begin_s, whole.begin_s + third_s};
  const Window overlap{head.end_s, head.end_s + third_s};
  const Window tail{overlap.end_s, whole.end_s};
  double sum_j = 0;
  for (const Window& phase : {head, overlap, tail}) {
    sum_j += meter.gpu_energy(phase).total.joules.value();
    EXPECT_NEAR(meter.gpu_energy(phase).total.joules.value(), 4000, 5);
  }
  EXPECT_NEAR(sum_j, meter.gpu_energy(whole).total.joules.value(), 1e-9);
}

TEST_F(GpuMeterTest, MeasuresTheIdleMachine) {
  Json real_time = device();
  real_time["time"] = "real";
  const FakeDriver driver(real_time);
  write_rapl(0, 0, 0);
  const Instruments with_gpu = instruments(driver.path());
  const core::IdlePower idle = measure_idle_power(with_gpu, std::nullopt, 0.5);
  EXPECT_NEAR(idle.gpu_w.value(), 200, 200 * 0.02 / 0.5);
  EXPECT_EQ(idle.cpu_w.value(), 0);
  EXPECT_EQ(idle.cpu_source, EnergySource::rapl);
  EXPECT_GE(idle.duration_s, 0.5);
}

// A training in a container: while it runs nothing of it can be told, before and after it is known
// that there is none. Nothing is not zero.
TEST_F(GpuMeterTest, HasNoFiguresOfAParticipantThatCouldNotBeToldFromOthersWhileItRan) {
  const FakeDriver driver(device());
  const Instruments with_gpu = instruments(driver.path());
  Meter::Options often = options(1);
  often.sampling_hz = 1;
  Meter meter(with_gpu, often);
  meter.watch(0, 100);
  const double begin_s = start(meter);
  driver.change(device({{"processes", {{{"pid", 4711}, {"memory_mib", 500}}}}}));
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  driver.change(device());
  const Window window = stop(meter, begin_s);
  EXPECT_FALSE(meter.gpu_memory_peak_mib_of(0, window)) << *meter.gpu_memory_peak_mib_of(0, window);
}

TEST_F(GpuMeterTest, TakesACounterThatHardlyChangedForASlowOne) {
  const FakeDriver driver(device());
  Instruments::Options unwatched;
  unwatched.root = folder_.path();
  unwatched.nvml_library = driver.path();  // whose time stands still
  const Instruments with_gpu(unwatched);
  Meter meter(with_gpu, options(1));
  EXPECT_THAT(meter.gpu_energy(run(meter, driver, 30)).total.joules.reason(),
              HasSubstr("changes every 1 s or more seldom"));
}

TEST_F(MeterTest, SaysThatIdlePowerIsAnEstimateWhereNothingMetersIt) {
  const Instruments bare = instruments();
  const core::IdlePower idle = measure_idle_power(bare, PowerModel{"ten and five", 10, 5}, 0.02);
  EXPECT_NEAR(idle.cpu_w.value(), 10, 1e-9);
  EXPECT_EQ(idle.cpu_source, EnergySource::estimated);
  EXPECT_EQ(idle.cpu_model, "ten and five");
  EXPECT_THAT(idle.gpu_w.reason(), HasSubstr("no NVIDIA driver"));
}

}  // namespace
}  // namespace tandem::measure
