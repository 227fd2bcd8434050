#include "execute/preparation.h"

#include <gmock/gmock.h>

#include <thread>

#include "core/clock.h"
#include "core/error.h"
#include "measure/fake_driver.h"
#include "temporary_folder.h"

namespace tandem::execute {
namespace {

using measure::FakeDriver;
using measure::Json;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;

class PreparationTest : public testing::Test {
 protected:
  PreparationTest() {
    settings_.idle_s = 0;
    settings_.look_again_s = 0.02;
    settings_.gpu_patience_s = 5;
    on_gpu_.device = study::Device::cuda;
  }

  static Json device(Json more = Json::object()) {
    Json device = {{"uuid", "GPU-1"}, {"power_w", 200}, {"counter_step_ms", 10}};
    device.update(more);
    Json script = FakeDriver::one_device(device);
    script["time"] = "real";
    return script;
  }
  static measure::Instruments instruments(const FakeDriver& driver) {
    measure::Instruments::Options options;
    options.nvml_library = driver.path();
    options.counter_period_s = 1e-6;
    return measure::Instruments(options);
  }
  Prepared prepare(const FakeDriver& driver, const study::RunSpec& run) {
    const measure::Instruments found = instruments(driver);
    return Preparation(found, settings_, std::nullopt).before(run, folder_.path(), stop_);
  }
  std::string refusal(const FakeDriver& driver, const study::RunSpec& run) {
    try {
      prepare(driver, run);
    } catch (const core::SystemError& error) {
      return error.what();
    }
    return "it may begin";
  }

  test::TemporaryFolder folder_;
  PreparationSettings settings_;
  std::atomic<bool> stop_{false};
  study::RunSpec on_gpu_;
};

TEST_F(PreparationTest, LetsARunBeginOnAFreeGpu) {
  const FakeDriver driver(device());
  EXPECT_EQ(refusal(driver, on_gpu_), "it may begin");
  EXPECT_THAT(prepare(driver, on_gpu_).cautions, IsEmpty());
}

TEST_F(PreparationTest, WaitsUntilTheOthersHaveLeftTheGpu) {
  const FakeDriver driver(device({{"processes", {{{"pid", 1}, {"to_s", 0.3}}}}}));
  const core::Time begin = core::Clock::now();
  EXPECT_EQ(refusal(driver, on_gpu_), "it may begin");
  EXPECT_GE(core::seconds_between(begin, core::Clock::now()), 0.2);
}

TEST_F(PreparationTest, SaysWhoKeepsTheGpuWhenTheyDoNotLeave) {
  settings_.gpu_patience_s = 0.1;
  const FakeDriver driver(device({{"processes", {{{"pid", 1}}, {{"pid", 4711}}}}}));
  EXPECT_THAT(refusal(driver, on_gpu_),
              AllOf(HasSubstr("the GPU GPU-1 is in use by other programs (processes 1, 4711)"),
                    HasSubstr("end them, or choose another GPU")));
}

TEST_F(PreparationTest, DoesNotLookAtTheGpuForARunOnTheCpu) {
  settings_.gpu_patience_s = 0.1;
  settings_.cool_down_to_c = 30;
  const FakeDriver driver(device({{"processes", {{{"pid", 1}}}}, {"temperature_c", 90}}));
  EXPECT_EQ(refusal(driver, study::RunSpec()), "it may begin");
}

TEST_F(PreparationTest, CoolsDownToATemperatureNotForATime) {
  settings_.cool_down_to_c = 50;
  const FakeDriver driver(device({{"temperature_c", 80}}));
  std::thread fan([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    driver.change(device({{"temperature_c", 50}}));
  });
  const core::Time begin = core::Clock::now();
  EXPECT_THAT(prepare(driver, on_gpu_).cautions, IsEmpty());
  const double took_s = core::seconds_between(begin, core::Clock::now());
  fan.join();
  EXPECT_GE(took_s, 0.1);
  EXPECT_LT(took_s, 5);
}

TEST_F(PreparationTest, BeginsAndMarksTheRunWhenItDoesNotCoolDownInTime) {
  settings_.cool_down_to_c = 50;
  settings_.cool_down_at_most_s = 0.1;
  const FakeDriver driver(device({{"temperature_c", 80}}));
  const std::vector<core::Caution> cautions = prepare(driver, on_gpu_).cautions;
  ASSERT_EQ(cautions.size(), 1U);
  EXPECT_EQ(cautions[0].name, "not_cooled_down");
  EXPECT_THAT(cautions[0].message, HasSubstr("still at 80 °C after"));
}

TEST_F(PreparationTest, NeedsRoomForTheSamples) {
  settings_.free_disk_mib = 1e12;
  const FakeDriver driver(device());
  EXPECT_THAT(refusal(driver, on_gpu_),
              AllOf(HasSubstr("MiB are free where the results go"),
                    HasSubstr(folder_.path().string()), HasSubstr("make room")));
}

TEST_F(PreparationTest, MeasuresIdlePowerOnceForEachRepetition) {
  settings_.idle_s = 0.3;
  const FakeDriver driver(device());
  const measure::Instruments found = instruments(driver);
  Preparation preparation(found, settings_, std::nullopt);
  on_gpu_.repetition = 1;
  EXPECT_NEAR(preparation.before(on_gpu_, folder_.path(), stop_).idle.gpu_w.value(), 200, 10);
  driver.change(device({{"power_w", 300}}));
  EXPECT_NEAR(preparation.before(on_gpu_, folder_.path(), stop_).idle.gpu_w.value(), 200, 10);
  on_gpu_.repetition = 2;
  EXPECT_NEAR(preparation.before(on_gpu_, folder_.path(), stop_).idle.gpu_w.value(), 300, 15);
}

TEST_F(PreparationTest, StopsWaitingWhenTheSessionIsToEnd) {
  settings_.gpu_patience_s = 600;
  const FakeDriver driver(device({{"processes", {{{"pid", 1}}}}}));
  std::thread person([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    stop_ = true;
  });
  const core::Time begin = core::Clock::now();
  prepare(driver, on_gpu_);
  EXPECT_LT(core::seconds_between(begin, core::Clock::now()), 10);
  person.join();
}

}  // namespace
}  // namespace tandem::execute
