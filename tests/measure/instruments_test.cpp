#include "measure/instruments.h"

#include <gtest/gtest.h>

#include "core/clock.h"
#include "fake_driver.h"

namespace tandem::measure {
namespace {

TEST(Instruments, WatchTheCountersOfAllGpusAtOnce) {
  const std::vector<Json> slow(4, Json{{"counter_step_ms", 1e6}});
  const FakeDriver driver(FakeDriver::devices(slow));
  Instruments::Options options;
  options.nvml_library = driver.path();
  options.counter_watch_s = 0.2;
  const core::Time begin = core::Clock::now();
  const Instruments instruments(options);
  EXPECT_LT(core::seconds_between(begin, core::Clock::now()), 4 * 0.2);
  ASSERT_EQ(instruments.gpus().size(), 4U);
  EXPECT_FALSE(instruments.description(3).energy_counter_period_s);
}

TEST(Instruments, NameTheChosenSliceAsCudaDoes) {
  const FakeDriver driver(FakeDriver::devices(
      {Json{{"uuid", "GPU-a"}}, Json{{"mig", true}, {"slices", {"MIG-1111", "MIG-2222"}}}}));
  Instruments::Options options;
  options.nvml_library = driver.path();
  options.counter_period_s = 1e-6;
  EXPECT_EQ(Instruments(options).visible_device(0), "GPU-a");
  options.gpus = {"mig-22"};
  EXPECT_EQ(Instruments(options).visible_device(0), "MIG-2222");
}

}  // namespace
}  // namespace tandem::measure
