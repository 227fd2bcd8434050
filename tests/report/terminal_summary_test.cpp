#include "report/terminal_summary.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <sstream>

#include "made_up_study.h"
#include "report/text_table.h"

namespace tandem::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct Case {
  study::Catalogue catalogue = study::Catalogue::shipped();
  study::Study study;
  study::Plan plan;
  std::vector<record::RunResult> results;

  Case(size_t pairs, int repetitions, bool metered = false)
      : study(test::made_up_study(pairs, repetitions)),
        plan(study::make_plan(study, catalogue, "made-up")),
        results(test::made_up_results(plan, catalogue, {.noise = 0.02, .metered = metered})) {}

  std::string summary(core::Language language = core::Language::english) const {
    return terminal_summary(
        analyse::analyse_study(study, plan, catalogue, results, {{}, {}, language}));
  }
};

void expect_fits(const std::string& text, size_t width) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(display_width(line), width) << line;
  }
}

TEST(TerminalSummary, FitsEightyColumns) {
  Case twelve(12, 2);
  test::make_fail(twelve.results[5], "non_finite_loss", std::string(500, 'x'));
  expect_fits(twelve.summary(), 80);
}

TEST(TerminalSummary, TellsDataQualityBeforeAnyFigure) {
  const std::string text = Case(3, 1).summary();
  EXPECT_LT(text.find("Energy is estimated"), text.find("makespan_overhead"));
  EXPECT_THAT(text, AllOf(HasSubstr("Synthetic data"), HasSubstr("energy_saving (est.)"),
                          HasSubstr("One repetition")));
}

TEST(TerminalSummary, AnEstimateTellsWhyAndHowToEnableTheMeter) {
  const std::string text = Case(2, 1).summary();
  const std::string why = "Why energy is estimated";
  EXPECT_THAT(text, AllOf(HasSubstr(why), HasSubstr("sudo chmod a+r")));
  EXPECT_EQ(text.find(why), text.rfind(why));
  EXPECT_THAT(Case(2, 1, true).summary(), Not(HasSubstr(why)));
}

TEST(TerminalSummary, OfAGpusEnergySpeaksOfItsSensorsAndOfCautions) {
  Case metered(2, 1, true);
  metered.results[1].cautions = {{"throttled", "the clocks were held down in 12 % of the samples"},
                                 {"missed_deadlines", "gpu_0 skipped 140 of 1000 samples"}};
  const std::string text = metered.summary();
  expect_fits(text, 80);
  EXPECT_THAT(text, AllOf(HasSubstr("2312.02741"), HasSubstr("the GPU's clocks were held down"),
                          HasSubstr("more than a tenth of the samples"),
                          HasSubstr(metered.results[1].run_id)));
}

TEST(TerminalSummary, TellsWhichFiguresAreMissingAndWhyBeforeAnyFigure) {
  Case unmetered(2, 1);
  const std::string text = unmetered.summary();
  const size_t missing = text.find("Missing in 31 of 31 trainings");
  ASSERT_NE(missing, std::string::npos) << text;
  EXPECT_THAT(text, Not(HasSubstr("a solo run")));
  EXPECT_LT(missing, text.find("Together against one after the other"));
}

TEST(TerminalSummary, ShowsTheEffectsWithAndWithoutMarkedRuns) {
  Case marked(3, 2);
  EXPECT_THAT(marked.summary(), Not(HasSubstr("unmarked")));
  for (record::RunResult& run : marked.results) {
    const bool doubtful = run.spec.repetition == 2 && run.participants.size() == 2;
    if (doubtful) run.cautions = {{"sampling_gap", "2.4 s"}};
  }
  const std::string text = marked.summary();
  expect_fits(text, 80);
  EXPECT_THAT(text, AllOf(HasSubstr("without the 15 marked runs"), HasSubstr("unmarked  3")));
}

TEST(TerminalSummary, TellsTheSourceOfEnergyInChineseToo) {
  Case three(3, 2);
  const std::string text = three.summary(core::Language::chinese);
  expect_fits(text, 80);
  EXPECT_THAT(text, AllOf(HasSubstr("估算 (linear"), Not(HasSubstr("estimated"))));
  EXPECT_THAT(three.summary(), HasSubstr("estimated (linear"));
}

TEST(TerminalSummary, CutsALongNameButNoSentenceOfItsOwn) {
  Case three(3, 2);
  three.study.name = std::string(5000, 'n');
  analyse::StudyAnalysis analysis =
      analyse::analyse_study(three.study, three.plan, three.catalogue, three.results);
  analysis.findings.front().text.clear();
  for (int i = 0; i < 1000; ++i) analysis.findings.front().text += fmt::format("pair {}, ", i);
  analysis.findings.front().text += "and no more [estimated]";
  const std::string text = terminal_summary(analysis);
  EXPECT_THAT(text, AllOf(HasSubstr("nn…\n"), HasSubstr("more [estimated]\n")));
  EXPECT_LT(std::count(text.begin(), text.end(), 'n'), 4000);
}

TEST(TerminalSummary, ShowsNoColumnOfUnmarkedRunsWhereThereAreNone) {
  Case marked(3, 2);
  for (record::RunResult& run : marked.results) run.cautions = {{"cpu_shared", "2 at a time"}};
  const std::string text = marked.summary();
  EXPECT_THAT(text, Not(HasSubstr("unmarked")));
  EXPECT_THAT(text, HasSubstr("runs that count are marked"));
}

TEST(TerminalSummary, OrdersTheFindingsByTheQuestionsOfTheStudy) {
  const std::string text = Case(3, 3).summary();
  size_t last = 0;
  for (const char* title : {"What to run together", "H0: concurrency", "RQ1: is another",
                            "RQ2: ", "RQ3: ", "RQ4: ", "How sure"}) {
    const size_t place = text.find(title);
    ASSERT_NE(place, std::string::npos) << title;
    EXPECT_GT(place, last) << title;
    last = place;
  }
}

TEST(TerminalSummary, ListsRunsThatDontCountWithTheirReason) {
  Case pair(1, 1);
  test::make_fail(pair.results[2], "timeout", "no end after 2 h");
  pair.results.erase(pair.results.begin());
  const std::string text = pair.summary();
  EXPECT_THAT(text, AllOf(HasSubstr("1 failed, 1 not run"), HasSubstr("failed: timeout"),
                          HasSubstr("no end after 2 h"), HasSubstr("→ Look at the"),
                          HasSubstr("1 planned run has no result yet")));
}

TEST(TerminalSummary, WithoutResultsHasNoTableOfEffects) {
  Case none(2, 1);
  none.results.clear();
  const std::string text = none.summary();
  EXPECT_THAT(text, AllOf(Not(HasSubstr("makespan_overhead")), HasSubstr("no findings"),
                          HasSubstr("planned runs have no result yet")));
}

TEST(TerminalSummary, ShowsControlCharactersOfOthersAsText) {
  Case pair(1, 1);
  test::make_fail(pair.results[0], "exit_code", "\x1b[2Jgone\nline two");
  const std::string text = pair.summary();
  EXPECT_THAT(text, AllOf(Not(HasSubstr("\x1b")), HasSubstr("\\x1b[2Jgone")));
}

}  // namespace
}  // namespace tandem::report
