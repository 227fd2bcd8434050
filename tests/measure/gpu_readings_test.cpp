#include "measure/gpu_readings.h"

#include <gmock/gmock.h>

#include <chrono>
#include <cmath>

#include "fake_driver.h"

namespace tandem::measure {
namespace {

using testing::Each;
using testing::IsNan;

std::unique_ptr<SignalSource> readings_of(const FakeDriver& driver) {
  return driver.load().devices().front().readings(0);
}

TEST(GpuReadings, AreWhatTheDriverTells) {
  const FakeDriver driver(FakeDriver::one_device({{"power_w", 250},
                                                  {"counter_start_j", 1000},
                                                  {"util_percent", 97},
                                                  {"memory_util_percent", 41},
                                                  {"used_mib", 5120},
                                                  {"temperature_c", 66},
                                                  {"sm_clock_mhz", 1755},
                                                  {"memory_clock_mhz", 2619},
                                                  {"throttle_bits", 5}}));
  const auto source = readings_of(driver);
  driver.advance(2);
  const Tick tick(*source);
  EXPECT_DOUBLE_EQ(tick["gpu_0_energy_j"], 1500);
  EXPECT_DOUBLE_EQ(tick["gpu_0_power_instant_w"], 250);
  EXPECT_DOUBLE_EQ(tick["gpu_0_power_average_w"], 250);
  EXPECT_EQ(tick["gpu_0_util_percent"], 97);
  EXPECT_EQ(tick["gpu_0_memory_util_percent"], 41);
  EXPECT_EQ(tick["gpu_0_memory_mib"], 5120);
  EXPECT_EQ(tick["gpu_0_temperature_c"], 66);
  EXPECT_EQ(tick["gpu_0_sm_clock_mhz"], 1755);
  EXPECT_EQ(tick["gpu_0_memory_clock_mhz"], 2619);
  EXPECT_EQ(tick["gpu_0_throttle_bits"], 5);
  EXPECT_EQ(source->name(), "gpu_0");
  EXPECT_EQ(source->signals().front().behaviour, Behaviour::counter);
}

TEST(GpuReadings, TellTheAverageFromTheMomentaryPower) {
  const FakeDriver driver(
      FakeDriver::one_device({{"power_w", {{"low", 100}, {"high", 300}, {"period_s", 1}}}}));
  const auto source = readings_of(driver);
  driver.advance(5.75);
  const Tick tick(*source);
  EXPECT_DOUBLE_EQ(tick["gpu_0_power_instant_w"], 300);
  EXPECT_DOUBLE_EQ(tick["gpu_0_power_average_w"], 200);
}

// Without the field of its own the average is what nvmlDeviceGetPowerUsage tells, and that is never
// taken for the momentary power.
TEST(GpuReadings, TakePowerUsageForAnAverageOnly) {
  const FakeDriver driver(FakeDriver::one_device({{"power_w", 180}}), "old");
  const auto source = readings_of(driver);
  const Tick tick(*source);
  EXPECT_FALSE(tick.has("gpu_0_power_instant_w"));
  EXPECT_DOUBLE_EQ(tick["gpu_0_power_average_w"], 180);
}

TEST(GpuReadings, CountEnergyInTheCountersOwnSteps) {
  const FakeDriver driver(FakeDriver::one_device({{"power_w", 100}, {"counter_step_ms", 100}}));
  const auto source = readings_of(driver);
  driver.advance(0.25);
  EXPECT_DOUBLE_EQ(Tick(*source)["gpu_0_energy_j"], 20);
  driver.advance(0.04);
  EXPECT_DOUBLE_EQ(Tick(*source)["gpu_0_energy_j"], 20);
  driver.advance(0.02);
  EXPECT_DOUBLE_EQ(Tick(*source)["gpu_0_energy_j"], 30);
}

TEST(GpuReadings, NeverGoBackwardsInEnergy) {
  const FakeDriver driver(FakeDriver::one_device(
      {{"power_w", 100}, {"counter_start_j", 5000}, {"counter_restarts_at_s", 2}}));
  const auto source = readings_of(driver);
  driver.advance(1);
  EXPECT_DOUBLE_EQ(Tick(*source)["gpu_0_energy_j"], 5100);
  driver.advance(2);
  const Tick at_restart(*source);
  EXPECT_THAT(at_restart["gpu_0_energy_j"], IsNan());
  EXPECT_DOUBLE_EQ(at_restart["gpu_0_power_instant_w"], 100);
  driver.advance(1);
  EXPECT_DOUBLE_EQ(Tick(*source)["gpu_0_energy_j"], 5200);
}

TEST(GpuReadings, MissOnlyWhatFails) {
  const FakeDriver driver(FakeDriver::one_device({{"temperature_c", 50}}));
  const auto source = readings_of(driver);
  driver.change(FakeDriver::one_device(
      {{"temperature_c", 50},
       {"answers",
        {{"nvmlDeviceGetUtilizationRates", "unknown"}, {"nvmlDeviceGetMemoryInfo", "timeout"}}}}));
  const Tick tick(*source);
  EXPECT_THAT(tick["gpu_0_util_percent"], IsNan());
  EXPECT_THAT(tick["gpu_0_memory_mib"], IsNan());
  EXPECT_EQ(tick["gpu_0_temperature_c"], 50);
  driver.change(FakeDriver::one_device({{"util_percent", 7}}));
  EXPECT_EQ(Tick(*source)["gpu_0_util_percent"], 7);
}

TEST(GpuReadings, AreMissingAndNotAskedForAfterTheGpuIsLost) {
  const FakeDriver driver(FakeDriver::one_device({{"lost_after_s", 3}}));
  const auto source = readings_of(driver);
  driver.advance(4);
  EXPECT_THAT(Tick(*source).values(), Each(IsNan()));
  const int asked = driver.calls("nvmlDeviceGetTotalEnergyConsumption");
  EXPECT_THAT(Tick(*source).values(), Each(IsNan()));
  EXPECT_EQ(driver.calls("nvmlDeviceGetTotalEnergyConsumption"), asked);
  EXPECT_EQ(driver.calls("nvmlDeviceGetPowerUsage"), 0);
}

TEST(GpuReadings, AskForNothingThatIsKnown) {
  const FakeDriver driver(FakeDriver::one_device());
  const auto source = readings_of(driver);
  const int names = driver.calls("nvmlDeviceGetName");
  const int energies = driver.calls("nvmlDeviceGetTotalEnergyConsumption");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Tick(*source)["gpu_0_temperature_c"], 35);
  EXPECT_EQ(driver.calls("nvmlDeviceGetTotalEnergyConsumption"), energies + 10);
  EXPECT_EQ(driver.calls("nvmlDeviceGetName"), names);
  EXPECT_EQ(driver.calls("nvmlInit_v2"), 1);
  EXPECT_EQ(driver.calls("nvmlDeviceGetHandleByIndex_v2"), 1);
  EXPECT_EQ(driver.calls("nvmlDeviceGetComputeRunningProcesses_v2"), 2);
}

TEST(GpuReadings, WaitForASlowDriver) {
  const FakeDriver driver(FakeDriver::one_device({{"delays_ms", {{"nvmlDeviceGetClockInfo", 5}}}}));
  const auto source = readings_of(driver);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(Tick(*source)["gpu_0_sm_clock_mhz"], 1980);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(10));
}

}  // namespace
}  // namespace tandem::measure
