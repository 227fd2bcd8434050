#include "execute/preparation.h"

#include <gmock/gmock.h>

#include <thread>

#include "core/clock.h"
#include "core/error.h"
#include "measure/fake_driver.h"
#include "measure/fake_proc.h"
#include "temporary_folder.h"

namespace tandem::execute {
namespace {

using measure::FakeDriver;
using measure::Json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PreparationTest : public testing::Test {
 protected:
  PreparationTest() {
    settings_.idle_s = 0;
    settings_.look_again_s = 0.02;
    settings_.gpu_patience_s = 5;
    on_gpu_.device = study::Device::cuda;
    measure::write_proc(root_, {{.pid = 1, .parent = 0}, {.pid = 2, .parent = 1}}, false);
    root_.write("proc/1/comm", "python\n");
    root_.write("proc/2/comm", "Xorg\n");
  }

  static Json device(Json more = Json::object()) {
    Json device = {{"uuid", "GPU-1"}, {"power_w", 200}, {"counter_step_ms", 10}};
    device.update(more);
    Json script = FakeDriver::one_device(device);
    script["time"] = "real";
    return script;
  }
  /// On a machine where process 1 computes, 2 is a display's, and there is no 4711.
  measure::Instruments instruments(const FakeDriver& driver) const {
    measure::Instruments::Options options;
    options.root = root_.path();
    options.nvml_library = driver.path();
    options.counter_period_s = 1e-6;
    return measure::Instruments(options);
  }
  Prepared prepare(const FakeDriver& driver, const study::RunSpec& run,
                   const MemoryNeed& need = {}) {
    const measure::Instruments found = instruments(driver);
    return Preparation(found, settings_, std::nullopt).before(run, folder_.path(), stop_, {}, need);
  }
  std::string refusal(const FakeDriver& driver, const study::RunSpec& run,
                      const MemoryNeed& need = {}) {
    try {
      prepare(driver, run, need);
    } catch (const core::SystemError& error) {
      return error.what();
    }
    return "it may begin";
  }

  static std::vector<std::string> texts(const std::vector<core::Caution>& cautions) {
    std::vector<std::string> texts;
    for (const auto& caution : cautions) texts.push_back(caution.name + ": " + caution.message);
    return texts;
  }

  test::TemporaryFolder folder_;
  test::TemporaryFolder root_;
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
  const FakeDriver driver(device({{"processes", {{{"pid", 1}}, {{"pid", 2}, {"kind", "mps"}}}}}));
  EXPECT_THAT(
      refusal(driver, on_gpu_),
      AllOf(HasSubstr("the GPU GPU-1 is in use by other programs (processes 1 (python), 2 (Xorg))"),
            HasSubstr("end them, or choose another GPU")));
}

TEST_F(PreparationTest, BeginsAndMarksTheRunBesideADisplayOrWhatProcDoesNotKnow) {
  settings_.gpu_patience_s = 600;
  const FakeDriver driver(device(
      {{"used_mib", 600}, {"processes", {{{"pid", 2}, {"kind", "graphics"}}, {{"pid", 4711}}}}}));
  EXPECT_THAT(
      texts(prepare(driver, on_gpu_).cautions),
      ElementsAre(AllOf(HasSubstr("contaminated: "), HasSubstr("graphics"), HasSubstr("2 (Xorg)")),
                  AllOf(HasSubstr("contamination_unknown: "), HasSubstr("4711"))));
}

TEST_F(PreparationTest, SaysThatTheGpuIsLost) {
  const FakeDriver driver(device());
  settings_.gpu_patience_s = 0.05;
  const measure::Instruments found = instruments(driver);
  Preparation preparation(found, settings_, std::nullopt);
  EXPECT_NO_THROW(preparation.before(on_gpu_, folder_.path(), stop_));
  driver.change(device({{"lost_after_s", 0}}));
  try {
    preparation.before(on_gpu_, folder_.path(), stop_);
    FAIL() << "no error";
  } catch (const core::SystemError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("GPU-1 does not answer any more: "),
                                    HasSubstr("GPU is lost"), HasSubstr("nvidia-smi --gpu-reset")));
  }
}

TEST_F(PreparationTest, WaitsForTheMemoryThatBothTrainingsNeed) {
  const FakeDriver driver(device({{"memory_mib", 10'000}, {"used_mib", 600}}));
  settings_.gpu_patience_s = 0.05;
  EXPECT_EQ(refusal(driver, on_gpu_, {.gpu_mib = 9'000}), "it may begin");
  EXPECT_THAT(refusal(driver, on_gpu_, {.gpu_mib = 9'500}),
              AllOf(HasSubstr("9400 MiB of the memory of GPU GPU-1 are free"),
                    HasSubstr("need 9500"), HasSubstr("end what holds it")));
  EXPECT_EQ(refusal(driver, on_gpu_, {.gpu_mib = 11'000}), "it may begin")
      << "more than there ever is: the run itself tells";
  root_.write("proc/meminfo", "MemTotal: 2048000 kB\nMemAvailable: 1024000 kB\n");
  EXPECT_EQ(refusal(driver, {}, {.host_mib = 900}), "it may begin");
  EXPECT_THAT(refusal(driver, {}, {.host_mib = 1'500}),
              HasSubstr("1000 MiB of memory are free, the run's trainings need 1500"));
}

TEST_F(PreparationTest, SaysThatItCanNotTellWhoIsOnTheGpu) {
  const FakeDriver driver(
      device({{"answers", {{"nvmlDeviceGetComputeRunningProcesses_v2", "no_permission"}}}}));
  EXPECT_THAT(texts(prepare(driver, on_gpu_).cautions),
              ElementsAre(AllOf(HasSubstr("contamination_unknown: "),
                                HasSubstr("Insufficient Permissions"))));
}

TEST_F(PreparationTest, WaitsUntilTheMemoryIsFreeThatNobodyOwns) {
  const FakeDriver driver(device({{"used_mib", 9000}}));
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    driver.change(device({{"used_mib", 600}}));
  });
  const core::Time begin = core::Clock::now();
  EXPECT_THAT(prepare(driver, on_gpu_).cautions, IsEmpty());
  EXPECT_GE(core::seconds_between(begin, core::Clock::now()), 0.1);
  other.join();
}

TEST_F(PreparationTest, BeginsAndMarksTheRunWhenMemoryStaysInUseThatNobodyOwns) {
  settings_.gpu_patience_s = 0.05;
  const Json display = {{"pid", 2}, {"kind", "graphics"}, {"memory_mib", 1000}};
  const FakeDriver driver(device({{"used_mib", 9000}, {"processes", {display}}}));
  EXPECT_THAT(texts(prepare(driver, on_gpu_).cautions),
              ElementsAre(HasSubstr("contaminated"),
                          AllOf(HasSubstr("contamination_unknown: "), HasSubstr("9000 MiB"),
                                HasSubstr("8000 MiB"), HasSubstr("2048 MiB"))));
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

TEST_F(PreparationTest, RefusesAFolderWhoseRoomItCanNotTell) {
  const FakeDriver driver(device());
  const measure::Instruments found = instruments(driver);
  Preparation preparation(found, settings_, std::nullopt);
  try {
    preparation.before(on_gpu_, folder_ / "not/there", stop_);
    ADD_FAILURE() << "took it for room enough";
  } catch (const core::SystemError& error) {
    EXPECT_THAT(error.what(), HasSubstr((folder_ / "not/there").string()));
  }
}

TEST_F(PreparationTest, WaitsForThePowerToSettleBeforeItMeasuresIdle) {
  settings_.idle_s = 0.3;
  settings_.look_again_s = 0.3;
  const FakeDriver driver(device({{"power_w", 400}}));
  std::thread cooling([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    driver.change(device({{"power_w", 100}}));
  });
  EXPECT_NEAR(prepare(driver, on_gpu_).idle.gpu_w.value(), 100, 10);
  cooling.join();
}

TEST_F(PreparationTest, DoesNotWaitForAGpuThatTheDriverCallsIdle) {
  settings_.idle_s = 0.05;
  settings_.look_again_s = 20;
  const FakeDriver driver(device({{"throttle_bits", 1}}));
  const core::Time begin = core::Clock::now();
  prepare(driver, on_gpu_);
  EXPECT_LT(core::seconds_between(begin, core::Clock::now()), 10);
}

TEST_F(PreparationTest, GivesUpMeasuringIdleWhenTheSessionIsToEnd) {
  settings_.idle_s = 3600;
  const FakeDriver driver(device({{"throttle_bits", 1}}));
  std::thread person([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop_ = true;
  });
  EXPECT_EQ(prepare(driver, on_gpu_).idle.duration_s, 0) << "it was not measured";
  person.join();
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
