#include "data/text_file.h"

#include "expect_error.h"
#include "mnist_files.h"

namespace tandem::trainers::test {
namespace {

TEST(TextFile, IsReadWhole) {
  const TemporaryFolder folder;
  write_file(folder.path() / "x", std::string("a\0b", 3));
  EXPECT_EQ(read_text_file(folder.path() / "x", 3), std::string("a\0b", 3));
}

TEST(TextFile, ThatIsMissingOrTooLargeIsRejected) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "x";
  expect_error(ExitCode::bad_data, {file.string(), "cannot be read", "No such file"},
               [&] { read_text_file(file, 10); });
  // A file of a terabyte that takes no room.
  write_file(file, "");
  std::filesystem::resize_file(file, std::uintmax_t{1} << 40);
  expect_error(ExitCode::bad_data,
               {file.string(), "found 1099511627776 bytes, expected at most 10"},
               [&] { read_text_file(file, 10); });
}

}  // namespace
}  // namespace tandem::trainers::test
