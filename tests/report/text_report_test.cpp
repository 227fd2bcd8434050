#include "report/text_report.h"

#include <gmock/gmock.h>

#include <sstream>

#include "core/file.h"
#include "made_up_study.h"
#include "report/text_table.h"

namespace tandem::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

analyse::StudyAnalysis made_up(size_t pairs, int repetitions, double noise = 0.02,
                               core::Language language = core::Language::english) {
  const study::Catalogue catalogue = study::Catalogue::shipped();
  const study::Study study = test::made_up_study(pairs, repetitions);
  const study::Plan plan = study::make_plan(study, catalogue, "made-up");
  return analyse::analyse_study(study, plan, catalogue,
                                test::made_up_results(plan, catalogue, {.noise = noise}),
                                {{}, {}, language});
}

/// What follows the summary, which has tests of its own.
std::string figures_of(const analyse::StudyAnalysis& analysis) {
  const std::string text = text_report(analysis);
  return text.substr(text.find("\nTime for both"));
}

TEST(TextReport, DrawsWhatTheStoredPageShows) {
  const std::string golden = core::read_file(TANDEM_TEST_FOLDER "/golden/text_report.txt");
  EXPECT_EQ(figures_of(made_up(2, 1, 0)), golden);
}

TEST(TextReport, FitsEightyColumnsWithoutTrailingSpaces) {
  analyse::StudyAnalysis analysis = made_up(3, 2, 0.5);
  analysis.pairs[0].title = std::string(10240, 'n');
  analysis.pairs[1].summaries[0].interval_percent = {{-1234.56, -1123.45}};
  analysis.pairs[1].summaries[0].percent = -1198.7654;
  std::istringstream lines(text_report(analysis));
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(display_width(line), 80U) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
  }
}

TEST(TextReport, IsInChineseWithinEightyColumnsToo) {
  const std::string text = text_report(made_up(3, 3, 0.05, core::Language::chinese));
  EXPECT_THAT(text, AllOf(HasSubstr("研究发现"), HasSubstr("并发训练"), HasSubstr("帕累托前沿")));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(display_width(line), 80U) << line;
    EXPECT_FALSE(line.ends_with(' ')) << line;
  }
  // Three English words in a row would be a sentence: names of the field and of records are not.
  EXPECT_THAT(text, Not(testing::ContainsRegex("[a-z]{2,} [a-z]{2,} [a-z]{2,}")));
}

TEST(TextReport, ColoursBarsOnlyWhenAsked) {
  const analyse::StudyAnalysis analysis = made_up(1, 1);
  EXPECT_THAT(text_report(analysis, false), Not(HasSubstr("\x1b")));
  EXPECT_THAT(text_report(analysis, true), AllOf(HasSubstr("\x1b[34m█"), HasSubstr("\x1b[33m▒")));
}

TEST(TextReport, TellsTheFlagsBesideEachFigure) {
  const std::string text = figures_of(made_up(2, 1));
  EXPECT_THAT(text, AllOf(HasSubstr("synthetic data"), HasSubstr("95 % intervals")));
}

TEST(TextReport, ShowsControlCharactersOfNamesAsText) {
  analyse::StudyAnalysis analysis = made_up(1, 1);
  analysis.pairs[0].title = "\x1b[2J\xff\nnew line";
  EXPECT_THAT(text_report(analysis), AllOf(Not(HasSubstr("\x1b")), HasSubstr("\\x1b[2J")));
}

TEST(TextReport, OfAStudyWithoutResultsIsTheSummary) {
  const study::Catalogue catalogue = study::Catalogue::shipped();
  const study::Study study = test::made_up_study(1, 1);
  const study::Plan plan = study::make_plan(study, catalogue, "made-up");
  const std::string text = text_report(analyse::analyse_study(study, plan, catalogue, {}));
  EXPECT_THAT(text, AllOf(HasSubstr("no findings"), Not(HasSubstr("Time for both"))));
}

}  // namespace
}  // namespace tandem::report
