#include "report/paper_text.h"

#include <gmock/gmock.h>

#include "report/text_table.h"

namespace tandem::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(PaperText, QuotesForGnuplotWhatWouldEndAString) {
  EXPECT_EQ(gnuplot_string("it's `id`"), "'it''s `id`'");
  EXPECT_EQ(gnuplot_string("a\nb"), "'a\\x0ab'");
  EXPECT_EQ(gnuplot_tic("5 %s"), "'5 %%s'");
}

TEST(PaperText, WritesAnyByteOfAPathForGnuplotAsItsNumber) {
  EXPECT_EQ(gnuplot_bytes("/a'\n\xff"), R"("\057\141\047\012\377")");
}

TEST(PaperText, EscapesWhatLatexTakesForACommand) {
  EXPECT_EQ(escape_latex("50 % of a_b & $c$"), "50 \\% of a\\_b \\& \\$c\\$");
  EXPECT_EQ(escape_latex("\\input{x}"), "\\textbackslash{}input\\{x\\}");
  EXPECT_EQ(escape_latex("−3 ± 1 [2]"), "$-$3 $\\pm$ 1 {[}2{]}");
}

TEST(PaperText, EscapesWhatMarkdownTakesForMarkup) {
  EXPECT_EQ(escape_markdown("a|b *c* <d>"), "a\\|b \\*c\\* \\<d\\>");
  EXPECT_EQ(escape_markdown("http://x.org"), "http\\://x.org");
}

TEST(PaperText, ShowsControlCharactersAndBrokenUtf8AsText) {
  for (const auto& escape : {escape_latex, escape_markdown, gnuplot_string}) {
    EXPECT_THAT(escape("\x1b[2J\xff"),
                AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\xff")), HasSubstr("x1b")));
  }
}

TEST(PaperText, ShortensLongNamesByTheirWidth) {
  EXPECT_EQ(paper_label("mnist", 8), "mnist");
  EXPECT_EQ(paper_label(std::string(10240, 'n'), 8), "nnnnnnn…");
  EXPECT_LE(display_width(paper_label("模型模型模型", 8)), 8U);
}

}  // namespace
}  // namespace tandem::report
