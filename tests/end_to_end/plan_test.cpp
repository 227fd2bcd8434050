#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "call_tandem.h"
#include "core/file.h"
#include "core/json.h"
#include "temporary_folder.h"

namespace tandem {
namespace {

using core::Json;
using test::Called;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// `tandem plan` of the studies that came with tandem.
class PlanTest : public ::testing::Test {
 protected:
  Called plan(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "plan");
    arguments.insert(arguments.end(), {"--results", folder_ / "results"});
    return test::call_program("tandem", arguments, folder_.path());
  }
  Json forecast(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    const Called called = plan(arguments);
    EXPECT_EQ(called.exit_code, 0) << called.err;
    return Json::parse(called.out).at("forecast");
  }

  const std::string full_ = core::shipped_file("studies/seed-full.json");
  test::TemporaryFolder folder_;
};

TEST_F(PlanTest, SaysWhatBothWaysToCountSoloRunsCost) {
  const Json shared = forecast({full_});
  EXPECT_NEAR(shared.at("total_s").get<double>() / 3600, 30.4, 0.05);
  EXPECT_EQ(shared.at("runs").size(), 107U);
  EXPECT_EQ(shared.at("other_solo_runs").at("distinct_runs"), 132);
  EXPECT_NEAR(shared.at("other_solo_runs").at("expected_s").get<double>() / 3600, 38.8, 0.05);
}

TEST_F(PlanTest, ForecastsEnergyFromAMachinesOwnCatalogueAndSaysWhyNotWithoutOne) {
  EXPECT_THAT(forecast({full_}).at("total_joules").at("missing").get<std::string>(),
              HasSubstr("tandem workloads profile"));
  Json own = {{"catalogue_version", 1}, {"measured_on", "this one"}, {"device", "cuda"},
              {"scale", "full"},        {"idle_power_w", 50},        {"workloads", Json::object()}};
  const Json workloads =
      Json::parse(test::call_program("tandem", {"workloads", "--json"}, folder_.path()).out);
  for (const Json& workload : workloads) {
    own["workloads"][workload.at("workload").get<std::string>()] = {
        {"duration_s", 100}, {"energy_joules", 20000}, {"energy_source", "nvml_counter"}};
  }
  folder_.write("own.json", own.dump());
  const Json measured = forecast({full_, "--catalogue", folder_ / "own.json"});
  EXPECT_GT(measured.at("total_joules").get<double>(), 107 * 10000);
  EXPECT_EQ(measured.at("energy_sources").at(0), "nvml_counter");

  own["scale"] = "quick";
  folder_.write("own.json", own.dump());
  const Called refused = plan({full_, "--catalogue", folder_ / "own.json"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, AllOf(HasSubstr("$.scale"), HasSubstr("full, as the study")));
}

TEST_F(PlanTest, DrawsItsDevicesAndNamesTheBound) {
  const Called called =
      plan({full_, "--device", "GPU-1", "--device", "GPU-2", "--html", folder_ / "plan.html"});
  ASSERT_EQ(called.exit_code, 0) << called.err;
  EXPECT_THAT(called.out, AllOf(HasSubstr("GPU-1 |"), HasSubstr("GPU-2 |"),
                                HasSubstr("No schedule of 2 devices can be shorter"),
                                HasSubstr("What n paired differences can detect")));
  const std::string page = core::read_file(folder_ / "plan.html");
  EXPECT_THAT(page, AllOf(HasSubstr("<svg class=\"gantt\""), HasSubstr("Done on 2 devices in"),
                          HasSubstr("resnet44"), Not(HasSubstr("http"))));
  std::istringstream lines(called.out);
  for (std::string line; std::getline(lines, line);) {
    const auto columns =
        std::count_if(line.begin(), line.end(), [](char byte) { return (byte & 0xC0) != 0x80; });
    EXPECT_LE(columns, 80) << line;
  }
}

TEST_F(PlanTest, RefusesAPilotThatIsNoStudysFolder) {
  const Called called = plan({full_, "--pilot", folder_.path()});
  EXPECT_EQ(called.exit_code, 2);
  EXPECT_THAT(called.err, HasSubstr("no study.json"));
}

}  // namespace
}  // namespace tandem
