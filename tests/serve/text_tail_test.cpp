#include "serve/text_tail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "temporary_folder.h"

namespace tandem::serve {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr size_t plenty = 1 << 20;

class TextTailTest : public ::testing::Test {
 protected:
  void append(const std::string& text) {
    std::ofstream(folder_ / "file", std::ios::app | std::ios::binary) << text;
  }
  test::TemporaryFolder folder_;
  TextTail tail_{folder_ / "file"};
};

TEST_F(TextTailTest, GivesEachLineOnceWhenItIsWhole) {
  EXPECT_THAT(tail_.next_lines(plenty), IsEmpty());
  EXPECT_FALSE(tail_.is_there());
  append("one\ntw");
  EXPECT_THAT(tail_.next_lines(plenty), ElementsAre("one"));
  EXPECT_TRUE(tail_.is_there());
  EXPECT_THAT(tail_.next_lines(plenty), IsEmpty());
  append("o\n\nthree\n");
  EXPECT_THAT(tail_.next_lines(plenty), ElementsAre("two", "", "three"));
}

TEST_F(TextTailTest, ReadsNoMoreAtATimeThanItMay) {
  append("12345\n12345\n");
  EXPECT_THAT(tail_.next_lines(8), ElementsAre("12345"));
  EXPECT_THAT(tail_.next_lines(8), ElementsAre("12345"));
}

TEST_F(TextTailTest, KeepsTheBeginOfALineWithoutEndAndDropsTheRest) {
  append(std::string(3 * TextTail::longest_line_bytes, 'x'));
  EXPECT_THAT(tail_.next_lines(plenty), IsEmpty());
  append("x\nnext\n");
  const std::vector<std::string> lines = tail_.next_lines(plenty);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].size(), TextTail::longest_line_bytes);
  EXPECT_EQ(lines[1], "next");
}

TEST_F(TextTailTest, SkipsToTheEndOfALongFileAndTheLineThatIsCut) {
  append("a first line\na second line\nlast\n");
  EXPECT_FALSE(tail_.skip_to_last(100));
  EXPECT_TRUE(tail_.skip_to_last(8));
  EXPECT_THAT(tail_.next_lines(plenty), ElementsAre("last"));
}

TEST_F(TextTailTest, IsNotHeldUpByWhatIsNoFile) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  TextTail tail(folder_ / "pipe");
  EXPECT_THAT(tail.next_lines(plenty), IsEmpty());
  TextTail of_folder(folder_.path());
  EXPECT_THAT(of_folder.next_lines(plenty), IsEmpty());
}

}  // namespace
}  // namespace tandem::serve
