#include "report/plan_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::report {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(PlanPage, NeedsNoNetworkAndNoScriptAndFollowsTheReadersTheme) {
  const std::string page = plan_page({"a plan", {{"Time", "38.8 h"}}, {}, {{"GPU"}, {}, 0}, {}});
  EXPECT_THAT(page, AllOf(HasSubstr("<!doctype html>"), HasSubstr("prefers-color-scheme: dark"),
                          HasSubstr("<dt>Time</dt><dd>38.8 h</dd>")));
  EXPECT_THAT(page,
              AllOf(Not(HasSubstr("<script")), Not(HasSubstr("http")), Not(HasSubstr("src="))));
}

TEST(PlanPage, KeepsTextsFromOutsideText) {
  const std::string bad = "<script>alert(1)</script>\xff\"";
  const std::string page = plan_page(
      {bad, {{bad, bad}}, {bad}, {{bad}, {{0, 0, 1, true, bad}}, 1}, {{bad, {bad}, {{bad}}, bad}}});
  EXPECT_THAT(page, AllOf(Not(HasSubstr("<script")), HasSubstr("&lt;script&gt;")));
}

}  // namespace
}  // namespace tandem::report
