#include "measure/cpu_power_model.h"

#include <gtest/gtest.h>

namespace tandem::measure {
namespace {

constexpr Window ten_seconds{5, 15};

TEST(CpuPowerModel, AddsIdlePowerOfTheWindowAndTheBusyCores) {
  const core::Energy energy = estimate_cpu_energy({"mine", 20, 5}, ten_seconds, 4.0);
  EXPECT_DOUBLE_EQ(energy.joules.value(), 20 * 10 + 5 * 4);
  EXPECT_EQ(energy.source, core::EnergySource::estimated);
  EXPECT_EQ(energy.model, "mine");
}

TEST(CpuPowerModel, GivesTheStatedAveragesAtIdleAndAtFullLoad) {
  const PowerModel model = default_power_model(8);
  EXPECT_DOUBLE_EQ(estimate_cpu_energy(model, ten_seconds, 0.0).joules.value(), 8 * 10 * 0.74);
  EXPECT_DOUBLE_EQ(estimate_cpu_energy(model, ten_seconds, 80.0).joules.value(), 8 * 10 * 3.5);
  EXPECT_EQ(model.name, "cloud average (8 CPUs at 0.74-3.5 W)");
}

TEST(CpuPowerModel, IsMissingWhenTheCpuTimeIs) {
  const core::Energy energy = estimate_cpu_energy(default_power_model(2), ten_seconds,
                                                  core::Reading::missing("no process tree"));
  EXPECT_EQ(energy.joules.reason(), "no process tree");
  EXPECT_EQ(energy.source, core::EnergySource::none);
  EXPECT_EQ(energy.model, "");
}

}  // namespace
}  // namespace tandem::measure
