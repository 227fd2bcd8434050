#include "measure/gpu_capability.h"

#include <gmock/gmock.h>

#include "fake_driver.h"

namespace tandem::measure {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Capability capability_of(const FakeDriver& driver) {
  return gpu_capability(GpuDriver::load(driver.path()));
}

Json silent_about(std::initializer_list<const char*> functions) {
  Json answers;
  for (const char* function : functions) answers[function] = "not_supported";
  return {{"name", "H100"}, {"uuid", "GPU-1"}, {"answers", answers}};
}

TEST(GpuCapability, NamesTheDeviceItsSourceAndHowItIsShared) {
  const Capability found =
      capability_of(FakeDriver(FakeDriver::one_device({{"name", "H100"}, {"uuid", "GPU-1"}})));
  EXPECT_TRUE(found.available);
  EXPECT_EQ(found.detail, "H100 GPU-1: energy counter; time_slicing");
  EXPECT_THAT(found.enable_with, IsEmpty());
}

TEST(GpuCapability, SaysThatASliceHasNoEnergyOfItsOwn) {
  const Capability found = capability_of(FakeDriver(FakeDriver::one_device({{"mig", true}})));
  EXPECT_THAT(found.detail, HasSubstr("mig (energy of the whole board only)"));
}

TEST(GpuCapability, SaysWhatADeviceDoesNotTellAndWhatStandsInForIt) {
  const Capability found = capability_of(
      FakeDriver(FakeDriver::one_device(silent_about({"nvmlDeviceGetTotalEnergyConsumption"}))));
  EXPECT_TRUE(found.available);
  EXPECT_EQ(found.detail,
            "H100 GPU-1: power, integrated; time_slicing; doesn't tell energy_j "
            "(nvmlDeviceGetTotalEnergyConsumption: Not Supported)");
}

TEST(GpuCapability, IsNotThereWhenNoDeviceTellsEnergyOrPower) {
  const Capability found = capability_of(FakeDriver(FakeDriver::one_device(
      silent_about({"nvmlDeviceGetTotalEnergyConsumption", "nvmlDeviceGetFieldValues",
                    "nvmlDeviceGetPowerUsage", "field_186", "field_185"}))));
  EXPECT_FALSE(found.available);
  EXPECT_THAT(found.detail, HasSubstr("H100 GPU-1: no energy"));
}

TEST(GpuCapability, IsNotThereWhenEveryDeviceIsBroken) {
  const Capability found = capability_of(FakeDriver(
      FakeDriver::devices({Json{{"answers", {{"nvmlDeviceGetHandleByIndex_v2", "gpu_is_lost"}}}},
                           Json{{"answers", {{"nvmlDeviceGetHandleByIndex_v2", 16}}}}})));
  EXPECT_FALSE(found.available);
  EXPECT_THAT(found.detail, AllOf(HasSubstr("broken: device 0 of the driver"),
                                  HasSubstr("GPU is lost"), HasSubstr("device 1")));
  EXPECT_THAT(found.enable_with, ElementsAre("sudo nvidia-smi --gpu-reset -i 1"));
}

TEST(GpuCapability, SaysHowToLoadADriverThatIsNot) {
  const Capability found = capability_of(FakeDriver(Json{{"start", "driver_not_loaded"}}));
  EXPECT_FALSE(found.available);
  EXPECT_THAT(found.enable_with, ElementsAre("sudo modprobe nvidia"));
}

}  // namespace
}  // namespace tandem::measure
