#include "report/html_report.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <regex>

#include "made_up_study.h"
#include "unpacked.h"

namespace tandem::report {
namespace {

using test::packed_element;
using test::unpacked;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class HtmlReportTest : public testing::Test {
 protected:
  std::string page() const {
    return html_report(analyse::analyse_study(study, plan, catalogue, results));
  }
  /// The analysis as the page's script would read it.
  static core::Json data_of(const std::string& page) {
    return core::Json::parse(unpacked(packed_element(page, "analysis")));
  }

  const analyse::AnalysisOptions in_chinese{{}, {}, core::Language::chinese};
  study::Catalogue catalogue = study::Catalogue::shipped();
  study::Study study = test::made_up_study(2, 1);
  study::Plan plan = study::make_plan(study, catalogue, "made-up");
  std::vector<record::RunResult> results = test::made_up_results(plan, catalogue);
};

/// Names and messages that break careless pages.
const std::vector<std::string> hostile_texts = {"</script><script>alert(1)</script>",
                                                "<img src=x onerror=alert(1)>",
                                                "<!-- <script>",
                                                "\" onload=\"alert(1)",
                                                "it's & \\ {{data}} ]]>",
                                                "line one\nline two\r\t",
                                                "\u202Eright to left \u05D0\u05D1",
                                                std::string(10240, 'n'),
                                                "\u2028\u2029"};

TEST_F(HtmlReportTest, KeepsHostileTextsAsTheyAreAndAsText) {
  const std::string innocent = page();
  const auto count = [](const std::string& text, const std::string& part) {
    size_t found = 0;
    for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
      ++found;
    }
    return found;
  };
  for (const std::string& text : hostile_texts) {
    SCOPED_TRACE(text.substr(0, 40));
    study.name = text;
    test::make_fail(results[0], "exit_code", text);
    const std::string made = page();
    EXPECT_EQ(count(made, "<script"), count(innocent, "<script"));
    EXPECT_EQ(count(made, "</script"), count(innocent, "</script"));
    EXPECT_EQ(count(made, "<img"), count(innocent, "<img"));
    const core::Json data = data_of(made);
    EXPECT_EQ(data.at("study").at("name"), text);
    EXPECT_EQ(data.at("runs")[0].at("message"), text);
  }
}

TEST_F(HtmlReportTest, RepairsBrokenUtf8) {
  study.name = "broken \xff\xc3 name";
  test::make_fail(results[0], "exit_code", "\xfe\xff");
  const std::string made = page();
  EXPECT_EQ(data_of(made).at("study").at("name"), "broken \uFFFD\uFFFD name");
  EXPECT_THAT(made, HasSubstr("<title>broken \uFFFD\uFFFD name – tandem report</title>"));
}

TEST_F(HtmlReportTest, IsInTheAnalysissLanguage) {
  test::make_fail(results[0], "timeout", "no end after 2 h");
  EXPECT_THAT(page(), AllOf(HasSubstr("<html lang=\"en\">"), HasSubstr(">Skip to the report<")));
  const std::string made =
      html_report(analyse::analyse_study(study, plan, catalogue, results, in_chinese));
  EXPECT_THAT(made, AllOf(HasSubstr("<html lang=\"zh-CN\">"), HasSubstr(">跳到报告正文<"),
                          HasSubstr(" – tandem 报告</title>"), Not(HasSubstr("Skip to"))));
  const core::Json data = data_of(made);
  EXPECT_THAT(data.at("findings")[0].at("text").get<std::string>(), HasSubstr("两个模型并发训练"));
  EXPECT_EQ(data.at("findings")[0].at("verdict"), data_of(page()).at("findings")[0].at("verdict"));
  EXPECT_EQ(data.at("runs")[0].at("message"), "2 h 后仍未结束");
  EXPECT_EQ(data.at("runs")[0].at("total_energy_joules").at("joules"),
            data_of(page()).at("runs")[0].at("total_energy_joules").at("joules"));
}

/// The numbers that a sentence tells, in order of their text. In a name, digits are none.
std::vector<std::string> numbers_of(const std::string& sentence) {
  static const std::regex number(
      "(^|[^A-Za-z_0-9.])([0-9]+(\\.[0-9]+)?(e[-+]?[0-9]+)?)(?![A-Za-z_0-9])");
  std::vector<std::string> numbers;
  for (std::sregex_iterator found(sentence.begin(), sentence.end(), number), end; found != end;
       ++found) {
    numbers.push_back((*found)[2]);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

TEST_F(HtmlReportTest, TellsTheSameNumbersInEachLanguage) {
  study = test::made_up_study(6, 3);
  plan = study::make_plan(study, catalogue, "made-up");
  results = test::made_up_results(plan, catalogue, {.noise = 0.02});
  const auto english = analyse::analyse_study(study, plan, catalogue, results).findings;
  const auto chinese = analyse::analyse_study(study, plan, catalogue, results, in_chinese).findings;
  ASSERT_EQ(english.size(), chinese.size());
  size_t told = 0;
  for (size_t i = 0; i < english.size(); ++i) {
    told += numbers_of(english[i].text).size();
    EXPECT_EQ(numbers_of(english[i].text), numbers_of(chinese[i].text)) << english[i].text << "\n"
                                                                        << chinese[i].text;
  }
  EXPECT_GT(told, 200U);
}

TEST_F(HtmlReportTest, NeedsNothingFromOutside) {
  const std::string made = page();
  EXPECT_THAT(made, AllOf(HasSubstr("default-src 'none'"), Not(HasSubstr("<link")),
                          Not(HasSubstr("<script src")), Not(HasSubstr("@import"))));
}

TEST_F(HtmlReportTest, KeepsTheLicenceNoticeOfECharts) {
  EXPECT_THAT(page(), AllOf(HasSubstr("Licensed to the Apache Software Foundation"),
                            HasSubstr("http://www.apache.org/licenses/LICENSE-2.0")));
}

TEST_F(HtmlReportTest, CarriesTheWholeAnalysis) {
  core::Json data = data_of(page());
  core::Json whole = analyse::analyse_study(study, plan, catalogue, results);
  EXPECT_EQ(data.at("traces"), core::Json::array());
  data.erase("traces");
  for (size_t i = 0; i < whole.at("trainings").size(); ++i) {
    core::Json& shown = data.at("trainings")[i];
    core::Json& recorded = whole.at("trainings")[i];
    EXPECT_EQ(shown.at("epochs_recorded"), recorded.at("learning_curve").size());
    EXPECT_LE(shown.at("learning_curve").size(), 100U);
    shown.erase("epochs_recorded");
    shown.erase("learning_curve");
    recorded.erase("learning_curve");
  }
  EXPECT_EQ(data, whole);
}

TEST_F(HtmlReportTest, ThinsALongLearningCurveAndKeepsItsExtremes) {
  record::ParticipantResult& training = results[0].participants[0];
  training.epochs.clear();
  for (int epoch = 1; epoch <= 5000; ++epoch) {
    record::EpochRecord record;
    record.epoch = epoch;
    record.metrics["accuracy"] = epoch == 3210 ? 0.99 : epoch == 1234 ? 0.01 : 0.5;
    training.epochs.push_back(record);
  }
  const core::Json data = data_of(page());
  for (const core::Json& shown : data.at("trainings")) {
    if (shown.at("run_id") != results[0].run_id) continue;
    EXPECT_EQ(shown.at("epochs_recorded"), 5000);
    EXPECT_THAT(shown.at("learning_curve"), AllOf(testing::SizeIs(testing::Le(100U)),
                                                  testing::Contains(core::Json({3210, 0.99})),
                                                  testing::Contains(core::Json({1234, 0.01}))));
    return;
  }
  FAIL() << "the training is not in the page";
}

TEST_F(HtmlReportTest, CarriesTheTracesOfItsRuns) {
  RunTraces traces;
  traces.add(results[0], {{"gpu_power", "", "W", {0, 1, 2}, {100, NAN, 300}}});
  const std::string made =
      html_report(analyse::analyse_study(study, plan, catalogue, results), traces);
  const core::Json run = data_of(made).at("traces").at(0);
  EXPECT_EQ(run.at("run_id"), results[0].run_id);
  EXPECT_EQ(run.at("series")[0].at("recorded"), 3);
  EXPECT_EQ(unpacked(packed_element(made, "samples")), traces.samples());
}

}  // namespace
}  // namespace tandem::report
