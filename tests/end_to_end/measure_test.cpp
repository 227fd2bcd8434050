// `tandem measure` and `tandem doctor` as a person calls them.
#include <gmock/gmock.h>

#include <cstdlib>
#include <thread>

#include "call_tandem.h"
#include "core/json.h"
#include "measure/samples_file.h"
#include "temporary_folder.h"

namespace tandem {
namespace {

using core::Json;
using testing::AllOf;
using testing::HasSubstr;

class MeasureTest : public testing::Test {
 protected:
  test::Called measure(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "measure");
    return test::call_program("tandem", arguments, folder_.path());
  }
  static std::vector<std::string> shell(const std::string& script,
                                        std::vector<std::string> options = {}) {
    options.insert(options.end(), {"--", "/bin/sh", "-c", script});
    return options;
  }

  test::TemporaryFolder folder_;
};

TEST_F(MeasureTest, LeavesTheCommandsOutputAndExitCodeAndSaysWhatItUsed) {
  const test::Called called = measure(shell("echo trained; exit 7"));
  EXPECT_EQ(called.exit_code, 7);
  EXPECT_EQ(called.out, "trained\n");
  EXPECT_THAT(called.err, AllOf(HasSubstr("exit code 7"), HasSubstr("CPU energy"),
                                HasSubstr("GPU energy"), HasSubstr("CPU time")));
}

TEST_F(MeasureTest, WritesJsonAndTheSamplesWhereItIsAskedTo) {
  const std::string json_file = folder_ / "used.json";
  const test::Called called =
      measure(shell("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done",
                    {"--json", "-o", json_file, "--samples", folder_ / "samples", "--hz", "50",
                     "--cpu-power-model", "name=ten and five,idle_w=10,busy_core_w=5"}));
  EXPECT_EQ(called.exit_code, 0) << called.err;
  EXPECT_EQ(called.err, "");
  const Json used = Json::parse(core::read_file(json_file));
  EXPECT_GT(used.at("cpu_time_seconds").get<double>(), 0);
  EXPECT_GT(used.at("memory_peak_mib").get<double>(), 0.5);
  EXPECT_EQ(used.at("command").at(0), "/bin/sh");
  const Json& energy = used.at("cpu_energy_joules");
  if (energy.at("energy_source") == "estimated") {
    EXPECT_EQ(energy.at("model"), "ten and five");
    EXPECT_THAT(energy.at("instead_of").get<std::string>(), HasSubstr("powercap"));
    EXPECT_NEAR(energy.at("joules").get<double>(),
                10 * used.at("duration_seconds").get<double>() +
                    5 * used.at("cpu_time_seconds").get<double>(),
                0.5);
  }
  EXPECT_GE(measure::read_samples(folder_ / "samples/samples.csv").t_s.size(), 2U);
}

TEST_F(MeasureTest, MeasuresAGpuOfTheDriverThatTheSystemHas) {
  folder_.write("script.json",
                R"({"devices":[{"uuid":"GPU-15fedf05","power_w":200,"counter_step_ms":10}]})");
  ::setenv("TANDEM_FAKE_NVML", (folder_ / "script.json").c_str(), 1);
  ::setenv("LD_LIBRARY_PATH", TANDEM_FAKE_NVML_FOLDER "/current", 1);
  const test::Called called = measure(shell("sleep 0.5", {"--json", "--gpu", "GPU-15fe"}));
  const test::Called unknown = measure(shell("true", {"--gpu", "GPU-77"}));
  ::unsetenv("LD_LIBRARY_PATH");
  ::unsetenv("TANDEM_FAKE_NVML");
  ASSERT_EQ(called.exit_code, 0) << called.err;
  const Json used = Json::parse(called.err);
  const Json& gpu = used.at("gpus").at(0);
  EXPECT_EQ(gpu.at("device").at("uuid"), "GPU-15fedf05");
  EXPECT_EQ(gpu.at("energy_joules").at("energy_source"), "nvml_counter");
  EXPECT_NEAR(gpu.at("energy_joules").at("joules").get<double>(),
              200 * used.at("duration_seconds").get<double>(), 200 * 0.03);
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, AllOf(HasSubstr("--gpu"), HasSubstr("GPU-15fedf05")));
}

TEST_F(MeasureTest, ChecksTheMetersOfAGpu) {
  folder_.write("script.json",
                R"({"devices":[{"uuid":"GPU-15fedf05","power_w":200,"counter_step_ms":10}]})");
  ::setenv("TANDEM_FAKE_NVML", (folder_ / "script.json").c_str(), 1);
  ::setenv("LD_LIBRARY_PATH", TANDEM_FAKE_NVML_FOLDER "/current", 1);
  const test::Called called =
      test::call_program("tandem", {"doctor", "--gpu", "--seconds", "1", "--json"}, folder_.path());
  const test::Called shown =
      test::call_program("tandem", {"doctor", "--gpu", "--seconds", "1"}, folder_.path());
  ::unsetenv("LD_LIBRARY_PATH");
  ::unsetenv("TANDEM_FAKE_NVML");
  ASSERT_EQ(called.exit_code, 0) << called.err;
  const Json gpu = Json::parse(called.out).at("gpus").at(0);
  EXPECT_EQ(gpu.at("device").at("uuid"), "GPU-15fedf05");
  EXPECT_EQ(gpu.at("energy_joules").at("energy_source"), "nvml_counter");
  EXPECT_NEAR(gpu.at("disagreement_percent").get<double>(), 0, 3);
  ASSERT_GE(gpu.at("call_costs").size(), 5U);
  for (const Json& cost : gpu.at("call_costs")) {
    EXPECT_LE(cost.at("median_us").get<double>(), cost.at("p95_us").get<double>()) << cost;
  }
  ASSERT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, AllOf(HasSubstr("GPU-15fedf05"), HasSubstr("counter changes"),
                               HasSubstr("nvmlDeviceGetTotalEnergyConsumption")));
}

TEST_F(MeasureTest, SaysWhyThereIsNoGpuToCheck) {
  folder_.write("script.json", R"({"devices":[]})");
  ::setenv("TANDEM_FAKE_NVML", (folder_ / "script.json").c_str(), 1);
  ::setenv("LD_LIBRARY_PATH", TANDEM_FAKE_NVML_FOLDER "/current", 1);
  const test::Called called = test::call_program("tandem", {"doctor", "--gpu"}, folder_.path());
  ::unsetenv("LD_LIBRARY_PATH");
  ::unsetenv("TANDEM_FAKE_NVML");
  EXPECT_EQ(called.exit_code, 1);
  EXPECT_THAT(called.out, HasSubstr("has no device"));
}

TEST_F(MeasureTest, RefusesACommandThatIsNoProgram) {
  const test::Called called = measure({"--", "no-such-trainer", "--epochs", "3"});
  EXPECT_EQ(called.exit_code, 2);
  EXPECT_THAT(called.err, HasSubstr("no-such-trainer"));
}

TEST_F(MeasureTest, RefusesAPowerModelThatIsNone) {
  const test::Called called = measure(shell("true", {"--cpu-power-model", "tdp_w=65"}));
  EXPECT_EQ(called.exit_code, 2);
  EXPECT_THAT(called.err, HasSubstr("--cpu-power-model"));
}

TEST_F(MeasureTest, EndsTheCommandAndStillSaysWhatItUsedWhenItIsInterrupted) {
  const pid_t tandem = test::start_program(
      "tandem", {"measure", "--", "/bin/sh", "-c", "echo up; sleep 60 & wait"}, folder_.path());
  while (core::read_file(folder_ / "out").empty()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  ::kill(tandem, SIGINT);
  const test::Called called = test::finish_program(tandem, folder_.path());
  EXPECT_EQ(called.exit_code, 130);
  EXPECT_THAT(called.err, AllOf(HasSubstr("signal 15"), HasSubstr("CPU energy")));
}

TEST_F(MeasureTest, SaysThatTheCommandWasKilled) {
  const test::Called called = measure(shell("kill -9 $$"));
  EXPECT_EQ(called.exit_code, 128 + 9);
  EXPECT_THAT(called.err, HasSubstr("signal 9 (Killed)"));
}

TEST_F(MeasureTest, RefusesToMeasureTheOverheadOnAWorkloadThatIsNone) {
  const test::Called called = test::call_program(
      "tandem", {"doctor", "--overhead", "--workload", "examples/mnits"}, folder_.path());
  EXPECT_EQ(called.exit_code, 2);
  EXPECT_THAT(called.err, AllOf(HasSubstr("--workload"), HasSubstr("examples/mnist")));
}

}  // namespace
}  // namespace tandem
