#include "execute/trainer_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "fake_workloads.h"
#include "temporary_folder.h"

namespace tandem::execute {
namespace {

using study::Workload;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(TrainerCommand, FillsInPlaceholdersAndGivesEachHyperparameterItsFlag) {
  Workload workload = test::fake_workload("a");
  workload.command = {"/bin/echo", "--device={device}", "{scale}", "{seed}", "{threads}",
                      "{data}",    "{unknown}"};
  workload.data = "mnist";
  study::RunSpec run = test::fake_run({workload});
  run.resources = {2, "passive", {0, 1}};
  run.participants[0].seed = 7;
  run.participants[0].hyperparameters = {{"epochs", 6}, {"learning_rate", 0.002}};
  const Command command = trainer_command(run, run.participants[0], workload, "/data");
  EXPECT_THAT(command.arguments,
              ElementsAre("/bin/echo", "--device=cpu", "quick", "7", "2", "/data/mnist",
                          "{unknown}", "--epochs", "6", "--learning-rate", "0.002"));
  EXPECT_EQ(command.environment.at("OMP_NUM_THREADS"), "2");
  EXPECT_EQ(command.environment.at("OMP_WAIT_POLICY"), "passive");
  EXPECT_THAT(command.cores, ElementsAre(0, 1));
}

std::string complaint_about(const Workload& workload, study::Resources resources = {}) {
  study::RunSpec run = test::fake_run({workload});
  run.resources = std::move(resources);
  try {
    check_prerequisites({run}, study::Catalogue({workload}), "/nowhere");
  } catch (const core::UserError& error) {
    return error.what();
  }
  return "";
}

TEST(CheckPrerequisites, IsContentWithWhatIsThere) {
  EXPECT_EQ(complaint_about(test::fake_workload("a"), {1, "passive", {0}}), "");
}

TEST(CheckPrerequisites, NamesTheDeviceWhoseCoresAreNotThere) {
  const Workload workload = test::fake_workload("a");
  study::RunSpec run = test::fake_run({workload});
  run.resources.cores = {1023};
  try {
    check_prerequisites({run}, study::Catalogue({workload}), "/nowhere",
                        {{"", {0}}, {"", {1022, 1023}}});
    FAIL() << "is content";
  } catch (const core::UserError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("$.devices[1].cores"), HasSubstr("core 1022"),
                                    HasSubstr("core 1023"), HasSubstr("may use here")));
    EXPECT_EQ(error.problems().size(), 2U);
  }
}

TEST(CheckPrerequisites, NamesWhatIsMissing) {
  Workload workload = test::fake_workload("a");
  workload.command = {"no-such-trainer"};
  EXPECT_THAT(complaint_about(workload), AllOf(HasSubstr("fake/a"), HasSubstr("no-such-trainer")));
  workload.command = {};
  EXPECT_THAT(complaint_about(workload), HasSubstr("no trainer"));
  workload = test::fake_workload("a");
  workload.data = "mnist";
  EXPECT_THAT(complaint_about(workload),
              AllOf(HasSubstr("/nowhere/mnist"), EndsWith("(or say --data)")));
  workload.data_source = "ask the photographer";
  EXPECT_THAT(complaint_about(workload), HasSubstr("(or say --data): ask the photographer"));
  EXPECT_THAT(complaint_about(test::fake_workload("a"), {1, "passive", {1023}}),
              HasSubstr("core 1023"));
}

TEST(SyntheticData, StandInForAFolderThatIsNotThereAndAreAnnounced) {
  Workload workload = test::fake_workload("a");
  workload.command = {"/bin/echo", "{data}"};
  workload.data = "pictures";
  workload.data_source = "ask the photographer";
  workload.makes_up_data = true;
  const study::RunSpec run = test::fake_run({workload});
  const study::Catalogue catalogue({workload});
  const test::TemporaryFolder folder;

  EXPECT_NO_THROW(check_prerequisites({run}, catalogue, folder.path()));
  EXPECT_EQ(trainer_command(run, run.participants[0], workload, folder.path()).arguments[1],
            "synthetic");
  EXPECT_THAT(synthetic_data_notes({run}, catalogue, folder.path()),
              ElementsAre(AllOf(HasSubstr("fake/a"), HasSubstr("synthetic"),
                                HasSubstr((folder.path() / "pictures").string()),
                                HasSubstr("(the real: ask the photographer)"))));

  std::filesystem::create_directory(folder.path() / "pictures");
  EXPECT_EQ(trainer_command(run, run.participants[0], workload, folder.path()).arguments[1],
            folder.path() / "pictures");
  EXPECT_THAT(synthetic_data_notes({run}, catalogue, folder.path()), IsEmpty());
}

}  // namespace
}  // namespace tandem::execute
