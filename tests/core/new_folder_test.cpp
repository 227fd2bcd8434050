#include "core/new_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>

#include "core/error.h"
#include "core/file.h"
#include "temporary_folder.h"

namespace tandem::core {
namespace {

using ::testing::HasSubstr;

TEST(NewFolder, AppearsWithEverythingInItOrNotAtAll) {
  const test::TemporaryFolder folder;
  {
    NewFolder made(folder / "study/");
    made.write("runs/1/result.json", "{}");
    EXPECT_FALSE(std::filesystem::exists(folder / "study"));
    made.keep();
  }
  EXPECT_EQ(read_file(folder / "study/runs/1/result.json"), "{}");
  {
    const NewFolder given_up(folder / "other");
    given_up.write("file", "x");
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(NewFolder, HasThePermissionsThatThePersonGivesNewFolders) {
  const test::TemporaryFolder folder;
  const mode_t before = ::umask(027);
  NewFolder made(folder / "study");
  made.keep();
  ::umask(before);
  EXPECT_EQ(std::filesystem::status(folder / "study").permissions(), std::filesystem::perms(0750));
}

TEST(NewFolder, ReplacesNothingEitherWhereTheFileSystemCantRefuse) {
  const test::TemporaryFolder folder;
  folder.write("made/file", "new");
  folder.write("taken/file", "kept");
  EXPECT_THROW(rename_onto_empty(folder / "made", folder / "taken"), UserError);
  EXPECT_EQ(read_file(folder / "taken/file"), "kept");
  rename_onto_empty(folder / "made", folder / "free");
  EXPECT_EQ(read_file(folder / "free/file"), "new");
  EXPECT_FALSE(std::filesystem::exists(folder / "made"));
  EXPECT_THROW(rename_onto_empty(folder / "made", folder / "other"), SystemError);
  EXPECT_FALSE(std::filesystem::exists(folder / "other"));
}

TEST(NewFolder, ReplacesNothing) {
  const test::TemporaryFolder folder;
  const auto refusal = [&](const std::function<void()>& action) -> std::string {
    try {
      action();
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  };
  folder.write("file", "kept");
  EXPECT_THAT(refusal([&] { NewFolder(folder / "file"); }),
              HasSubstr("file\" is there already: nothing is overwritten"));
  // A link that leads nowhere is something too.
  std::filesystem::create_symlink("nowhere", folder / "link");
  EXPECT_THAT(refusal([&] { NewFolder(folder / "link"); }), HasSubstr("is there already"));
  NewFolder late(folder / "late");
  std::filesystem::create_directory(folder / "late");
  EXPECT_THAT(refusal([&] { late.keep(); }), HasSubstr("late\" is there already"));
  EXPECT_TRUE(std::filesystem::is_empty(folder / "late"));
  EXPECT_EQ(read_file(folder / "file"), "kept");
}

}  // namespace
}  // namespace tandem::core
