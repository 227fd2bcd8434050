#include "data/source_files.h"

#include <gmock/gmock.h>

#include "expect_error.h"
#include "mnist_files.h"

namespace tandem::trainers::test {
namespace {

using testing::ElementsAre;

TEST(Csv, HasPlainAndQuotedFields) {
  EXPECT_THAT(parse_csv("id,code\r\n1,\"a, \"\"b\"\"\nc\"\n\n2,\n", "f"),
              ElementsAre(ElementsAre("id", "code"), ElementsAre("1", "a, \"b\"\nc"),
                          ElementsAre("2", "")));
}

TEST(Csv, NeedsNoNewlineAtItsEnd) {
  EXPECT_THAT(parse_csv("a,b", "f"), ElementsAre(ElementsAre("a", "b")));
  EXPECT_THAT(parse_csv("", "f"), ElementsAre());
}

TEST(Csv, WithAnOpenQuoteIsRejectedWithItsLine) {
  expect_error(ExitCode::bad_data, {"f, line 2", "without its end"},
               [] { parse_csv("a\n\"b\nc\n", "f"); });
}

TEST(Csv, WithTextBehindAQuoteIsRejectedWithItsLine) {
  expect_error(ExitCode::bad_data, {"f, line 3", "text behind a closing quote"},
               [] { parse_csv("\"a\nb\"\n\"c\"d\n", "f"); });
}

TEST(Csv, TellsWhichColumnIsMissing) {
  EXPECT_EQ(csv_column({"id", "code"}, "code", "f"), 1U);
  expect_error(ExitCode::bad_data, {"f", "found the columns id, code", "expected one called label"},
               [] {
                 csv_column({"id", "code"}, "label", "f");
               });
}

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
