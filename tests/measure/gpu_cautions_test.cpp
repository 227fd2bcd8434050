#include "measure/gpu_cautions.h"

#include <gmock/gmock.h>

#include <vector>

#include "measure/signal.h"

namespace tandem::measure {
namespace {

using core::Caution;
using core::Reading;
using testing::HasSubstr;

const std::vector<double> t_s{0, 1, 2, 3, 4};
constexpr Window middle{1, 3};

TEST(Disagreement, IsToldAboveItsLimitWithBothFigures) {
  EXPECT_EQ(disagreement(100.0, 109.9, 0.1), std::nullopt);
  EXPECT_EQ(disagreement(100.0, 90.1, 0.1), std::nullopt);
  const auto caution = disagreement(187.0, 327.0, 0.1);
  ASSERT_TRUE(caution);
  EXPECT_EQ(caution->name, "energy_sources_disagree");
  EXPECT_EQ(caution->message,
            "187.0 J by the GPU's counter, 327.0 J by its power integrated (+74.9 %, limit 10 %)");
}

TEST(Disagreement, NeedsBothFigures) {
  EXPECT_EQ(disagreement(Reading::missing("no counter"), 1.0, 0.1), std::nullopt);
  EXPECT_EQ(disagreement(1.0, Reading::missing("no power"), 0.1), std::nullopt);
}

TEST(Throttling, NamesWhatHeldTheClocksDownAndHowOften) {
  const std::vector<double> bits{0x4, 0x1, 0x4, 0x24, 0x8};
  const auto caution = throttling({t_s, bits}, middle);
  ASSERT_TRUE(caution);
  EXPECT_EQ(caution->name, "throttled");
  EXPECT_THAT(
      caution->message,
      testing::AllOf(HasSubstr("67 % of 3 samples"), HasSubstr("sw_power_cap"),
                     HasSubstr("sw_thermal_slowdown"), testing::Not(HasSubstr("gpu_idle"))));
}

TEST(Throttling, IsNotAnIdleGpuNorClocksThatAPersonSet) {
  const std::vector<double> harmless{0x8, 0x1, 0x2, 0x10, 0x100};
  EXPECT_TRUE(throttling({t_s, harmless}, {0, 0}));
  EXPECT_EQ(throttling({t_s, harmless}, {1, 4}), std::nullopt);
  EXPECT_EQ(throttling({}, middle), std::nullopt);
}

TEST(Contamination, IsAnyForeignProcessInTheWindow) {
  const std::vector<double> foreign{0, 0, 2, 0, 0};
  const std::vector<double> none(5, 0.0);
  const auto caution = contamination(
      {.foreign = {t_s, foreign}, .unknown = {t_s, none}, .memory_a_mib = {}, .memory_b_mib = {}},
      middle);
  ASSERT_TRUE(caution);
  EXPECT_EQ(caution->name, "contaminated");
  EXPECT_EQ(
      contamination(
          {.foreign = {t_s, none}, .unknown = {t_s, none}, .memory_a_mib = {}, .memory_b_mib = {}},
          middle),
      std::nullopt);
}

TEST(Contamination, CannotBeToldWhereTheDriversNumbersAreThoseOfAnotherNamespace) {
  const std::vector<double> none(5, 0.0);
  const std::vector<double> one(5, 1.0);
  const std::vector<double> memory{missing_sample, 300, 300, 300, missing_sample};
  const auto caution = contamination(
      {.foreign = {t_s, none}, .unknown = {t_s, one}, .memory_a_mib = {}, .memory_b_mib = {}},
      middle);
  ASSERT_TRUE(caution);
  EXPECT_EQ(caution->name, "contamination_unknown");
  EXPECT_THAT(caution->message, HasSubstr("lists 1 process(es) whose numbers this system doesn't"));
  // Where our own are known, an unknown one was a process that ended while it was asked for.
  EXPECT_EQ(contamination({.foreign = {t_s, none},
                           .unknown = {t_s, one},
                           .memory_a_mib = {t_s, memory},
                           .memory_b_mib = {}},
                          middle),
            std::nullopt);
}

TEST(Contamination, CannotBeToldWithoutAListOfProcesses) {
  const auto caution = contamination({}, middle);
  ASSERT_TRUE(caution);
  EXPECT_EQ(caution->name, "contamination_unknown");
  EXPECT_EQ(caution->message, "the GPU's list of processes could not be read: nothing was sampled");
}

}  // namespace
}  // namespace tandem::measure
