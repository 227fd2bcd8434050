#include "core/new_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
