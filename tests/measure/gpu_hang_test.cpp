// What becomes of the caller when the driver doesn't come back from a call. The stand-in comes back
// late instead of never, so that nothing of one test is left for the next.
#include <gmock/gmock.h>

#include <thread>

#include "core/clock.h"
#include "fake_driver.h"
#include "measure/instruments.h"
#include "temporary_folder.h"

namespace tandem::measure {
namespace {

using testing::IsEmpty;

constexpr int late_ms = 250;
constexpr double limit_s = 0.03;

class HungDriver : public testing::Test {
 protected:
  static Json device(const char* function, Json more = Json::object()) {
    Json device = {{"delays_ms", {{function, late_ms}}}};
    device.update(more);
    return FakeDriver::one_device(device);
  }
  GpuDriver load() const {
    return std::get<GpuDriver>(
        GpuDriver::load(driver_.path(), {.load_s = 30, .answer_s = limit_s}));
  }
  /// Whether the caller was let go before the call came back.
  bool in_time() const {
    return core::seconds_between(begin_, core::Clock::now()) < late_ms * 1e-3;
  }
  void TearDown() override {
    while (driver_.users() > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }

  const FakeDriver driver_{FakeDriver::one_device()};
  core::Time begin_;
};

TEST_F(HungDriver, LeavesTheStateMissing) {
  const GpuDriver found = load();
  driver_.change(device("nvmlDeviceGetTemperature"));
  begin_ = core::Clock::now();
  const core::GpuState state = found.devices().front().state();
  EXPECT_TRUE(in_time());
  for (const core::Reading& reading :
       {state.temperature_c, state.sm_clock_mhz, state.memory_clock_mhz, state.memory_used_mib,
        state.throttle_bits}) {
    EXPECT_EQ(reading.reason(), "the driver did not answer within 0.03 s");
  }
  EXPECT_THAT(state.throttle_reasons, IsEmpty());
}

TEST_F(HungDriver, LeavesTheProcessesUnknown) {
  const GpuDriver found = load();
  driver_.change(device("nvmlDeviceGetGraphicsRunningProcesses_v2"));
  begin_ = core::Clock::now();
  std::string problem;
  EXPECT_THAT(found.devices().front().processes(problem), IsEmpty());
  EXPECT_TRUE(in_time());
  EXPECT_EQ(problem, "the driver did not answer within 0.03 s");
}

TEST_F(HungDriver, LeavesThePowerAndTheCountersPeriodMissing) {
  const GpuDriver found = load();
  const Gpu& gpu = found.devices().front();
  driver_.change(device("nvmlDeviceGetFieldValues"));
  begin_ = core::Clock::now();
  EXPECT_EQ(gpu.power_w().reason(), "the driver did not answer within 0.03 s");
  EXPECT_TRUE(in_time());
  driver_.change(device("nvmlDeviceGetTotalEnergyConsumption"));
  begin_ = core::Clock::now();
  EXPECT_EQ(gpu.measure_counter_period_s(0.01).reason(), "the driver did not answer within 0.03 s");
  EXPECT_TRUE(in_time());
}

TEST_F(HungDriver, LetsAMeterBeMadeWithoutItsUtilisation) {
  const GpuDriver found = load();
  driver_.change(device("nvmlDeviceGetProcessUtilization"));
  begin_ = core::Clock::now();
  const test::TemporaryFolder root;
  const auto source =
      found.devices().front().process_readings(0, 1, std::make_shared<ProcessOwners>(root.path()));
  EXPECT_TRUE(in_time());
  EXPECT_TRUE(Tick(*source).has("gpu_0_memory_a_mib"));
  EXPECT_FALSE(Tick(*source).has("gpu_0_sm_util_a_percent"));
}

TEST_F(HungDriver, IsTakenForNoDriverWhenItDoesNotStart) {
  driver_.change(device("nvmlDeviceGetName"));
  Instruments::Options options;
  options.nvml_library = driver_.path();
  options.driver_limits.load_s = limit_s;
  begin_ = core::Clock::now();
  const Instruments instruments(options);
  EXPECT_TRUE(in_time());
  EXPECT_THAT(instruments.gpus(), IsEmpty());
  EXPECT_EQ(instruments.why_no_gpu(), "the NVIDIA driver did not answer within 0.03 s");
}

}  // namespace
}  // namespace tandem::measure
