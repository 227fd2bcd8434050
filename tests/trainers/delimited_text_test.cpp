#include "data/delimited_text.h"

#include "expect_error.h"
#include "mnist_files.h"

namespace tandem::trainers::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;

class DelimitedTextFile : public testing::Test {
 protected:
  /// The fields a and b of each row.
  Rows read(const std::string& text, char delimiter = ',') {
    write_file(file_, text);
    DelimitedText table(file_, delimiter, "a table");
    Rows rows;
    while (table.next()) {
      rows.push_back({table.field(table.column("a")), table.field(table.column("b"))});
    }
    return rows;
  }

  void expect_rejected(const std::string& text, std::vector<std::string> message) {
    message.push_back(file_.string());
    expect_error(ExitCode::bad_data, message, [&] { read(text); });
  }

  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "table.csv";
};

TEST_F(DelimitedTextFile, GivesFieldsByTheNamesOfTheFirstRow) {
  EXPECT_EQ(read("b,x,a\n1,2,3\n4,5,6\n"), (Rows{{"3", "1"}, {"6", "4"}}));
}

TEST_F(DelimitedTextFile, MayHaveTabsWindowsLineEndsAndNoEndOfItsLastLine) {
  EXPECT_EQ(read("a\tb\r\n1,1\t2\r\n3\t", '\t'), (Rows{{"1,1", "2"}, {"3", ""}}));
}

TEST_F(DelimitedTextFile, MayHaveAnythingBetweenQuotationMarks) {
  EXPECT_EQ(read("a,b\n\"x, \"\"y\"\"\nz\",\"\"\n"), (Rows{{"x, \"y\"\nz", ""}}));
}

TEST_F(DelimitedTextFile, MayHaveQuotationMarksWithinAField) {
  EXPECT_EQ(read("a,b\n5\" disk,x\n"), (Rows{{"5\" disk", "x"}}));
}

TEST_F(DelimitedTextFile, MayHaveEmptyLines) {
  EXPECT_EQ(read("a,b\n\n1,2\n\n"), (Rows{{"1", "2"}}));
}

TEST_F(DelimitedTextFile, IsRejectedWithTheLineOfTheRowThatIsWrong) {
  expect_rejected("a,b\n\"1\n1\",2\n3\n", {"line 4: found 1 fields, expected 2"});
  expect_rejected("a,b\n1,2,3\n", {"line 2: found 3 fields, expected 2"});
  expect_rejected("a,b\n1,2\n3,\"4\n5\n", {"line 3: found the end of the file within quotation"});
  expect_rejected(std::string("a,b\n1,\0\n", 8), {"line 2: found a zero byte"});
}

TEST_F(DelimitedTextFile, IsRejectedWithoutItsColumns) {
  expect_rejected("a,c\n1,2\n", {"line 1: found no column 'b' among 'a', 'c'"});
}

TEST_F(DelimitedTextFile, IsRejectedWhenItIsMissingEmptyOrAFolder) {
  expect_rejected("", {"found an empty file, expected a table"});
  std::filesystem::remove(file_);
  expect_error(ExitCode::bad_data, {file_.string(), "No such file", "expected a table"},
               [&] { DelimitedText(file_, ',', "a table"); });
  expect_error(ExitCode::bad_data, {folder_.path().string(), "found a folder, expected a table"},
               [&] { DelimitedText(folder_.path(), ',', "a table"); });
}

TEST_F(DelimitedTextFile, ReadsNumbersWithinBounds) {
  write_file(file_, "a\n-1.5e2\n");
  DelimitedText table(file_, ',', "a table");
  ASSERT_TRUE(table.next());
  EXPECT_EQ(table.number(0, -200, 0), -150);
  for (const char* text : {"x", "", "1x", "nan", "inf", "2", "-0.5"}) {
    write_file(file_, std::string("a,b\n") + text + ",\n");
    DelimitedText wrong(file_, ',', "a table");
    ASSERT_TRUE(wrong.next());
    expect_error(ExitCode::bad_data,
                 {"line 2: column 'a': found '" + std::string(text) +
                  "', expected a number from 0 "
                  "to 1"},
                 [&] { wrong.number(0, 0, 1); });
  }
}

}  // namespace
}  // namespace tandem::trainers::test
