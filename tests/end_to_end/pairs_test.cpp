#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "call_tandem.h"
#include "core/json.h"
#include "study/study_file.h"
#include "temporary_folder.h"

namespace tandem {
namespace {

using core::Json;
using test::Called;
using ::testing::AllOf;
using ::testing::HasSubstr;

/// `tandem pairs` as a person calls it.
class PairsTest : public ::testing::Test {
 protected:
  Called pairs(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "pairs");
    return test::call_program("tandem", arguments, folder_.path());
  }
  Json json_of(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    const Called called = pairs(arguments);
    EXPECT_EQ(called.exit_code, 0) << called.err;
    return Json::parse(called.out);
  }

  test::TemporaryFolder folder_;
};

TEST_F(PairsTest, SaysWhereTheOriginalsPrintedCountsDiffer) {
  const Called called = pairs({});
  EXPECT_EQ(called.exit_code, 0) << called.err;
  EXPECT_THAT(called.out, HasSubstr("120 feasible pairs"));
  EXPECT_THAT(called.out, HasSubstr("other numbers for some types"));
  std::set<std::string> differences;
  for (const Json& difference : json_of({}).at("original_prints_other_counts")) {
    differences.insert(difference.at("type").get<std::string>() + " " +
                       difference.at("feasible").dump() + " " +
                       difference.at("printed_in_the_original").dump());
  }
  EXPECT_THAT(differences,
              ::testing::ElementsAre("high+low 4 14", "medium+high 0 4", "medium+low 14 0"));
  EXPECT_FALSE(json_of({"--memory-limit-mb", "3000"}).contains("original_prints_other_counts"));
}

TEST_F(PairsTest, SelectsPairsIntoAReadyStudyFile) {
  const auto file = folder_ / "chosen.json";
  const Called called = pairs({"select", "--method", "hybrid", "--seed", "7", "--output", file});
  ASSERT_EQ(called.exit_code, 0) << called.err;
  EXPECT_THAT(called.out, AllOf(HasSubstr("12 pairs by hybrid, seed 7"), HasSubstr("Written")));
  const study::Study study = study::read_study(file, study::Catalogue::shipped());
  EXPECT_EQ(study.name, "chosen");
  EXPECT_EQ(study.pairs.size(), 12U);
  EXPECT_EQ(study.device, study::Device::cuda);

  const Json same = json_of({"select", "--method", "hybrid", "--seed", "7"});
  for (size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(same.at("pairs").at(i).at("model_a"), study.pairs[i].a);
    EXPECT_EQ(same.at("pairs").at(i).at("model_b"), study.pairs[i].b);
  }

  const Called again = pairs({"select", "--output", file});
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.err, HasSubstr("nothing is overwritten"));
}

TEST_F(PairsTest, SelectsByAMachinesOwnFigures) {
  folder_.write("own.json", R"({"catalogue_version": 1, "measured_on": "this one",
    "device": "cpu", "scale": "quick", "workloads": {
      "examples/mnist": {"memory_mb": 7000, "cpu_util_percent": 90, "duration_s": 6},
      "MRT-OAST/default": {"memory_mb": 6000, "cpu_util_percent": 95, "duration_s": 8}}})");
  const std::string own = folder_ / "own.json";
  EXPECT_EQ(json_of({"--catalogue", own}).at("feasible"), 120 - 3);
  const Called selected = pairs({"select", "--catalogue", own, "--output", folder_ / "s.json"});
  ASSERT_EQ(selected.exit_code, 0) << selected.err;
  EXPECT_THAT(selected.out, AllOf(HasSubstr("Figures measured on this one, quick scale"),
                                  HasSubstr("Not measured, so still the manifests'")));
  const study::Study study = study::read_study(folder_ / "s.json", study::Catalogue::shipped());
  EXPECT_EQ(study.scale, study::Scale::quick);
  EXPECT_EQ(study.device, study::Device::cpu);
}

TEST_F(PairsTest, ComparesTheMethodsSideBySide) {
  const Json compared = json_of({"compare", "--seed", "2"});
  EXPECT_EQ(compared.at("methods").size(), 7U);
  for (const auto& [method, selection] : compared.at("methods").items()) {
    EXPECT_EQ(selection.at("pairs").size(), 12U) << method;
    EXPECT_TRUE(selection.at("coverage").contains("expected_hours_shared")) << method;
  }
  EXPECT_EQ(compared.at("recommended").at("method"), "hybrid");
  EXPECT_EQ(compared.at("recommended").at("pairs"),
            compared.at("methods").at("hybrid").at("pairs"));
  EXPECT_NEAR(
      compared.at("methods").at("seed").at("coverage").at("expected_hours_literal").get<double>(),
      38.8, 0.05);
  EXPECT_THAT(pairs({"compare", "--count", "13"}).out, HasSubstr("seed: --count 13: at most 12"));
}

TEST_F(PairsTest, KeepsItsTablesWithin80Columns) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"select"}, {"compare"}}) {
    std::istringstream lines(pairs(arguments).out);
    for (std::string line; std::getline(lines, line);) {
      const auto columns =
          std::count_if(line.begin(), line.end(), [](char byte) { return (byte & 0xC0) != 0x80; });
      EXPECT_LE(columns, 80) << line;
    }
  }
}

TEST_F(PairsTest, TakesItsLimitFromTheDeviceLessAMargin) {
  folder_.write("script.json", R"({"devices":[{"uuid":"GPU-15fedf05","memory_mib":4000}]})");
  ::setenv("TANDEM_FAKE_NVML", (folder_ / "script.json").c_str(), 1);
  ::setenv("LD_LIBRARY_PATH", TANDEM_FAKE_NVML_FOLDER "/current", 1);
  const Json document = json_of({"--device-memory", "--margin-percent", "25"});
  const Called both = pairs({"--device-memory", "--memory-limit-mb", "100"});
  ::unsetenv("LD_LIBRARY_PATH");
  ::unsetenv("TANDEM_FAKE_NVML");
  EXPECT_NEAR(document.at("memory_limit_mb").get<double>(), 3000, 1e-9);
  EXPECT_EQ(both.exit_code, 2);
  EXPECT_THAT(both.err, HasSubstr("--memory-limit-mb"));
}

TEST_F(PairsTest, EndsWith2AndSaysWhatToChangeForAMistake) {
  const auto message = [&](const std::vector<std::string>& arguments) {
    const Called called = pairs(arguments);
    EXPECT_EQ(called.exit_code, 2) << called.out;
    return called.err;
  };
  EXPECT_THAT(message({"select", "--method", "stratifid"}), HasSubstr("perhaps stratified"));
  EXPECT_THAT(message({"select", "--strata", "domains"}), HasSubstr("perhaps domain"));
  EXPECT_THAT(message({"--only", "examples/mnst", "examples/mnist_rnn"}),
              AllOf(HasSubstr("examples/mnst"), HasSubstr("perhaps examples/mnist")));
  EXPECT_THAT(message({"select", "--only", "examples/mnist", "examples/mnist_rnn"}),
              HasSubstr("at most 1"));
  EXPECT_THAT(message({"select", "--memory-limit-mb", "500"}),
              HasSubstr("the smallest needs 900 MB"));
  EXPECT_THAT(message({"select", "--only", "examples/mnist"}), HasSubstr("at least two workloads"));
  EXPECT_THAT(message({"select", "--at-most-per-model", "1"}), HasSubstr("at least 2"));
  EXPECT_THAT(message({"--catalogue", "/no/such/file"}), HasSubstr("/no/such/file"));
}

TEST_F(PairsTest, HelpsWithAnExample) {
  for (const char* command : {"select", "compare"}) {
    EXPECT_THAT(pairs({command, "--help"}).out,
                HasSubstr("Example: tandem pairs " + std::string(command)));
  }
}

}  // namespace
}  // namespace tandem
