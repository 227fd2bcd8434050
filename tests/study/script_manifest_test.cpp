#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "core/json.h"
#include "study/workload.h"
#include "temporary_folder.h"

namespace tandem::study {
namespace {

namespace fs = std::filesystem;
using core::Json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A script that is read by its log, with every member that a manifest may have.
Json whole_manifest() {
  return core::read_json(fs::path(TANDEM_TEST_FOLDER) / "manifests/whole.json");
}

std::string message_of(const Json& manifest) {
  try {
    parse_workload(manifest, "/home/me/script.json");
  } catch (const core::UserError& error) {
    return error.what();
  }
  return "";
}

TEST(ScriptManifest, SaysHowAProgramIsCalledAndListenedTo) {
  const Workload workload = parse_workload(whole_manifest(), "/home/me/script.json");
  EXPECT_EQ(workload.working_folder, "/home/me/scripts");
  EXPECT_EQ(workload.environment.at("RUN_SEED"), "{seed}");
  EXPECT_EQ(workload.environment.at("EMPTY"), "");
  EXPECT_EQ(workload.config_file->name, "settings.json");
  EXPECT_THAT(workload.devices, ElementsAre("cpu"));
  EXPECT_EQ(workload.hyperparameters[1].config_key, "optimizer.lr");
  EXPECT_EQ(workload.hyperparameters[1].distribution, "log_uniform");
  EXPECT_EQ(workload.hyperparameters[1].zero_probability, 0.1);
  EXPECT_EQ(workload.hyperparameters[2].variable, "BATCH_SIZE");
  EXPECT_FALSE(workload.further_metrics.at(0).higher_is_better);
  EXPECT_EQ(workload.log->started->text(), "^Begin");
  EXPECT_EQ(workload.log->epoch.size(), 2U);
  EXPECT_EQ(workload.log->first_epoch, 0);
  EXPECT_THAT(workload.log->success.exit_codes, ElementsAre(0, 1));
  EXPECT_EQ(workload.log->success.must_not_appear->text(), "Traceback");
}

TEST(ScriptManifest, IsKeptWithItsWorkingFolderAbsolute) {
  const test::TemporaryFolder folder;
  const auto file = folder.write("script.json", whole_manifest().dump());
  const Workload workload = read_workload(file);
  const auto kept = folder.write("study/workloads/fake_script.json", text_to_keep(workload));
  EXPECT_EQ(read_workload(kept).working_folder, workload.working_folder);
  EXPECT_EQ(workload.working_folder, folder / "scripts");
}

TEST(ScriptManifest, SeesTheWorkingFolderFromWhereTheManifestReallyLies) {
  const test::TemporaryFolder folder;
  folder.write("far/away/script.json", whole_manifest().dump());
  std::filesystem::create_directory_symlink(folder / "far/away", folder / "near");
  Json manifest = whole_manifest();
  manifest["working_folder"] = "../scripts";
  EXPECT_EQ(parse_workload(manifest, folder / "near/script.json").working_folder,
            std::filesystem::canonical(folder.path()) / "far/scripts");
}

TEST(ScriptManifest, RefusesAPatternThatIsHugeWhenCompiled) {
  Json manifest = whole_manifest();
  manifest["log"]["started"] = "(\\pL\\pN\\pS){40}";
  EXPECT_THAT(message_of(manifest), AllOf(HasSubstr("$.log.started"), HasSubstr("the most are")));
}

TEST(ScriptManifest, RefusesAWorkingFolderThatAStudyCouldNotKeep) {
  try {
    parse_workload(whole_manifest(), "/home/m\xff/script.json");
    FAIL() << "is content";
  } catch (const core::UserError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("$.working_folder"),
                                    HasSubstr("/home/m\\xff/scripts"), HasSubstr("UTF-8")));
  }
}

TEST(ScriptManifest, RefusesPatternsThatCouldTakeExponentialTimeAndSaysSo) {
  const auto with_pattern = [](const std::string& pattern) {
    Json manifest = whole_manifest();
    manifest["log"]["started"] = pattern;
    return message_of(manifest);
  };
  for (const char* refused : {"(a+)\\1", "(?=loss)x", "(?!x)", "(?<=a)b", "(?<loss>x)"}) {
    EXPECT_THAT(with_pattern(refused), AllOf(HasSubstr("$.log.started"),
                                             HasSubstr("neither lookaround nor backreferences"),
                                             HasSubstr("exponential time")))
        << refused;
  }
  EXPECT_THAT(with_pattern("(x"), HasSubstr("RE2's syntax: missing )"));
  EXPECT_THAT(with_pattern("x{5000}"), HasSubstr("no more than 1000 repetitions"));
  EXPECT_THAT(with_pattern("((x{100}){100}){100}"), HasSubstr("no more than 1000 repetitions"));
  EXPECT_THAT(with_pattern(std::string(5000, 'x')), HasSubstr("at most 4096 bytes"));
  EXPECT_EQ(with_pattern("(a*)*b"), "") << "RE2 takes linear time for it";
}

TEST(ScriptManifest, WithAMistakeNamesThePlaceAndWhatWasExpected) {
  for (const Json& mistake :
       core::read_json(fs::path(TANDEM_TEST_FOLDER) / "manifests/mistakes.json")) {
    SCOPED_TRACE(mistake.dump());
    const bool puts = mistake.contains("put");
    const Json::json_pointer where(mistake.at(puts ? "put" : "remove").get<std::string>());
    Json manifest = whole_manifest();
    if (puts) {
      manifest[where] = mistake.at("value");
    } else {
      manifest.at(where.parent_pointer()).erase(where.back());
    }
    EXPECT_THAT(message_of(manifest), AllOf(HasSubstr(mistake.at("place").get<std::string>()),
                                            HasSubstr(mistake.at("says").get<std::string>())));
  }
}

}  // namespace
}  // namespace tandem::study
