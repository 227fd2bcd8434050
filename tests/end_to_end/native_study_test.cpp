#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "call_tandem.h"
#include "core/json.h"
#include "study/workload.h"
#include "temporary_folder.h"

namespace tandem {
namespace {

using core::Json;
using study::Workload;

TEST(ShippedManifests, AreWhatTheNativeTrainersDescribe) {
  const test::TemporaryFolder folder;
  const Json all = Json::parse(test::call_program("tandem-train", {"--list"}, folder.path()).out);
  ASSERT_EQ(all.size(), 16U);
  const study::Catalogue catalogue = study::Catalogue::shipped();
  std::set<std::string> described;
  for (const Workload& workload : catalogue.workloads()) {
    SCOPED_TRACE(workload.id());
    Json shipped = core::read_json(workload.manifest);
    const test::Called called =
        test::call_program("tandem-train", {"describe", workload.command.at(1)}, folder.path());
    ASSERT_EQ(called.exit_code, 0) << called.err;
    // What no program can say of itself: it was measured.
    EXPECT_EQ(shipped.erase("catalogue"), 1U);
    EXPECT_EQ(shipped.erase("expected_duration_s"), 1U);
    EXPECT_EQ(Json::diff(shipped, Json::parse(called.out)), Json::array());
    described.insert(workload.command.at(1));
  }
  EXPECT_EQ(described.size(), all.size());
}

/// A minute of the real thing: real MNIST, two real networks, the eleven experiments.
TEST(NativeStudy, OfTwoNetworksOnRealMnistTimesBothAndLeavesTheirAccuracyAlone) {
  const test::TemporaryFolder folder;
  const auto study = folder.write("study.json", R"({
    "experiment_name": "native", "scale": "quick",
    "resources": {"cores": [0, 1]},
    "model_pairs": [{"model_a": {"repo": "examples", "model": "mnist", "hp": "default"},
                     "model_b": {"repo": "examples", "model": "mnist_rnn", "hp": "default"}}]})");
  const std::string results = folder / "results";
  const test::Called run =
      test::call_program("tandem", {"run", study, "--results", results}, folder.path());
  ASSERT_EQ(run.exit_code, 0) << run.out << run.err;
  const test::Called reported =
      test::call_program("tandem", {"report", results, "--json"}, folder.path());
  ASSERT_EQ(reported.exit_code, 0) << reported.err;
  const Json plan =
      Json::parse(test::call_program("tandem", {"plan", results, "--json"}, folder.path()).out);

  std::map<std::string, Json> solo;
  std::map<std::string, Json> concurrent;
  for (const Json& cell : plan.at("cells")) {
    const Json result = Json::parse(core::read_file(
        folder / "results" / "runs" / cell.at("run_id").get<std::string>() / "1" / "result.json"));
    EXPECT_EQ(result.at("outcome").at("status"), "ok");
    EXPECT_TRUE(result.at("gpu_energy_total_joules").at("joules").contains("missing") ||
                result.at("machine").at("gpu") != "");
    const bool is_b = result.at("participants").back().at("workload") == "examples/mnist_rnn";
    if (!is_b) {
      solo["A"] = result;
    } else {
      (cell.at("mode") == "solo" ? solo : concurrent)[cell.at("setting")] = result;
    }
  }
  ASSERT_EQ(solo.size(), 6U);
  ASSERT_EQ(concurrent.size(), 5U);

  const auto performance = [](const Json& result) {
    return result.at("participants").back().at("performance").get<double>();
  };
  const auto duration = [](const Json& result, size_t participant) {
    return result.at("participants").at(participant).at("duration_seconds").get<double>();
  };
  EXPECT_GT(performance(solo["A"]), 0.5) << "chance is 0.1";
  EXPECT_GT(performance(solo["default"]), 0.5);
  EXPECT_GT(performance(solo["learning_rate_max"]), performance(solo["learning_rate_min"]));
  EXPECT_GT(performance(solo["epochs_max"]), performance(solo["epochs_min"]));
  // CPU time, for who else uses the machine shows in the duration.
  const auto cpu_time = [](const Json& result) {
    return result.at("participants").at(0).at("cpu_time_seconds").get<double>();
  };
  EXPECT_GT(cpu_time(solo["epochs_max"]), 2 * cpu_time(solo["epochs_min"]));
  for (const auto& [setting, result] : concurrent) {
    // The same seed and threads: on the CPU a partner takes time, not accuracy.
    EXPECT_EQ(performance(result), performance(solo[setting])) << setting;
    // What it takes depends on who else uses the machine: that both were timed is all that is sure.
    EXPECT_GT(duration(result, 0), 0) << setting;
    EXPECT_GT(result.at("overlap_fraction").get<double>(), 0.2) << setting;
    EXPECT_LT(result.at("start_skew_seconds").get<double>(), 0.5) << setting;
  }
}

}  // namespace
}  // namespace tandem
