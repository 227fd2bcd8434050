#include "report/gantt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::report {
namespace {

using ::testing::HasSubstr;

const core::Texts& english() {
  return core::Texts::in(core::Language::english);
}

Gantt two_devices() {
  return {{"one", "the other"},
          {{0, 0, 50, true, "a pair"}, {0, 50, 100, false, "alone"}, {1, 0, 25, false, "<b> & c"}},
          100};
}

TEST(GanttText, DrawsPairsTrainingsAloneAndIdleTimeWithinItsWidth) {
  EXPECT_EQ(gantt_text(two_devices(), 32, english()),
            "one       |##########----------|\n"
            "the other |-----               |\n"
            "           0         1 min 40 s\n"
            "# pairs   - trainings alone\n");
}

TEST(GanttText, OfNothingHasItsAxisAllTheSame) {
  EXPECT_THAT(gantt_text({{"CPU"}, {}, 0}, 40, english()), HasSubstr("CPU |"));
}

TEST(GanttSvg, PlacesItsBarsInProportionAndKeepsTextText) {
  const std::string svg = gantt_svg(two_devices());
  EXPECT_THAT(svg, HasSubstr(R"(<rect class="pair" x="0.00" y="3.0" width="500.00")"));
  EXPECT_THAT(svg, HasSubstr(R"(<rect class="solo" x="0.00" y="31.0" width="250.00")"));
  EXPECT_THAT(svg, HasSubstr("<title>&lt;b&gt; &amp; c</title>"));
}

}  // namespace
}  // namespace tandem::report
