#include "report/html_report.h"

#include <gmock/gmock.h>

#include "made_up_study.h"

namespace tandem::report {
namespace {

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
    const std::string open = R"(<script type="application/json" id="analysis">)";
    const size_t begin = page.find(open) + open.size();
    return core::Json::parse(page.substr(begin, page.find("</script>", begin) - begin));
  }

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
  const core::Json data = data_of(page());
  EXPECT_EQ(data, core::Json(analyse::analyse_study(study, plan, catalogue, results)));
}

}  // namespace
}  // namespace tandem::report
