// Studies on several devices: core sets that are there, and GPUs of a stand-in driver.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <map>
#include <set>
#include <sstream>

#include "call_tandem.h"
#include "core/json.h"
#include "execute/fake_mps.h"
#include "fake_manifest.h"
#include "temporary_folder.h"

namespace tandem {
namespace {
namespace fs = std::filesystem;

using core::Json;
using test::Called;
using test::Variable;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// The first two cores that this process may use.
std::vector<int> two_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  EXPECT_EQ(::sched_getaffinity(0, sizeof set, &set), 0);
  std::vector<int> cores;
  for (int core = 0; core < CPU_SETSIZE && cores.size() < 2; ++core) {
    if (CPU_ISSET(static_cast<size_t>(core), &set)) cores.push_back(core);
  }
  EXPECT_THAT(cores, SizeIs(2)) << "two devices need two cores";
  return cores;
}

class DevicesTest : public ::testing::Test {
 protected:
  DevicesTest() {
    int position = 101;
    for (const char* model : {"one", "two", "three"}) write_workload(model, position++);
  }

  void write_workload(const std::string& model, int position) {
    const Json manifest = test::fake_manifest(
        model, position,
        {(core::program_folder() / "fake-trainer").string(), "good", "0.02", "--seed", "{seed}"});
    folder_.write("workloads/" + model + ".json", manifest.dump());
  }

  static Json pair(const std::string& a, const std::string& b) {
    return {{"model_a", {{"repo", "fake"}, {"model", a}}},
            {"model_b", {{"repo", "fake"}, {"model", b}}}};
  }
  /// Two pairs with three settings each: one hyperparameter moves, to keep it short.
  fs::path write_study(Json further) {
    further["experiment_name"] = "made_up";
    further["scale"] = "quick";
    further["idle_s"] = 0;
    further["mutate"] = {{"epochs", {{"min", "default/2"}}}};
    further["model_pairs"] = {pair("one", "two"), pair("one", "three")};
    return folder_.write("study.json", further.dump());
  }

  std::vector<std::string> call_of(const std::string& command, const fs::path& study) const {
    return {command,     study,    "--workloads", (folder_ / "workloads").string(),
            "--results", results()};
  }
  Called tandem(const std::vector<std::string>& arguments) const {
    return test::call_program("tandem", arguments, folder_.path());
  }
  Called run(const fs::path& study, const std::vector<std::string>& further = {}) const {
    std::vector<std::string> arguments = call_of("run", study);
    arguments.insert(arguments.end(), further.begin(), further.end());
    return tandem(arguments);
  }
  std::string results() const { return folder_ / "results"; }

  std::vector<Json> read_results() const {
    std::vector<Json> all;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "results" / "runs")) {
      if (entry.path().filename() != "result.json") continue;
      all.push_back(Json::parse(core::read_file(entry.path())));
    }
    return all;
  }
  /// Whether two runs of different devices lay over each other in time.
  static bool overlap(const std::vector<Json>& results) {
    for (const Json& left : results) {
      for (const Json& right : results) {
        if (left.at("device") != right.at("device") &&
            left.at("started_at") < right.at("ended_at") &&
            right.at("started_at") < left.at("ended_at")) {
          return true;
        }
      }
    }
    return false;
  }
  static Json core_sets() {
    Json devices = Json::array();
    for (const int core : two_cores()) devices.push_back({{"cores", {core}}});
    return devices;
  }
  static Json gpus(const std::vector<std::string>& names) {
    Json devices = Json::array();
    for (const std::string& name : names) devices.push_back({{"gpu", name}});
    return devices;
  }

  test::TemporaryFolder folder_;
};

TEST_F(DevicesTest, OfCoresMakeRunsAtTheSameTimeAndWhatIsComparedOnOne) {
  const fs::path study = write_study({{"devices", core_sets()}});
  const Called made = run(study);
  ASSERT_EQ(made.exit_code, 0) << made.out << made.err;
  EXPECT_THAT(made.out, HasSubstr("on 2 devices"));
  const std::vector<Json> results = read_results();
  EXPECT_TRUE(overlap(results));
  std::map<std::string, std::set<std::string>> devices_of_partner;
  for (const Json& result : results) {
    EXPECT_EQ(result.at("outcome").at("status"), "ok") << result.at("outcome").dump();
    const Json& cores = result.at("spec").at("resources").at("cores");
    EXPECT_EQ(result.at("device"), "cores " + std::to_string(cores.at(0).get<int>()));
    for (const Json& training : result.at("participants")) {
      EXPECT_EQ(training.at("described").at("cores"), std::to_string(cores.at(0).get<int>()));
    }
    EXPECT_EQ(result.at("cpu_energy_total_joules").at("energy_source"), "estimated");
    EXPECT_THAT(result.at("cautions").dump(), HasSubstr("cpu_shared"));
    const std::string b = result.at("participants").back().at("workload");
    devices_of_partner[b].insert(result.at("device").get<std::string>());
  }
  EXPECT_THAT(devices_of_partner["fake/two"], SizeIs(1));
  EXPECT_THAT(devices_of_partner["fake/three"], SizeIs(1));
  EXPECT_THAT(devices_of_partner["fake/one"], SizeIs(2)) << "alone once on each device";

  EXPECT_THAT(run(study).out, HasSubstr("10 already done, 0 to do"));
  const Called planned = tandem({"plan", this->results()});
  EXPECT_THAT(planned.out,
              AllOf(HasSubstr("device_affinity \"any\""), HasSubstr("can be shorter")));
}

TEST_F(DevicesTest, ThatAreTakenForEqualMakeWhateverIsNextAndSaySo) {
  const fs::path study = write_study({{"devices", core_sets()}, {"device_affinity", "any"}});
  const Called made = run(study);
  ASSERT_EQ(made.exit_code, 0) << made.out << made.err;
  const std::vector<Json> results = read_results();
  EXPECT_THAT(results, SizeIs(9)) << "runs alone are shared by all pairs";
  std::set<std::string> devices;
  for (const Json& result : results) {
    devices.insert(result.at("device").get<std::string>());
    EXPECT_EQ(result.at("spec").at("any_cores"), 1);
    EXPECT_EQ(
        "cores " + result.at("participants")[0].at("described").at("cores").get<std::string>(),
        result.at("device"));
    EXPECT_THAT(result.at("cautions").dump(), HasSubstr("any_device"));
  }
  EXPECT_THAT(devices, SizeIs(2));
}

TEST_F(DevicesTest, CanBeStatedOnTheCommandLineAndAreKept) {
  const fs::path study = write_study({});
  const std::vector<int> cores = two_cores();
  const std::vector<std::string> devices = {"--device", "cores=" + std::to_string(cores[0]),
                                            "--device", "cores=" + std::to_string(cores[1])};
  std::vector<std::string> plan = call_of("plan", study);
  plan.insert(plan.end(), devices.begin(), devices.end());
  plan.emplace_back("--json");
  const Json planned = Json::parse(tandem(plan).out);
  EXPECT_THAT(planned.at("devices").at("names"), SizeIs(2));
  EXPECT_THAT(planned.at("devices").at("schedule"), SizeIs(planned.at("runs").size()));
  const Called made = run(study, devices);
  ASSERT_EQ(made.exit_code, 0) << made.out << made.err;
  EXPECT_THAT(Json::parse(tandem({"status", results(), "--json"}).out).at("left"), 0);
  const Called changed = run(study);
  EXPECT_EQ(changed.exit_code, 2) << "without them it asks for other runs";
  EXPECT_THAT(changed.err, HasSubstr("$.resources.cores"));
  const Called wrong = run(study, {"--device", "cores=all"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, AllOf(HasSubstr("--device"), HasSubstr("cores=all")));
}

TEST_F(DevicesTest, LoseAtMostTheRunsInFlightWhenTandemIsKilled) {
  const fs::path study = write_study({{"devices", core_sets()}, {"repetitions", 2}});
  const pid_t session = test::start_program("tandem", call_of("run", study), folder_.path());
  const auto results_written = [&] {
    size_t count = 0;
    std::error_code code;
    for (fs::recursive_directory_iterator entry(folder_ / "results" / "runs", code), end;
         !code && entry != end; entry.increment(code)) {
      count += entry->path().filename() == "result.json" ? 1 : 0;
    }
    return count;
  };
  while (results_written() < 3) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ::kill(session, SIGKILL);
  EXPECT_EQ(test::finish_program(session, folder_.path()).exit_code, -SIGKILL);
  const Json before = Json::parse(tandem({"status", results(), "--json"}).out);
  EXPECT_LE(before.at("unfinished_attempts"), 2);
  const Called resumed = run(study);
  ASSERT_EQ(resumed.exit_code, 0) << resumed.out << resumed.err;
  EXPECT_THAT(resumed.out, HasSubstr(std::to_string(before.at("ok").get<int>()) + " already done"));
  std::map<std::string, int> times_ok;
  for (const Json& result : read_results()) {
    if (result.at("outcome").at("status") == "ok") {
      ++times_ok[result.at("run_id")];
    } else {
      EXPECT_EQ(result.at("outcome").at("name"), "cut_off");
    }
  }
  EXPECT_THAT(times_ok, SizeIs(20));
  for (const auto& [run_id, times] : times_ok) EXPECT_EQ(times, 1) << run_id;
}

TEST_F(DevicesTest, AreRefusedWhereTheyAreNotThere) {
  const Called called =
      run(write_study({{"devices", {{{"cores", {two_cores()[0]}}}, {{"cores", {1023}}}}}}));
  EXPECT_EQ(called.exit_code, 2);
  EXPECT_THAT(called.err, AllOf(HasSubstr("$.devices[1].cores"), HasSubstr("core 1023")));
}

/// With a driver of two GPUs and a board in slices.
class GpuDevicesTest : public DevicesTest {
 protected:
  GpuDevicesTest()
      : library_path_("LD_LIBRARY_PATH", std::string(TANDEM_FAKE_NVML_FOLDER) + "/current"),
        script_(
            "TANDEM_FAKE_NVML",
            folder_
                .write("nvml.json",
                       Json{{"time", "real"},
                            {"devices", {gpu("GPU-aaaa"), gpu("GPU-bbbb"), sliced_gpu("GPU-cccc")}}}
                           .dump())
                .string()) {}

  static Json gpu(const std::string& uuid) {
    return {{"uuid", uuid}, {"power_w", 200}, {"counter_step_ms", 20}};
  }
  static Json sliced_gpu(const std::string& uuid) {
    Json sliced = gpu(uuid);
    sliced["mig"] = true;
    sliced["slices"] = {"MIG-1111", "MIG-2222"};
    return sliced;
  }
  std::string refusal(const Json& members) {
    Json study = members;
    study["device"] = "cuda";
    const Called called = run(write_study(study));
    EXPECT_EQ(called.exit_code, 2) << called.out;
    return called.err;
  }

  Variable library_path_;
  Variable script_;
};

TEST_F(GpuDevicesTest, KeepEachBlockOnItsBoardWhoseCounterIsRead) {
  const Called made =
      run(write_study({{"device", "cuda"}, {"devices", gpus({"GPU-aaaa", "GPU-bbbb"})}}));
  ASSERT_EQ(made.exit_code, 0) << made.out << made.err;
  const std::vector<Json> results = read_results();
  EXPECT_THAT(results, SizeIs(10));
  EXPECT_TRUE(overlap(results));
  for (const Json& result : results) {
    const std::string uuid = result.at("gpu").at("device").at("uuid");
    EXPECT_EQ(result.at("spec").at("gpu"), uuid);
    EXPECT_EQ(result.at("device"), uuid);
    for (const Json& training : result.at("participants")) {
      EXPECT_EQ(training.at("described").at("cuda_visible_devices"), uuid);
    }
  }
}

TEST_F(GpuDevicesTest, AreRefusedWhereTheyAreNotThereOrAreOneBoard) {
  EXPECT_THAT(refusal({{"devices", gpus({"GPU-aaaa", "GPU-dddd"})}}),
              AllOf(HasSubstr("$.devices[1].gpu"), HasSubstr("GPU-dddd"), HasSubstr("GPU-bbbb")));
  EXPECT_THAT(refusal({{"devices", gpus({"GPU-aaaa", "GPU-aaa"})}}),
              AllOf(HasSubstr("$.devices[1].gpu"), HasSubstr("$.devices[0] is GPU-aaaa too")));
  EXPECT_THAT(refusal({{"devices", gpus({"GPU-aaaa", "1"})}}), HasSubstr("a plain number means"));
  EXPECT_THAT(refusal({{"sharing", {{"mig", "MIG-3333"}}}}),
              AllOf(HasSubstr("$.sharing.mig"), HasSubstr("MIG-3333"), HasSubstr("MIG-2222")));
}

TEST_F(GpuDevicesTest, TrainOnTheSliceThatTheStudyNames) {
  const Called made = run(write_study({{"device", "cuda"}, {"sharing", {{"mig", "MIG-2222"}}}}));
  ASSERT_EQ(made.exit_code, 0) << made.out << made.err;
  for (const Json& result : read_results()) {
    EXPECT_EQ(result.at("participants")[0].at("described").at("cuda_visible_devices"), "MIG-2222");
    EXPECT_EQ(result.at("gpu").at("device").at("uuid"), "GPU-cccc");
    EXPECT_EQ(result.at("spec").at("sharing").at("slice"), "MIG-2222");
    EXPECT_THAT(result.at("cautions").dump(), HasSubstr("whole_board"));
  }
}

TEST_F(GpuDevicesTest, AreSharedByADaemonOfTheSessionsOwnThatEndsWithIt) {
  const Variable path("PATH", test::path_with_fake_mps());
  const Called made =
      run(write_study({{"device", "cuda"},
                       {"devices", gpus({"GPU-aaaa", "GPU-bbbb"})},
                       {"sharing", {{"mps", {{"thread_percentages", {60, 40}}}}}}}));
  ASSERT_EQ(made.exit_code, 0) << made.out << made.err;
  std::map<std::string, std::set<std::string>> pipes_of_gpu;
  for (const Json& result : read_results()) {
    const Json& trainings = result.at("participants");
    EXPECT_EQ(result.at("gpu").at("device").at("sharing"), "mps");
    for (size_t i = 0; i < trainings.size(); ++i) {
      const Json& described = trainings[i].at("described");
      pipes_of_gpu[result.at("device")].insert(
          described.at("mps_pipe_directory").get<std::string>());
      EXPECT_EQ(described.at("mps_thread_percentage"), trainings.size() == 1 ? "100"
                                                       : i == 0              ? "60"
                                                                             : "40");
    }
  }
  ASSERT_THAT(pipes_of_gpu, SizeIs(2));
  EXPECT_NE(pipes_of_gpu["GPU-aaaa"], pipes_of_gpu["GPU-bbbb"]);
  for (const auto& [gpu, pipes] : pipes_of_gpu) {
    ASSERT_THAT(pipes, SizeIs(1)) << gpu;
    EXPECT_THAT(*pipes.begin(), Not(IsEmpty()));
    EXPECT_FALSE(fs::exists(*pipes.begin()));
  }
  for (const char* device : {"0", "1"}) {
    for (const auto& start : test::fake_mps_starts(folder_ / "results" / "mps" / device)) {
      EXPECT_TRUE(test::comes_to_an_end(start.daemon));
      EXPECT_TRUE(test::comes_to_an_end(start.server));
    }
  }
}

TEST_F(GpuDevicesTest, LeaveNoDaemonBehindWhenTandemIsKilledOrStopped) {
  const Variable path("PATH", test::path_with_fake_mps());
  const fs::path study = write_study({{"device", "cuda"}, {"gpu", "GPU-aaaa"}, {"sharing", "mps"}});
  const fs::path log = folder_ / "results" / "mps" / "0";
  size_t sessions = 0;
  for (const int signal : {SIGKILL, SIGTERM}) {
    ++sessions;
    const pid_t session = test::start_program("tandem", call_of("run", study), folder_.path());
    const auto has_begun = [&] {
      std::error_code code;
      return fs::exists(log / "control.log", code) &&
             test::fake_mps_starts(log).size() == sessions &&
             fs::exists(folder_ / "results" / "session.json", code);
    };
    while (!has_begun()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ::kill(session, signal);
    test::finish_program(session, folder_.path());
    const test::FakeMpsStart start = test::fake_mps_starts(log).back();
    EXPECT_TRUE(test::comes_to_an_end(start.daemon));
    EXPECT_TRUE(test::comes_to_an_end(start.server));
  }
}

TEST_F(GpuDevicesTest, AskForTheProgramThatMpsNeeds) {
  EXPECT_THAT(refusal({{"gpu", "GPU-aaaa"}, {"sharing", "mps"}}),
              AllOf(HasSubstr("$.sharing"), HasSubstr("no program \"nvidia-cuda-mps-control\"")));
}

}  // namespace
}  // namespace tandem
