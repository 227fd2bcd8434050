#include "report/text_table.h"

#include <gmock/gmock.h>

#include <sstream>

namespace tandem::report {
namespace {

using testing::Each;
using testing::Le;

std::vector<size_t> line_widths(const std::string& text) {
  std::vector<size_t> widths;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widths.push_back(display_width(line));
  return widths;
}

TEST(Wrap, BreaksChineseBetweenCharactersButNotBeforeAClosingMark) {
  EXPECT_EQ(wrap("并发训练改变敏感性。", 8),
            (std::vector<std::string>{"并发训练", "改变敏感", "性。"}));
  EXPECT_EQ(wrap("敏感性改变。", 10), (std::vector<std::string>{"敏感性改", "变。"}));
  EXPECT_EQ(wrap("与 mnist 并发", 10), (std::vector<std::string>{"与 mnist", "并发"}));
}

TEST(TextTable, AlignsColumnsAndDrawsARule) {
  TextTable table({"pair", "runs"}, {Align::left, Align::right});
  table.add_row({"mnist + densenet121", "11"});
  table.add_row({"a", "5"});
  EXPECT_EQ(table.render(),
            "pair                 runs\n"
            "───────────────────  ────\n"
            "mnist + densenet121    11\n"
            "a                       5\n");
}

TEST(TextTable, CutsLongCellsWithAnEllipsisButNeverNumbers) {
  TextTable table({"name", "joules"}, {Align::left, Align::right});
  table.add_row({std::string(200, 'x'), "123456789.5"});
  const std::string text = table.render(40);
  EXPECT_THAT(line_widths(text), Each(Le(40)));
  EXPECT_THAT(text, testing::HasSubstr("x…  123456789.5\n"));
}

TEST(TextTable, WrapsTheLastColumnAtSpaces) {
  TextTable table({"run", "reason"});
  table.add_row({"r1", "the loss became infinite in epoch 3 of 10"});
  EXPECT_EQ(table.render(28),
            "run  reason\n"
            "───  ───────────────────────\n"
            "r1   the loss became\n"
            "     infinite in epoch 3 of\n"
            "     10\n");
}

TEST(TextTable, CountsWideAndCombiningCharactersAsATerminalDoes) {
  EXPECT_EQ(display_width("µs ±5 %"), 7u);
  EXPECT_EQ(display_width("并发训练"), 8u);
  EXPECT_EQ(display_width("e\u0301"), 1u);
  EXPECT_EQ(display_width("\u202Eabc"), 3u);
}

TEST(TextTable, KeepsTenKilobyteAndBrokenNamesWithinTheWidth) {
  TextTable table({"name", "reason"});
  table.add_row({std::string(10240, 'n'), std::string(10240, 'r')});
  table.add_row({"\xFF\xC3", "line one\nline two \x1b[31mred"});
  const std::string text = table.render(80);
  EXPECT_THAT(line_widths(text), Each(Le(80)));
  EXPECT_THAT(text, testing::HasSubstr("line one\\x0aline two \\x1b[31mred"));
}

TEST(TextTable, ShowsNothingInAHeaderThatATerminalWouldObey) {
  TextTable table({"loss\x1b[2J"});
  table.add_row({"0.5"});
  EXPECT_THAT(table.render(), ::testing::HasSubstr("loss\\x1b[2J"));
}

TEST(TextTable, RejectsARowWithTooManyCells) {
  TextTable table({"only"});
  EXPECT_THROW(table.add_row({"a", "b"}), std::invalid_argument);
}

TEST(TextTable, ARowWithoutAllCellsIsFilledWithEmptyOnes) {
  TextTable table({"a", "b"});
  table.add_row({"x"});
  EXPECT_EQ(table.render(), "a  b\n─  ─\nx\n");
}

TEST(TextTable, BreaksChineseNeitherInsideQuotesMarksNorBeforeACombiningCharacter) {
  EXPECT_THAT(wrap("他说“好”吗", 5), testing::ElementsAre("他说", "“好”", "吗"));
  EXPECT_THAT(wrap("甲乙丙丁”戊", 8), testing::ElementsAre("甲乙丙", "丁”戊"));
  EXPECT_THAT(wrap("甲\u0301，乙", 2), testing::ElementsAre("甲\u0301", "，", "乙"));
}

TEST(TextTable, WrapMakesProgressEvenInAColumnNarrowerThanACharacter) {
  EXPECT_THAT(wrap("并发", 1), testing::ElementsAre("并", "发"));
}

}  // namespace
}  // namespace tandem::report
