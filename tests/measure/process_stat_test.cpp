#include "measure/process_stat.h"

#include <gtest/gtest.h>

#include <climits>

#include "fake_proc.h"

namespace tandem::measure {
namespace {

TEST(ProcessStat, AddsOwnAndReapedChildrensTime) {
  const auto stat = parse_process_stat(stat_line({.pid = 42,
                                                  .parent = 7,
                                                  .user_ticks = 1000,
                                                  .system_ticks = 200,
                                                  .children_user_ticks = 30,
                                                  .children_system_ticks = 4,
                                                  .start_ticks = 151581,
                                                  .rss_pages = 1007}));
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->parent, 7);
  EXPECT_EQ(stat->cpu_ticks, 1234);
  EXPECT_EQ(stat->start_ticks, 151581);
  EXPECT_EQ(stat->rss_pages, 1007);
}

TEST(ProcessStat, IsNotMisledByTheNameOfTheProgram) {
  for (const char* name : {"two words", "(sd-pam)", "a) R 1 2 3 (b", ")", "", "line\nbreak"}) {
    const auto stat = parse_process_stat(stat_line({.parent = 7, .name = name, .user_ticks = 55}));
    ASSERT_TRUE(stat) << name;
    EXPECT_EQ(stat->parent, 7) << name;
    EXPECT_EQ(stat->cpu_ticks, 55) << name;
  }
}

TEST(ProcessStat, IsNothingForWhatIsCutOffOrNoStatLine) {
  const std::string whole = stat_line({.pid = 42});
  EXPECT_FALSE(parse_process_stat(""));
  EXPECT_FALSE(parse_process_stat("42 (sh)"));
  EXPECT_FALSE(parse_process_stat("42 (sh) S"));
  EXPECT_FALSE(parse_process_stat(whole.substr(0, 60)));
  EXPECT_FALSE(parse_process_stat("Name:\tsh\nUmask:\t0022\n"));
}

TEST(ProcessStat, IsNothingWhenItsCountsCannotBeTrue) {
  EXPECT_TRUE(parse_process_stat(stat_line({.user_ticks = LONG_MAX})));
  for (const FakeProcess& impossible :
       {FakeProcess{.user_ticks = LONG_MAX, .children_system_ticks = 1},
        FakeProcess{.user_ticks = -1, .system_ticks = 2}, FakeProcess{.children_user_ticks = -1},
        FakeProcess{.parent = -1}, FakeProcess{.start_ticks = -1}, FakeProcess{.rss_pages = -1}}) {
    EXPECT_FALSE(parse_process_stat(stat_line(impossible))) << stat_line(impossible);
  }
  std::string line = stat_line({.parent = 1000001});
  line.replace(line.find("1000001"), 7, "4294967297");  // 1 in the lowest 32 bits
  EXPECT_FALSE(parse_process_stat(line));
}

}  // namespace
}  // namespace tandem::measure
