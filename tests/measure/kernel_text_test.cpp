#include "measure/kernel_text.h"

#include <gmock/gmock.h>

#include "measure/rapl_domain.h"

namespace tandem::measure {
namespace {

using testing::ElementsAre;

TEST(KernelText, ReadsANumberOnlyWhenItIsAll) {
  EXPECT_EQ(parse_number("262143328850\n"), 262143328850U);
  EXPECT_EQ(parse_number("18446744073709551615"), 18446744073709551615U);
  for (const char* text :
       {"", "\n", "-1\n", "1 2\n", "12x\n", " 1\n", "1\n\n", "+1\n", "18446744073709551616\n"}) {
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
  }
}

TEST(KernelText, IsEmptyWhenAFileIsNotThereOrItsReadingFails) {
  EXPECT_EQ(read_text("/nowhere"), "");
  EXPECT_EQ(read_text("/proc/self/mem"), "") << "which opens, and can't be read at address 0";
}

TEST(KernelText, ReadsListsOfCpus) {
  EXPECT_THAT(*parse_cpu_list("0\n"), ElementsAre(0));
  EXPECT_THAT(*parse_cpu_list("0,18\n"), ElementsAre(0, 18));
  EXPECT_THAT(*parse_cpu_list("0-3,8"), ElementsAre(0, 1, 2, 3, 8));
  for (const char* text : {"", "\n", ",", "0,", "3-0", "0-", "-3", "0,0", "5,3", "0-99999999",
                           "0x1", "0 1", "0-1-2"}) {
    EXPECT_EQ(parse_cpu_list(text), std::nullopt) << text;
  }
}

TEST(KernelText, ReadsDescriptionsOfPerfEvents) {
  EXPECT_EQ(parse_perf_event("event=0x02\n"), 2U);
  EXPECT_EQ(parse_perf_event("event=0xff"), 255U);
  for (const char* text : {"", "event=2", "event=0x", "event=0x2,umask=0x1", "config=0x2",
                           "event=0x-1", "event=0x10000000000000000"}) {
    EXPECT_EQ(parse_perf_event(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_perf_scale("2.3283064365386962890625e-10\n"), 1.0 / 4294967296);
  for (const char* text : {"", "0", "-1e-9", "inf", "nan", "1e-9 J", "1e999"}) {
    EXPECT_EQ(parse_perf_scale(text), std::nullopt) << text;
  }
}

TEST(KernelText, ReadsFieldsWithoutTheBlanks) {
  const auto fields = parse_fields("model name\t: A: B \n\nflags :\nnothing\nprocessor : 1");
  ASSERT_EQ(fields.size(), 3U);
  EXPECT_EQ(value_of(fields, "model name"), "A: B");
  EXPECT_EQ(value_of(fields, "flags"), "");
  EXPECT_EQ(value_of(fields, "processor"), "1");
  EXPECT_EQ(value_of(fields, "nothing"), "");
}

TEST(RaplDomain, IsReadFromTheNameOfAZone) {
  EXPECT_EQ(parse_package_zone("package-1"), RaplDomain{1});
  EXPECT_EQ(parse_package_zone("package-0-die-12"), (RaplDomain{0, 12}));
  for (const char* name : {"", "psys", "core", "dram", "package-", "package-x", "package-1-",
                           "package-0-die-", "package-0-die-1x", "package--1", "package-1 "}) {
    EXPECT_EQ(parse_package_zone(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace tandem::measure
