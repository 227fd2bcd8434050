#include "record/run_result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "results.h"

namespace tandem::record {
namespace {

using ::testing::HasSubstr;

TEST(RunResult, SurvivesItsDocumentWithEveryField) {
  const core::Json document = to_document(test::concurrent_result());
  const RunResult copy = from_document(core::Json::parse(document.dump()));
  EXPECT_EQ(to_document(copy), document);
  EXPECT_EQ(copy.participants[1].outcome.status, Outcome::Status::invalid);
  EXPECT_EQ(copy.participants[0].epochs[1].train_loss.reason(), "not a finite number");
}

TEST(RunResult, OfAnImportKeepsWhatItsSourceSaid) {
  RunResult result = test::concurrent_result();
  EXPECT_FALSE(to_document(result).contains("imported"));
  result.imported = test::import_record();
  const core::Json document = to_document(result);
  const RunResult copy = from_document(core::Json::parse(document.dump()));
  EXPECT_EQ(to_document(copy), document);
  EXPECT_EQ(copy.imported->signals[1].seen_joules.reason(), "not a power");
}

TEST(RunResult, KeepsTheStudysMetricNames) {
  const core::Json document = to_document(test::concurrent_result());
  for (const char* name :
       {"gpu_energy_total_joules", "cpu_energy_total_joules", "total_energy_joules",
        "gpu_util_avg_percent", "gpu_power_avg_watts", "gpu_memory_peak"}) {
    EXPECT_TRUE(document.contains(name)) << name;
  }
  EXPECT_TRUE(document["participants"][0].contains("training_success"));
  EXPECT_TRUE(document["participants"][0].contains("duration_seconds"));
}

TEST(RunResult, OfAnotherVersionOrHalfADocumentIsRefusedWithAReason) {
  core::Json document = to_document(test::concurrent_result());
  document["result_version"] = 99;
  try {
    from_document(document);
    FAIL() << "no error";
  } catch (const core::SystemError& error) {
    EXPECT_THAT(error.what(), HasSubstr("99"));
  }
  document = to_document(test::concurrent_result());
  document.erase("participants");
  EXPECT_THROW(from_document(document), core::SystemError);
  EXPECT_THROW(from_document(core::Json::array()), core::SystemError);
}

}  // namespace
}  // namespace tandem::record
