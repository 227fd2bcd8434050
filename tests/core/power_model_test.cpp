#include "core/power_model.h"

#include <gmock/gmock.h>

namespace tandem::core {
namespace {

using ::testing::HasSubstr;

constexpr const char* flag = "--power-model";

TEST(PowerModel, IsReadFromACommandLineInBothForms) {
  const PowerModel plain = parse_power_model("idle_w=10,busy_core_w=5.5", flag);
  EXPECT_EQ(plain.idle_w, 10);
  EXPECT_EQ(plain.busy_core_w, 5.5);
  EXPECT_EQ(plain.name, "idle_w=10,busy_core_w=5.5") << "it is called as it was written";
  const PowerModel by_tdp = parse_power_model("name=mine,tdp_w=65,cores=8,idle_w=10", flag);
  EXPECT_EQ(by_tdp.name, "mine");
  EXPECT_EQ(by_tdp.idle_w, 10);
  EXPECT_DOUBLE_EQ(by_tdp.busy_core_w, (65.0 - 10) / 8);
}

TEST(PowerModel, IsRefusedWithPlaceFoundAndExpected) {
  const struct {
    const char* text;
    const char* place;
    const char* found;
    const char* expected;
  } mistakes[] = {
      {"", "--power-model", "nothing", "tdp_w=65"},
      {"65", "--power-model", "\"65\"", "NAME=NUMBER"},
      {"=65", "--power-model", "\"=65\"", "NAME=NUMBER"},
      {"idle_w=10", "--power-model.busy_core_w", "nothing", "tdp_w and cores"},
      {"idle_w=ten,busy_core_w=5", "--power-model.idle_w", "ten", "a number from 0"},
      {"idle_w=10W,busy_core_w=5", "--power-model.idle_w", "10W", "a number from 0"},
      {"idle_w=nan,busy_core_w=5", "--power-model.idle_w", "", "a number from 0"},
      {"idle_w=1,idle_w=2,busy_core_w=5", "--power-model.idle_w", "twice", "once"},
      {"idle_w=1,busy_core=5,busy_core_w=5", "--power-model.busy_core", "unknown", "busy_core_w"},
      {"tdp_w=65,cores=8.5,idle_w=1", "--power-model.cores", "8.5", "whole number"},
      {"tdp_w=65,cores=8,idle_w=66", "--power-model.tdp_w", "65", "at least idle_w, 66"},
      {"tdp_w=1e9,cores=8,idle_w=66", "--power-model.tdp_w", "1000000000", "from 0 to"},
      {"cores=8,busy_core_w=4,idle_w=66", "--power-model.busy_core_w", "beside cores", "either"},
  };
  for (const auto& mistake : mistakes) {
    SCOPED_TRACE(mistake.text);
    try {
      parse_power_model(mistake.text, flag);
      ADD_FAILURE() << "read without an error";
    } catch (const UserError& error) {
      ASSERT_EQ(error.problems().size(), 1U) << error.what();
      EXPECT_EQ(error.problems()[0].place, mistake.place);
      EXPECT_THAT(error.problems()[0].found, HasSubstr(mistake.found));
      EXPECT_THAT(error.problems()[0].expected, HasSubstr(mistake.expected));
    }
  }
}

}  // namespace
}  // namespace tandem::core
