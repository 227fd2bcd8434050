// That the loop of a sampler allocates nothing once it runs.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <functional>
#include <memory>
#include <utility>

#include "allocation_count.h"
#include "fake_driver.h"
#include "fake_rapl.h"
#include "forked_process.h"
#include "measure/cgroup_accounting.h"
#include "measure/powercap.h"
#include "measure/process_memory.h"
#include "measure/process_tree.h"
#include "measure/sampler.h"

namespace tandem::measure {
namespace {

using Sources = std::vector<std::unique_ptr<SignalSource>>;

thread_local long allocations_of_driver = 0;

/// Of this thread, without those of the stand-in driver.
long allocations() {
  return test::allocations_of_this_thread() - allocations_of_driver;
}

void pass_over_driver(bool begins) {
  thread_local long before = 0;
  if (begins) {
    before = allocations();
  } else {
    allocations_of_driver += allocations() - before;
  }
}

/// Reads at two ticks how often the sampler's thread has allocated until then.
class AllocationCount final : public SignalSource {
 public:
  explicit AllocationCount(std::function<void()> at_tick = [] {}) : at_tick_(std::move(at_tick)) {}
  std::string name() const override { return "allocations"; }
  std::span<const Signal> signals() const override { return signals_; }
  void read(std::span<double> values) noexcept override {
    at_tick_();
    ++ticks_;
    if (ticks_ == first_tick) before_ = allocations();
    if (ticks_ == last_tick) between_ = allocations() - before_;
    ticks_.notify_all();
    values[0] = static_cast<double>(allocations());
  }
  /// Waits for the last of the ticks.
  long between_ticks() const {
    for (int seen = ticks_; seen < last_tick; seen = ticks_) ticks_.wait(seen);
    return between_;
  }

 private:
  static constexpr int first_tick = 10;
  static constexpr int last_tick = 60;
  const std::vector<Signal> signals_{{"allocations", "1", Behaviour::counter, ""}};
  const std::function<void()> at_tick_;
  std::atomic<int> ticks_ = 0;
  long before_ = 0;
  std::atomic<long> between_ = 0;
};

class SamplerAllocations : public testing::Test {
 protected:
  /// Samples at 500 Hz; `count` is one of the sources.
  Recording record(Sources sources, const AllocationCount& count) {
    Sampler sampler(std::move(sources), {.name = "host",
                                         .sampling_hz = 500,
                                         .origin = core::Clock::now(),
                                         .samples_csv = folder_ / "samples.csv"});
    sampler.start();
    between_ = count.between_ticks();
    return sampler.stop();
  }

  test::TemporaryFolder folder_;
  long between_ = -1;
};

TEST_F(SamplerAllocations, AreNoneOfTheLoopItself) {
  Sources sources;
  auto& count = *sources.emplace_back(std::make_unique<AllocationCount>());
  record(std::move(sources), dynamic_cast<AllocationCount&>(count));
  EXPECT_EQ(between_, 0);
}

TEST_F(SamplerAllocations, AreSeenWhereASourceMakesThem) {
  std::unique_ptr<std::string> text;
  Sources sources;
  auto& count = *sources.emplace_back(
      std::make_unique<AllocationCount>([&] { text = std::make_unique<std::string>("x"); }));
  record(std::move(sources), dynamic_cast<AllocationCount&>(count));
  EXPECT_EQ(between_, 50);
}

TEST_F(SamplerAllocations, AreNoneOfAllSourcesTogether) {
  folder_.write("cpu.stat", "usage_usec 1500000\n");
  folder_.write("memory.current", "2097152\n");
  folder_.write("memory.peak", "4194304\n");
  folder_.write("io.stat", "8:0 rbytes=1048576 wbytes=524288 rios=1 wios=1\n");
  write_zone(folder_, "intel-rapl:0", "package-0", 94512370125);
  write_zone(folder_, "intel-rapl:0:0", "dram", 12954102000);
  const test::ForkedProcess child([](const test::ForkedProcess::Side& test) { test.wait(); });
  const FakeDriver driver(FakeDriver::one_device(
      {{"processes",
        {{{"pid", ::getpid()}, {"memory_mib", 10}, {"sm_util_percent", 40}},
         {{"pid", child.pid()}, {"memory_mib", 5}, {"sm_util_percent", 30}}}}}));
  driver.observe(pass_over_driver);
  const GpuDriver gpus = driver.load();
  const auto owners = std::make_shared<ProcessOwners>();
  owners->watch(0, ::getpid());

  Sources sources;
  auto tree = std::make_unique<ProcessTree>('a', "/", std::chrono::milliseconds(10));
  tree->watch(::getpid());
  sources.push_back(std::move(tree));
  auto memory = std::make_unique<ProcessMemory>('a', "/");
  memory->watch(::getpid());
  sources.push_back(std::move(memory));
  sources.push_back(std::make_unique<CgroupAccounting>('a', folder_.path()));
  sources.push_back(std::get<0>(find_powercap(folder_.path())));
  sources.push_back(gpus.devices().front().readings(0));
  sources.push_back(gpus.devices().front().process_readings(0, 2, owners));
  // Between the 10th and the 60th tick the driver's time goes on by a minute.
  auto& count =
      *sources.emplace_back(std::make_unique<AllocationCount>([&] { driver.advance(1.2); }));
  const Recording recording = record(std::move(sources), dynamic_cast<AllocationCount&>(count));
  EXPECT_EQ(between_, 0);

  for (const char* signal :
       {"processes_a", "memory_pss_a_mib", "cgroup_cpu_time_a_s", "cgroup_io_read_a_mib",
        "rapl_dram_0_j", "gpu_0_energy_j", "gpu_0_power_instant_w", "gpu_0_memory_a_mib",
        "gpu_0_sm_util_a_percent"}) {
    const std::vector<double>* const samples = recording.samples.find(signal);
    ASSERT_NE(samples, nullptr) << signal;
    EXPECT_FALSE(std::isnan(samples->at(40))) << signal << " was read";
  }
}

}  // namespace
}  // namespace tandem::measure
