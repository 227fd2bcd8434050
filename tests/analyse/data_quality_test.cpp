#include "analyse/data_quality.h"

#include <gmock/gmock.h>

#include "made_up_study.h"

namespace tandem::analyse {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class DataQualityTest : public testing::Test {
 protected:
  void make(study::Device device, bool metered) {
    study.device = device;
    plan = study::make_plan(study, catalogue, "made-up");
    results = test::made_up_results(plan, catalogue, {.metered = metered});
  }
  DataQuality quality() const {
    return data_quality(study, record::RecordedRuns(plan, results), english);
  }
  std::vector<RunStatus> statuses() const {
    return run_statuses(record::RecordedRuns(plan, results));
  }
  record::RunResult& concurrent() {
    for (record::RunResult& result : results) {
      if (result.spec.concurrent()) return result;
    }
    throw std::logic_error("no such run");
  }

  const core::Texts& english = core::Texts::in(core::Language::english);
  study::Catalogue catalogue = study::Catalogue::shipped();
  study::Study study = test::made_up_study(1, 1);
  study::Plan plan;
  std::vector<record::RunResult> results;
};

constexpr auto differently_measured = "Not all runs measured energy in the same way";

TEST_F(DataQualityTest, FiguresInAReasonDontMakeASourceOfTheirOwn) {
  make(study::Device::cuda, true);
  for (size_t i = 0; i < results.size(); ++i) {
    results[i].gpu_energy_total_joules = {
        core::Reading::missing(std::to_string(i) + " ms are shorter than 10 counter periods"),
        core::EnergySource::none, ""};
  }
  const DataQuality found = quality();
  EXPECT_THAT(found.gpu_energy_sources, ElementsAre("none"));
  EXPECT_THAT(found.cautions, Not(Contains(HasSubstr(differently_measured))));
  EXPECT_THAT(found.gpu_energy_missing,
              ElementsAre(HasSubstr("0 ms"), HasSubstr("1 ms"), HasSubstr("2 ms")));
}

TEST_F(DataQualityTest, DifferentPowerModelsAreDifferentSources) {
  make(study::Device::cpu, false);
  results[1].cpu_energy_total_joules.model = "another model";
  EXPECT_THAT(quality().cautions, Contains(HasSubstr(differently_measured)));
}

TEST_F(DataQualityTest, TheGpusSourceCountsOnlyInStudiesOnTheGpu) {
  for (const study::Device device : {study::Device::cuda, study::Device::cpu}) {
    make(device, true);
    results[1].gpu_energy_total_joules.source = core::EnergySource::nvml_power;
    const bool told = testing::Value(quality().cautions, Contains(HasSubstr(differently_measured)));
    EXPECT_EQ(told, device == study::Device::cuda);
  }
}

TEST_F(DataQualityTest, WhereAGpusEnergyIsShownItsSensorsAreSpokenOf) {
  make(study::Device::cuda, true);
  const DataQuality metered = quality();
  EXPECT_THAT(metered.gpu_energy_note, AllOf(HasSubstr("a quarter of the time"), HasSubstr("gain"),
                                             HasSubstr("one board"), HasSubstr("2312.02741")));
  EXPECT_THAT(metered.cautions, Contains(metered.gpu_energy_note));
  make(study::Device::cpu, false);
  EXPECT_EQ(quality().gpu_energy_note, "");
  EXPECT_THAT(quality().cautions, Not(Contains(HasSubstr("2312.02741"))));
}

TEST_F(DataQualityTest, AnEstimateTellsOnceWhichMeterItStandsInFor) {
  make(study::Device::cpu, false);
  EXPECT_THAT(quality().estimated_instead_of, ElementsAre(HasSubstr("sudo chmod a+r")));
  make(study::Device::cuda, true);
  EXPECT_THAT(quality().estimated_instead_of, IsEmpty());
}

TEST_F(DataQualityTest, EveryCautionOfARunHasAMeaning) {
  make(study::Device::cuda, true);
  for (const char* name :
       {"contaminated", "contamination_unknown", "energy_sources_disagree", "sampling_gap",
        "sensor_lost", "throttled", "not_cooled_down", "processes_escaped", "whole_board",
        "missed_deadlines", "wall_clock_moved", "epochs_at_once", "no_common_start", "cpu_shared",
        "any_device", "sharing_differs"}) {
    EXPECT_NE(meaning_of(name, english), name);
    results[0].cautions = {{name, "seen"}};
    EXPECT_THAT(quality().cautions,
                Contains(HasSubstr("1 of the runs that count: " + meaning_of(name, english))));
  }
  EXPECT_EQ(meaning_of("new_in_a_later_version", english), "new_in_a_later_version");
}

TEST_F(DataQualityTest, ARunsRowCarriesWhatItsMetersSaid) {
  make(study::Device::cuda, true);
  record::RunResult& run = concurrent();
  run.cautions = {{"throttled", "in 12 % of 300 samples"}};
  run.gpu_energy_total_joules.joules = 200.0;
  run.gpu_energy_cross_check_joules.joules = 190.0;
  for (const RunStatus& row : statuses()) {
    ASSERT_TRUE(row.measured);
    EXPECT_EQ(row.measured->phases.empty(), !row.concurrent);
    if (row.run_id != run.run_id) continue;
    EXPECT_NEAR(*row.measured->gpu_cross_check_difference_percent, -5, 1e-12);
    const core::Json json = row;
    EXPECT_EQ(json.at("cautions")[0].at("message"), "in 12 % of 300 samples");
    const core::Json& measured = json.at("measured");
    EXPECT_EQ(measured.at("phases").size(), 3u);
    EXPECT_EQ(measured.at("phases")[1].at("name"), "overlap");
    EXPECT_EQ(measured.at("idle").at("gpu_power_watts"), 12.0);
    EXPECT_EQ(measured.at("gpu").at("device").at("uuid"), run.gpu->device.uuid);
    EXPECT_EQ(measured.at("sampling").size(), 2u);
  }
  results.clear();
  EXPECT_FALSE(statuses()[0].measured);
  EXPECT_TRUE(core::Json(statuses()[0]).at("measured").is_null());
}

}  // namespace
}  // namespace tandem::analyse
