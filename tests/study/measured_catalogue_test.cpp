#include "study/measured_catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/error.h"
#include "core/file.h"
#include "studies.h"
#include "temporary_folder.h"

namespace tandem::study {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

core::Json on_a_gpu() {
  return core::Json::parse(R"({
    "catalogue_version": 1, "measured_on": "a GPU of the test", "device": "cuda", "scale": "full",
    "idle_power_w": 60,
    "workloads": {
      "examples/mnist": {"memory_mb": 620, "gpu_util_percent": 18.5, "duration_s": 91,
                         "energy_joules": 9100, "energy_source": "nvml_counter"},
      "MRT-OAST/default": {"memory_mb": {"missing": "the driver gives none"}, "duration_s": 700}}})");
}

MeasuredCatalogue parsed(const core::Json& document) {
  return parse_measured_catalogue(document, "measured.json");
}

TEST(MeasuredCatalogue, PutsTheMachinesFiguresInThePlaceOfTheManifests) {
  const Catalogue catalogue = with_measured(test::catalogue(), parsed(on_a_gpu()));
  const Workload& mnist = catalogue.at("examples/mnist");
  EXPECT_EQ(mnist.catalogue.memory_mb, 620);
  EXPECT_EQ(mnist.catalogue.gpu_util_percent, 18.5);
  EXPECT_EQ(mnist.catalogue.duration_s, 91);
  EXPECT_EQ(mnist.catalogue.measured_on, "a GPU of the test");
  EXPECT_EQ(mnist.catalogue.energy.joules.value(), 9100);
  EXPECT_EQ(mnist.catalogue.idle_power_w.value(), 60);
  EXPECT_EQ(mnist.expected_duration_s.full, 91);
  EXPECT_EQ(mnist.expected_duration_s.quick,
            test::catalogue().at("examples/mnist").expected_duration_s.quick);
  EXPECT_EQ(mnist.catalogue.known_runs, 16);
}

TEST(MeasuredCatalogue, KeepsTheOrderThatGivesAPairItsAAndB) {
  EXPECT_EQ(with_measured(test::catalogue(), parsed(on_a_gpu())).ids(), test::catalogue().ids());
}

TEST(MeasuredCatalogue, LeavesWhatWasNotMeasuredAsItWasAndNamesItWithTheReason) {
  const MeasuredCatalogue measured = parsed(on_a_gpu());
  const Catalogue catalogue = with_measured(test::catalogue(), measured);
  EXPECT_EQ(catalogue.at("MRT-OAST/default").catalogue.memory_mb, 1950);
  EXPECT_EQ(catalogue.at("VulBERTa/cnn").catalogue.memory_mb, 1350);
  std::vector<std::string> of_mrt_oast;
  for (const NotMeasured& figure : figures_not_measured(test::catalogue(), measured)) {
    EXPECT_NE(figure.workload, "examples/mnist");
    if (figure.workload == "MRT-OAST/default") {
      of_mrt_oast.push_back(figure.figure + ": " + figure.reason);
    }
  }
  EXPECT_THAT(of_mrt_oast, ::testing::ElementsAre("memory_mb: the driver gives none",
                                                  "util_percent: not measured"));
}

TEST(MeasuredCatalogue, OfACpuTakesTheBusyShareOfItsCpusAsUtilisation) {
  core::Json document = on_a_gpu();
  document["device"] = "cpu";
  document["scale"] = "quick";
  document["workloads"]["examples/mnist"]["cpu_util_percent"] = 93;
  const Catalogue catalogue = with_measured(test::catalogue(), parsed(document));
  EXPECT_EQ(catalogue.at("examples/mnist").catalogue.gpu_util_percent, 93);
  EXPECT_EQ(catalogue.at("examples/mnist").expected_duration_s.quick, 91);
  EXPECT_EQ(catalogue.at("examples/mnist").expected_duration_s.full, 155);
}

TEST(MeasuredCatalogue, IsWrittenAsItIsRead) {
  const MeasuredCatalogue measured = parsed(on_a_gpu());
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "catalogue.json";
  core::write_file_atomically(file, to_document(measured).dump());
  const MeasuredCatalogue again = read_measured_catalogue(file);
  EXPECT_EQ(to_document(again), to_document(measured));
  EXPECT_EQ(again.workloads.at("MRT-OAST/default").memory_mb.reason(), "the driver gives none");
  EXPECT_EQ(again.workloads.at("examples/mnist").energy.source, core::EnergySource::nvml_counter);
}

/// The message for a document that `spoil` has changed.
std::string message_for(const std::function<void(core::Json&)>& spoil) {
  core::Json document = on_a_gpu();
  spoil(document);
  try {
    with_measured(test::catalogue(), parsed(document));
  } catch (const core::UserError& error) {
    return error.what();
  }
  return "read without an error";
}

TEST(MeasuredCatalogue, WithAMistakeNamesThePlaceWhatIsThereAndWhatShouldBe) {
  EXPECT_THAT(message_for([](core::Json& document) { document["catalogue_version"] = 2; }),
              HasSubstr("$.catalogue_version"));
  EXPECT_THAT(message_for([](core::Json& document) { document.erase("scale"); }),
              HasSubstr("full or quick"));
  EXPECT_THAT(
      message_for([](core::Json& document) { document["workloads"] = core::Json::object(); }),
      HasSubstr("at least one workload"));
  EXPECT_THAT(message_for([](core::Json& document) {
                document["workloads"]["examples/mnist"]["memory_mb"] = -1;
              }),
              AllOf(HasSubstr("$.workloads.examples/mnist.memory_mb"), HasSubstr("-1"),
                    HasSubstr("from 0")));
  EXPECT_THAT(message_for([](core::Json& document) {
                document["workloads"]["examples/mnist"].erase("energy_source");
              }),
              HasSubstr("where the joules come from"));
  EXPECT_THAT(message_for([](core::Json& document) {
                document["workloads"]["examples/mnst"] = {{"memory_mb", 1}};
              }),
              HasSubstr("perhaps examples/mnist"));
}

}  // namespace
}  // namespace tandem::study
