#include "core/reading.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/measured.h"

namespace tandem::core {
namespace {

TEST(Reading, IsMissingWithAReasonUntilItHasAValue) {
  EXPECT_FALSE(Reading().has_value());
  EXPECT_EQ(Reading::missing("no driver").reason(), "no driver");
  EXPECT_EQ(Reading(0.0).value(), 0.0);
}

TEST(Reading, TakesNoNumberThatIsNotFinite) {
  EXPECT_FALSE(Reading(std::numeric_limits<double>::quiet_NaN()).has_value());
  EXPECT_FALSE(Reading(std::numeric_limits<double>::infinity()).has_value());
}

TEST(Reading, KeepsTheReasonOfEachAndTellsThemApart) {
  const Reading no_driver = Reading::missing("no driver");
  const Reading no_meter = Reading::missing("no meter");
  EXPECT_EQ(no_driver.reason(), "no driver");
  EXPECT_EQ(no_meter.reason(), "no meter");
  EXPECT_EQ(no_driver, Reading::missing("no driver"));
  EXPECT_FALSE(no_driver == no_meter);
  EXPECT_FALSE(no_driver == Reading(0.0));
  EXPECT_EQ(Reading(0.0), Reading(-0.0));
  EXPECT_EQ(Reading().reason(), "not recorded");
  EXPECT_EQ(Reading(std::numeric_limits<double>::quiet_NaN()).reason(), "not a finite number");
  EXPECT_EQ(Reading::missing("").reason(), "");
  EXPECT_FALSE(Reading::missing("").has_value());
}

TEST(Reading, HoldsEveryFiniteNumberAsItIs) {
  using Limits = std::numeric_limits<double>;
  for (const double number : {Limits::max(), Limits::lowest(), Limits::min(), Limits::denorm_min(),
                              -0.0, 0.1, -Limits::denorm_min()}) {
    EXPECT_TRUE(Reading(number).has_value());
    EXPECT_EQ(std::signbit(Reading(number).value()), std::signbit(number));
    EXPECT_EQ(Reading(number).value(), number);
  }
  EXPECT_THROW(Reading().value(), std::bad_optional_access);
}

TEST(Reading, CanBeGivenReasonsInSeveralThreads) {
  constexpr int count = 1000;
  const auto give = [](std::vector<Reading>& given) {
    for (int i = 0; i < count; ++i) given.push_back(Reading::missing(std::to_string(i)));
  };
  std::vector<Reading> here, there;
  std::thread other(give, std::ref(there));
  give(here);
  other.join();
  for (int i = 0; i < count; ++i)
    EXPECT_EQ(here[static_cast<size_t>(i)].reason(), std::to_string(i));
  EXPECT_EQ(here, there);
}

TEST(Reading, CombinesToTheFirstMissingReason) {
  const Reading sum = both(Reading(1), Reading::missing("no RAPL"), std::plus<>());
  EXPECT_EQ(sum.reason(), "no RAPL");
  EXPECT_EQ(*both(Reading(1), Reading(2), std::plus<>()), 3.0);
}

TEST(Reading, StaysMissingWhenItWasMovedFrom) {
  Reading reading = Reading::missing("no driver");
  Reading other = std::move(reading);
  EXPECT_EQ(reading.reason(), "no driver");  // NOLINT(bugprone-use-after-move): that is the case
  other = 1;
  other = std::move(reading);
  EXPECT_EQ(reading.reason(), "no driver");  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(other.reason(), "no driver");
}

TEST(Ratio, IsMissingForAZeroDivisorButKeepsAnEarlierReason) {
  EXPECT_EQ(ratio(1, 0).reason(), "division by zero");
  EXPECT_EQ(ratio(Reading::missing("not measured"), 0).reason(), "not measured");
  EXPECT_EQ(*ratio(6, 3), 2.0);
}

TEST(Reading, SurvivesJson) {
  for (const Reading& reading : {Reading(0.1), Reading(-1e300), Reading::missing("no driver")}) {
    EXPECT_EQ(Json::parse(Json(reading).dump()).get<Reading>(), reading);
  }
}

TEST(Energy, SurvivesJsonWithItsSource) {
  const Energy energy{12.5, EnergySource::estimated, "cloud_vcpu"};
  const auto copy = Json::parse(Json(energy).dump()).get<Energy>();
  EXPECT_EQ(copy.joules, energy.joules);
  EXPECT_EQ(copy.source, EnergySource::estimated);
  EXPECT_EQ(copy.model, "cloud_vcpu");
}

TEST(EnergySource, HasANameThatReadsBackAndRefusesOthers) {
  for (const auto source :
       {EnergySource::nvml_counter, EnergySource::nvml_power, EnergySource::rapl,
        EnergySource::estimated, EnergySource::mixed, EnergySource::none}) {
    EXPECT_EQ(energy_source_of(name_of(source)), source);
  }
  EXPECT_THROW(energy_source_of("guessed"), SystemError);
}

TEST(MachineClass, TellsMachinesApartThatMustNotBeCompared) {
  Machine machine;
  machine.cpu_model = "Example 3000";
  machine.logical_cpus = 8;
  const std::string without_gpu = machine.machine_class();
  machine.gpu = "Example GPU";
  EXPECT_NE(machine.machine_class(), without_gpu);
  machine.hostname = "another";
  EXPECT_EQ(machine.machine_class(), "Example 3000 x8, Example GPU");
}

}  // namespace
}  // namespace tandem::core
