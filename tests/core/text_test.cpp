#include "core/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/clock.h"
#include "core/error.h"

namespace tandem::core {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NearestNames, FindsSlipsOfTheKeyboardAndNothingFarOff) {
  const std::vector<std::string> names = {"examples/mnist", "examples/mnist_rnn", "VulBERTa/cnn"};
  EXPECT_EQ(nearest_names("exmaples/mnist", names)[0], "examples/mnist");
  EXPECT_THAT(nearest_names("vulberta/CNN", names), ElementsAre("VulBERTa/cnn"));
  EXPECT_THAT(nearest_names("something else entirely", names), IsEmpty());
}

TEST(Printable, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("a\x1b[31mred\n"), "a\\x1b[31mred\\x0a");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\x9b31m");
  EXPECT_EQ(printable("größe 模型 🙂"), "größe 模型 🙂");
  EXPECT_EQ(printable("a\u202Eb\u2066"), "a\\u202eb\\u2066");
}

TEST(Printable, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(printable("a\xff"
                      "b\xe2\x82"),
            "a\\xffb\\xe2\\x82");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf") << "an overlong form";
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "a surrogate";
}

TEST(Printable, CutsLongTextBetweenCharacters) {
  EXPECT_EQ(printable("ääää", 3), "ää…");
  EXPECT_EQ(printable("ää", 4), "ää");
}

TEST(PrintableLines, KeepsTheEndsOfLinesAndCutsNothing) {
  EXPECT_EQ(printable_lines("a\x1b[2J\n\tb\n"), "a\\x1b[2J\n\\x09b\n");
  EXPECT_EQ(printable_lines(std::string(5000, 'x')), std::string(5000, 'x'));
}

TEST(UserError, TellsWhatATerminalCanShow) {
  const std::string told =
      UserError("\x1b[2Jstudy.json", {{"$.\x1b", "\x1b]0;x\a", "a\n    expected: b"}}).what();
  EXPECT_EQ(told.find('\x1b'), told.npos) << told;
  EXPECT_EQ(told.find('\a'), told.npos) << told;
  EXPECT_NE(told.find("a\\x0a    expected: b"), told.npos) << "no line that tandem didn't write";
}

TEST(FormatDuration, UsesTheUnitAPersonWould) {
  EXPECT_EQ(format_duration(4.25), "4.2 s");
  EXPECT_EQ(format_duration(47), "47 s");
  EXPECT_EQ(format_duration(59.7), "1 min 00 s");
  EXPECT_EQ(format_duration(320), "5 min 20 s");
  EXPECT_EQ(format_duration(3599.6), "1.0 h");
  EXPECT_EQ(format_duration(38.8 * 3600), "38.8 h");
  EXPECT_EQ(format_duration(std::numeric_limits<double>::infinity()), "unknown");
}

TEST(FormatEnergy, UsesTheUnitAPersonWould) {
  EXPECT_EQ(format_energy(12.34), "12.3 J");
  EXPECT_EQ(format_energy(4560), "4.56 kJ");
  EXPECT_EQ(format_energy(-1.2e6), "-1.2 MJ");
}

TEST(FormatNumber, WritesTheShortestDecimalThatReadsBack) {
  EXPECT_EQ(format_number(0.1), "0.1");
  EXPECT_EQ(format_number(50), "50");
  EXPECT_EQ(format_number(3e-5), "3e-05");
}

TEST(ListOfChoices, ReadsLikeASentence) {
  EXPECT_EQ(list_of_choices(std::vector<std::string>{"a", "b", "c"}), "a, b or c");
  EXPECT_EQ(list_of_choices(std::vector<std::string>{"a"}), "a");
}

TEST(WallClockLabel, IsUtcWithMilliseconds) {
  EXPECT_THAT(wall_clock_label(),
              ::testing::MatchesRegex("20[0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+\\.[0-9]+Z"));
}

}  // namespace
}  // namespace tandem::core
