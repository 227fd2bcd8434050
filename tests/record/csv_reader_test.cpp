#include "record/csv_reader.h"

#include <gmock/gmock.h>

#include <sstream>

#include "core/error.h"

namespace tandem::record {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Row = std::vector<std::string>;

std::vector<Row> rows_of(const std::string& text, char separator = ',') {
  std::istringstream in(text);
  CsvReader reader(in, "runs.csv", separator);
  std::vector<Row> rows;
  std::vector<std::string_view> fields;
  while (reader.next(fields)) rows.emplace_back(fields.begin(), fields.end());
  return rows;
}

std::string message_of(const std::string& text) {
  try {
    rows_of(text);
  } catch (const core::UserError& error) {
    const core::Problem& problem = error.problems().at(0);
    return problem.place + ": " + problem.found + "; expected " + problem.expected;
  }
  return "no error";
}

TEST(CsvReader, ReadsRowsThatEndInLfInCrlfAndInNothing) {
  EXPECT_THAT(rows_of("a,b\n1,2\n"), ElementsAre(Row{"a", "b"}, Row{"1", "2"}));
  EXPECT_THAT(rows_of("a,b\r\n1,2\r\n"), ElementsAre(Row{"a", "b"}, Row{"1", "2"}));
  EXPECT_THAT(rows_of("a,b\r\n1,2"), ElementsAre(Row{"a", "b"}, Row{"1", "2"}));
  EXPECT_THAT(rows_of("a,b\r\n1,\"2\"\r\n"), ElementsAre(Row{"a", "b"}, Row{"1", "2"}));
  EXPECT_THAT(rows_of("a,b\r\n1,2\r"), ElementsAre(Row{"a", "b"}, Row{"1", "2"}));
  EXPECT_THAT(rows_of(""), ElementsAre());
}

TEST(CsvReader, KeepsEmptyFieldsAndPassesOverEmptyLines) {
  EXPECT_THAT(rows_of("\n,\n\r\n,,x\n\n"), ElementsAre(Row{"", ""}, Row{"", "", "x"}));
  EXPECT_THAT(rows_of("\"\"\n"), ElementsAre(Row{""}));
  EXPECT_THAT(rows_of("a\n,"), ElementsAre(Row{"a"}, Row{"", ""}));
}

TEST(CsvReader, TakesSeparatorsLineBreaksAndDoubledQuotesWithinQuotes) {
  EXPECT_THAT(rows_of("\"a,b\",\"c\r\nd\",\"say \"\"hi\"\"\",\"\"\"\"\n1,2,3,4\n"),
              ElementsAre(Row{"a,b", "c\r\nd", "say \"hi\"", "\""}, Row{"1", "2", "3", "4"}));
  EXPECT_THAT(rows_of("5\" disk,x\n"), ElementsAre(Row{"5\" disk", "x"}));
}

TEST(CsvReader, TakesSemicolonsAndTabsAsDeclared) {
  EXPECT_THAT(rows_of("a;b,c\n", ';'), ElementsAre(Row{"a", "b,c"}));
  EXPECT_THAT(rows_of("a\tb\n", '\t'), ElementsAre(Row{"a", "b"}));
}

TEST(CsvReader, SkipsAByteOrderMarkBeforeTheFirstRowOnly) {
  EXPECT_THAT(rows_of("\xEF\xBB\xBF"
                      "a,b\n\xEF\xBB\xBF"
                      "1,2\n"),
              ElementsAre(Row{"a", "b"}, Row{"\xEF\xBB\xBF"
                                             "1",
                                             "2"}));
  EXPECT_THAT(rows_of("\xEF\xBB\xBF"
                      "\"a\",b\n"),
              ElementsAre(Row{"a", "b"}));
}

TEST(CsvReader, CountsRowsAsASpreadsheetDoes) {
  std::istringstream in("a\n\n\"x\ny\"\nz\n");
  CsvReader reader(in, "runs.csv");
  std::vector<std::string_view> fields;
  std::vector<size_t> rows;
  while (reader.next(fields)) rows.push_back(reader.row());
  EXPECT_THAT(rows, ElementsAre(1, 3, 4));
}

TEST(CsvReader, ReadsTablesThatAreLongerThanItsBuffer) {
  std::string text;
  for (int i = 0; i < 60000; ++i)
    text += std::to_string(i) + ",\"quoted, " + std::to_string(i) + "\"\r\n";
  const std::vector<Row> rows = rows_of(text);
  ASSERT_EQ(rows.size(), 60000u);
  for (size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i][0], std::to_string(i));
    ASSERT_EQ(rows[i][1], "quoted, " + std::to_string(i));
  }
}

TEST(CsvReader, NamesTheRowOfWhatIsNoCsv) {
  EXPECT_EQ(message_of("a,b\n\"1,2\n3,4\n"),
            "row 2: a quote that is never closed; expected a closing quote");
  EXPECT_THAT(message_of("a\n\"1\"2\n"), HasSubstr("row 2: \"2\" behind a closing quote"));
  EXPECT_THAT(message_of(std::string("a\0b\n", 4)), HasSubstr("row 1: a byte 0"));
  EXPECT_THAT(message_of("a\n\"" + std::string(3'000'000, 'x')),
              HasSubstr("row 2: a row of more than 1 MiB"));
}

}  // namespace
}  // namespace tandem::record
