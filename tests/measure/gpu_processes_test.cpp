#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "fake_driver.h"
#include "fake_proc.h"
#include "measure/gpu_process_list.h"
#include "measure/gpu_process_utilization.h"
#include "measure/kernel_text.h"

namespace tandem::measure {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsNan;

constexpr auto list_v1 = "nvmlDeviceGetComputeRunningProcesses";
constexpr auto list_v2 = "nvmlDeviceGetComputeRunningProcesses_v2";
constexpr auto list_v3 = "nvmlDeviceGetComputeRunningProcesses_v3";
constexpr auto utilization = "nvmlDeviceGetProcessUtilization";

/// `123: 10 MiB`
std::vector<std::string> listed(const FakeDriver& driver) {
  std::string problem;
  std::vector<std::string> texts;
  for (const GpuProcess& process : driver.load().devices().front().processes(problem)) {
    texts.push_back(process.memory_mib
                        ? fmt::format("{}: {} MiB", process.pid, *process.memory_mib)
                        : fmt::format("{}: {}", process.pid, process.memory_mib.reason()));
  }
  if (!problem.empty()) texts.push_back("problem: " + problem);
  return texts;
}

Json with_processes(const Json& processes) {
  return FakeDriver::one_device({{"processes", processes}});
}

Json three_processes() {
  return R"([{"pid": 31, "memory_mib": 100},
             {"pid": 32, "memory_mib": 200},
             {"pid": 33, "memory_mib": 300}])"_json;
}

TEST(GpuProcesses, AreOfAllKindsAndListedOnce) {
  const FakeDriver driver(with_processes(
      R"([{"pid": 40, "memory_mib": 10, "kind": "graphics"},
          {"pid": 20, "memory_mib": 100},
          {"pid": 20, "memory_mib": 300, "kind": "mps"},
          {"pid": 20, "memory_mib": null, "kind": "graphics"},
          {"pid": 30, "memory_mib": null}])"_json));
  EXPECT_THAT(listed(driver),
              ElementsAre("20: 300 MiB", "30: the driver doesn't tell", "40: 10 MiB"));
}

TEST(GpuProcesses, AreOfTheKindThatIsNotGraphicsWhenTheyAreOfSeveral) {
  const FakeDriver driver(with_processes(
      R"([{"pid": 20, "memory_mib": 10, "kind": "graphics"},
          {"pid": 30, "memory_mib": 100, "kind": "graphics"},
          {"pid": 30, "memory_mib": 10},
          {"pid": 40, "kind": "mps"}])"_json));
  std::string problem;
  std::vector<GpuProcessKind> kinds;
  const GpuDriver found = driver.load();
  for (const GpuProcess& process : found.devices().front().processes(problem)) {
    kinds.push_back(process.kind);
  }
  EXPECT_THAT(kinds,
              ElementsAre(GpuProcessKind::graphics, GpuProcessKind::compute, GpuProcessKind::mps));
}

// The size of an entry is told from what the driver writes, not from the version in the name.
TEST(GpuProcesses, AreReadWhateverTheSizeOfAnEntry) {
  for (const size_t bytes : {16, 24, 32}) {
    const FakeDriver driver(FakeDriver::one_device(
        {{"entry_bytes", {{list_v2, bytes}}}, {"processes", three_processes()}}));
    EXPECT_THAT(listed(driver), ElementsAre("31: 100 MiB", "32: 200 MiB", "33: 300 MiB"))
        << bytes << " bytes";
  }
}

TEST(GpuProcesses, AreMissingWhenTheSizeOfAnEntryCantBeTold) {
  const FakeDriver driver(
      FakeDriver::one_device({{"entry_bytes", {{list_v2, 48}}}, {"processes", three_processes()}}));
  EXPECT_THAT(listed(driver),
              ElementsAre("problem: nvmlDeviceGetComputeRunningProcesses_v2: the entries are of no "
                          "size that tandem knows (the driver tells of 3)"));
}

TEST(GpuProcesses, AreReadFromTheVersionThatAnswers) {
  const FakeDriver third(FakeDriver::one_device(
      {{"answers", {{list_v2, "function_not_found"}}}, {"processes", three_processes()}}));
  EXPECT_EQ(listed(third).size(), 3);
  EXPECT_GT(third.calls(list_v3), 0);
  const FakeDriver old(FakeDriver::one_device({{"processes", three_processes()}}), "old");
  EXPECT_THAT(listed(old), ElementsAre("31: 100 MiB", "32: 200 MiB", "33: 300 MiB"));
  EXPECT_GT(old.calls(list_v1), 0);
}

TEST(GpuProcesses, AreNotKnownWithoutPermission) {
  const FakeDriver driver(FakeDriver::one_device(
      {{"answers", {{list_v2, "no_permission"}}}, {"processes", three_processes()}}));
  EXPECT_THAT(listed(driver), ElementsAre("problem: nvmlDeviceGetComputeRunningProcesses_v2: "
                                          "Insufficient Permissions"));
  EXPECT_EQ(driver.load().devices().front().unavailable().front().name, "processes");
}

TEST(GpuProcesses, AreNotKnownWhenThereAreTooMany) {
  Json processes = Json::array();
  for (unsigned i = 0; i <= GpuProcessList::most_processes; ++i) {
    processes.push_back({{"pid", 1000 + i}, {"memory_mib", 1}});
  }
  const FakeDriver driver(FakeDriver::one_device({{"processes", processes}}));
  EXPECT_THAT(listed(driver), ElementsAre(HasSubstr("more than 512 processes")));
}

/// A device whose processes are known to a proc: 200, 201 and this one are A's, 300 B's, 400
/// another program's, 50 the MPS server's; 999 isn't known.
class GpuProcessReadings : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = std::make_unique<test::TemporaryFolder>();
    write_proc(*root_,
               {{.pid = 1, .parent = 0},
                {.pid = 200, .parent = 1},
                {.pid = 201, .parent = 200},
                {.pid = ::getpid(), .parent = 200},
                {.pid = 300, .parent = 1},
                {.pid = 400, .parent = 1},
                {.pid = 50, .parent = 1, .name = "nvidia-cuda-mps"}},
               false);
  }
  static void TearDownTestSuite() { root_.reset(); }
  GpuProcessReadings() {
    owners_->watch(0, 200);
    owners_->watch(1, 300);
  }
  std::unique_ptr<SignalSource> readings_of(const FakeDriver& driver, int participants = 2) const {
    return driver.load().devices().front().process_readings(0, participants, owners_);
  }

  static std::unique_ptr<test::TemporaryFolder> root_;
  std::shared_ptr<ProcessOwners> owners_ = std::make_shared<ProcessOwners>(root_->path());
};

std::unique_ptr<test::TemporaryFolder> GpuProcessReadings::root_;

Json process(int pid, double memory_mib, int sm_util_percent) {
  return {{"pid", pid}, {"memory_mib", memory_mib}, {"sm_util_percent", sm_util_percent}};
}

TEST_F(GpuProcessReadings, TellTheParticipantsFromEachOtherAndFromTheRest) {
  const FakeDriver driver(with_processes(
      Json::array({process(200, 1000, 30), process(201, 24, 5), process(300, 500, 60),
                   process(400, 70, 1), process(50, 30, 0)})));
  const auto source = readings_of(driver);
  driver.advance(1);
  const Tick tick(*source);
  EXPECT_EQ(tick["gpu_0_processes"], 5);
  EXPECT_EQ(tick["gpu_0_foreign_processes"], 1);
  EXPECT_EQ(tick["gpu_0_unknown_processes"], 0);
  EXPECT_EQ(tick["gpu_0_memory_a_mib"], 1024);
  EXPECT_EQ(tick["gpu_0_sm_util_a_percent"], 35);
  EXPECT_EQ(tick["gpu_0_memory_b_mib"], 500);
  EXPECT_EQ(tick["gpu_0_sm_util_b_percent"], 60);
}

TEST_F(GpuProcessReadings, KnowThatNobodyIsOnTheDevice) {
  const FakeDriver driver(with_processes(Json::array({process(400, 70, 90)})));
  const auto source = readings_of(driver);
  driver.advance(1);
  const Tick tick(*source);
  EXPECT_EQ(tick["gpu_0_memory_a_mib"], 0);
  EXPECT_EQ(tick["gpu_0_sm_util_a_percent"], 0);
}

// In a container the numbers may be the host's: what is unknown may be the participant.
TEST_F(GpuProcessReadings, DontTakeAnUnknownProcessForNobody) {
  const FakeDriver driver(
      with_processes(Json::array({process(999, 70, 90), process(300, 10, 20)})));
  const auto source = readings_of(driver);
  driver.advance(1);
  const Tick tick(*source);
  EXPECT_EQ(tick["gpu_0_unknown_processes"], 1);
  EXPECT_EQ(tick["gpu_0_foreign_processes"], 0);
  EXPECT_THAT(tick["gpu_0_memory_a_mib"], IsNan());
  EXPECT_THAT(tick["gpu_0_sm_util_a_percent"], IsNan());
  EXPECT_EQ(tick["gpu_0_memory_b_mib"], 10);
}

TEST_F(GpuProcessReadings, KeepAProcessThatEndsBetweenTheListAndTheLook) {
  const FakeDriver driver(
      with_processes(Json::array({process(200, 70, 90), process(300, 10, 20)})));
  const auto source = readings_of(driver);
  driver.advance(1);
  const Tick before(*source);
  const std::filesystem::path stat = root_->path() / "proc/200/stat";
  const std::string text = read_text(stat);
  std::filesystem::remove(stat);
  const Tick tick(*source);
  root_->write("proc/200/stat", text);
  EXPECT_EQ(tick["gpu_0_unknown_processes"], 0);
  EXPECT_EQ(tick["gpu_0_memory_a_mib"], 70);
  EXPECT_EQ(tick["gpu_0_memory_b_mib"], 10);
}

TEST_F(GpuProcessReadings, MissMemoryThatTheDriverDoesntTell) {
  const FakeDriver driver(with_processes(
      Json::array({process(200, 1000, 30), Json{{"pid", 201}, {"memory_mib", nullptr}}})));
  const auto source = readings_of(driver, 1);
  EXPECT_THAT(Tick(*source)["gpu_0_memory_a_mib"], IsNan());
  EXPECT_FALSE(Tick(*source).has("gpu_0_memory_b_mib"));
}

TEST_F(GpuProcessReadings, TakeTheMeanOfTheSamplesSinceTheLastRead) {
  Json early = process(200, 1, 20);
  Json late = process(200, 1, 80);
  early["to_s"] = 2.5;
  late["from_s"] = 2.5;
  const FakeDriver driver(with_processes(Json::array({early, late})));
  driver.advance(1);
  const auto source = readings_of(driver);
  driver.advance(2);
  EXPECT_EQ(Tick(*source)["gpu_0_sm_util_a_percent"], 50);  // of seconds 2 and 3
  driver.advance(1);
  EXPECT_EQ(Tick(*source)["gpu_0_sm_util_a_percent"], 80);
}

// Reader and driver both work once a second, so that a read may fall between two samples, and at a
// window's edge there are more reads: the last sample then holds, but not for ever.
TEST_F(GpuProcessReadings, HoldASampleForLittleMoreThanASecond) {
  Json working = process(200, 1, 20);
  Json silent = {{"pid", 200}, {"memory_mib", 1}, {"from_s", 1.5}};
  working["to_s"] = 1.5;
  const FakeDriver driver(with_processes(Json::array({working, silent})));
  const auto source = readings_of(driver);
  EXPECT_THAT(Tick(*source)["gpu_0_sm_util_a_percent"], IsNan());
  driver.advance(1.9);
  for (int read = 0; read < 4; ++read) {
    EXPECT_EQ(Tick(*source)["gpu_0_sm_util_a_percent"], 20) << read;
  }
  std::this_thread::sleep_for(std::chrono::duration<double>(GpuProcessUtilization::lasts_s + 0.1));
  EXPECT_THAT(Tick(*source)["gpu_0_sm_util_a_percent"], IsNan());
}

TEST_F(GpuProcessReadings, LeaveOutSamplesThatCantBe) {
  Json device = {{"junk_samples", 2}, {"processes", Json::array({process(200, 1, 20)})}};
  device["processes"].push_back({{"pid", "self"}, {"memory_mib", 1}, {"sm_util_percent", 10}});
  const FakeDriver driver(FakeDriver::one_device(device));
  const auto source = readings_of(driver);
  driver.advance(1);
  EXPECT_EQ(Tick(*source)["gpu_0_sm_util_a_percent"], 30);
  driver.advance(1);
  EXPECT_EQ(Tick(*source)["gpu_0_sm_util_a_percent"], 30);
}

TEST_F(GpuProcessReadings, HaveNoUtilizationWhereTheDeviceTellsNone) {
  const FakeDriver driver(
      FakeDriver::one_device({{"answers", {{utilization, "not_supported"}}},
                              {"processes", Json::array({process(200, 7, 20)})}}));
  const auto source = readings_of(driver);
  const Tick tick(*source);
  EXPECT_FALSE(tick.has("gpu_0_sm_util_a_percent"));
  EXPECT_EQ(tick["gpu_0_memory_a_mib"], 7);
  EXPECT_EQ(tick["gpu_0_memory_b_mib"], 0);
  EXPECT_EQ(driver.calls(utilization), 2);  // both when the device was tried
}

TEST_F(GpuProcessReadings, MissUtilizationWhenItFailsInMidRun) {
  const Json processes = Json::array({process(200, 7, 20)});
  const FakeDriver driver(with_processes(processes));
  const auto source = readings_of(driver);
  driver.advance(1);
  EXPECT_EQ(Tick(*source)["gpu_0_sm_util_a_percent"], 20);
  driver.change(
      FakeDriver::one_device({{"answers", {{utilization, "unknown"}}}, {"processes", processes}}));
  const Tick tick(*source);
  EXPECT_THAT(tick["gpu_0_sm_util_a_percent"], IsNan());
  EXPECT_EQ(tick["gpu_0_memory_a_mib"], 7);
}

TEST_F(GpuProcessReadings, AreMissingWhenTheListIs) {
  const FakeDriver driver(with_processes(Json::array({process(200, 7, 20)})));
  const auto source = readings_of(driver);
  driver.change(FakeDriver::one_device({{"answers", {{list_v2, "unknown"}}}}));
  EXPECT_THAT(Tick(*source).values(), Each(IsNan()));
  driver.change(with_processes(Json::array({process(200, 7, 20)})));
  EXPECT_EQ(Tick(*source)["gpu_0_memory_a_mib"], 7);
}

TEST_F(GpuProcessReadings, AreMissingAndNotAskedForAfterTheGpuIsLost) {
  const FakeDriver driver(FakeDriver::one_device({{"lost_after_s", 3}}));
  const auto source = readings_of(driver);
  driver.advance(4);
  EXPECT_THAT(Tick(*source).values(), Each(IsNan()));
  const int asked = driver.calls(list_v2);
  EXPECT_THAT(Tick(*source).values(), Each(IsNan()));
  EXPECT_EQ(driver.calls(list_v2), asked);
}

}  // namespace
}  // namespace tandem::measure
