#include "core/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/error.h"
#include "temporary_folder.h"

namespace tandem::core {
namespace {

using ::testing::HasSubstr;

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const SystemError& error) {
    return error.what();
  }
  return "";
}

TEST(WriteFileAtomically, ReplacesAFileAndLeavesNothingElse) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "result.json", "old");
  write_file_atomically(folder / "result.json", "new");
  EXPECT_EQ(read_file(folder / "result.json"), "new");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(WriteFileAtomically, NamesTheFileThatCanNotBeWrittenAndKeepsTheOldOne) {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder / "missing" / "result.json";
  EXPECT_THAT(message_of([&] { write_file_atomically(file, "x"); }),
              ::testing::AllOf(HasSubstr(file.string()), HasSubstr("No such file")));
}

TEST(WriteNewFileAtomically, LeavesAFileThatIsThere) {
  const test::TemporaryFolder folder;
  EXPECT_TRUE(write_new_file_atomically(folder / "a", "first"));
  EXPECT_FALSE(write_new_file_atomically(folder / "a", "second"));
  EXPECT_EQ(read_file(folder / "a"), "first");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1)
      << "no temporary file is left";
}

TEST(ReadFile, SaysThatAFolderIsNoFile) {
  const test::TemporaryFolder folder;
  EXPECT_THAT(message_of([&] { read_file(folder.path()); }), HasSubstr("is a folder"));
}

TEST(ReadFile, NamesAFileWhoseReadingFails) {
  // A process's memory at address 0 opens like a file, and reading it is an I/O error.
  EXPECT_THAT(message_of([] { read_file("/proc/self/mem"); }),
              ::testing::AllOf(HasSubstr("/proc/self/mem"), HasSubstr("Input/output error")));
}

TEST(ReadFile, KeepsBytesAsTheyAre) {
  const test::TemporaryFolder folder;
  const std::string bytes("a\0\r\n\xff", 5);
  folder.write("bytes", bytes);
  EXPECT_EQ(read_file(folder / "bytes"), bytes);
}

TEST(MakeFolders, SaysWhenAFileIsInTheWay) {
  const test::TemporaryFolder folder;
  folder.write("file", "");
  EXPECT_THAT(message_of([&] { make_folders(folder / "file" / "below"); }),
              HasSubstr("can't make the folder"));
}

TEST(ShippedFile, IsFoundInTheSourceTreeAndListsThePlacesOtherwise) {
  EXPECT_TRUE(std::filesystem::is_directory(shipped_file("workloads")));
  EXPECT_THAT(message_of([] { shipped_file("no-such-thing"); }),
              ::testing::AllOf(HasSubstr("no-such-thing"), HasSubstr("TANDEM_HOME")));
}

}  // namespace
}  // namespace tandem::core
