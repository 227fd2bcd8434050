#include "measure/gpu.h"

#include <gmock/gmock.h>

#include <chrono>

#include "core/error.h"
#include "fake_driver.h"
#include "temporary_folder.h"

namespace tandem::measure {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> unavailable_of(const Gpu& gpu) {
  std::vector<std::string> names;
  for (const UnavailableReading& reading : gpu.unavailable()) names.push_back(reading.name);
  return names;
}

std::string reason_of(const Gpu& gpu, const std::string& name) {
  for (const UnavailableReading& reading : gpu.unavailable()) {
    if (reading.name == name) return reading.reason;
  }
  return "it is available";
}

/// Sets a variable of the environment as long as it lives.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) {
    ::setenv(name, value.c_str(), 1);
  }
  ~Environment() { ::unsetenv(name_); }

 private:
  const char* name_;
};

TEST(Gpu, SaysThatItDoesNotAnswerAnyMoreUnlessItNeverDid) {
  const Json gpu = {{"uuid", "GPU-1"}};
  const FakeDriver driver(FakeDriver::one_device(gpu));
  const GpuDriver found = driver.load();
  const Gpu& answering = found.devices().front();
  EXPECT_EQ(answering.silence(answering.state()), "");
  Json lost = gpu;
  lost["lost_after_s"] = 0;
  driver.change(FakeDriver::one_device(lost));
  EXPECT_THAT(answering.silence(answering.state()),
              HasSubstr("the GPU GPU-1 does not answer any more: "));
  Json mute = gpu;
  mute["answers"] = {{"nvmlDeviceGetTemperature", "not_supported"}};
  const FakeDriver other(FakeDriver::one_device(mute));
  const GpuDriver without = other.load();
  EXPECT_EQ(without.devices().front().silence(without.devices().front().state()), "");
}

TEST(Gpu, DescribesItself) {
  const FakeDriver driver(
      FakeDriver::one_device({{"uuid", "GPU-15fedf05-d83c-145e-35b6-12b6f3c2393a"},
                              {"pci", "00000000:65:00.0"},
                              {"name", "NVIDIA H100 80GB HBM3"},
                              {"memory_mib", 81559},
                              {"power_limit_w", 700}}));
  const GpuDriver found = driver.load();
  const Gpu& gpu = found.devices().front();
  EXPECT_EQ(gpu.description().uuid, "GPU-15fedf05-d83c-145e-35b6-12b6f3c2393a");
  EXPECT_EQ(gpu.description().pci_bus_id, "00000000:65:00.0");
  EXPECT_EQ(gpu.description().name, "NVIDIA H100 80GB HBM3");
  EXPECT_EQ(gpu.description().driver_version, "580.95.05");
  EXPECT_EQ(gpu.description().sharing, "time_slicing");
  EXPECT_EQ(gpu.description().power_limit_w, core::Reading(700));
  EXPECT_EQ(gpu.description().memory_mib, core::Reading(81559));
  EXPECT_EQ(gpu.description().energy_counter_period_s.reason(), "not measured");
  EXPECT_THAT(unavailable_of(gpu), IsEmpty());
}

TEST(Gpu, OfAnOldDriverTellsWhatItCan) {
  const FakeDriver driver(FakeDriver::one_device({{"pci", "00000001:AF:00.0"}}), "old");
  const GpuDriver found = driver.load();
  const Gpu& gpu = found.devices().front();
  EXPECT_EQ(gpu.description().pci_bus_id, "00000001:AF:00.0");
  EXPECT_EQ(gpu.description().power_limit_w, core::Reading(700));
  EXPECT_THAT(unavailable_of(gpu), ElementsAre("power_instant_w", "sm_util_percent"));
  EXPECT_EQ(reason_of(gpu, "power_instant_w"), "the driver has no nvmlDeviceGetFieldValues");
}

TEST(Gpu, OfABareDriverSaysWhatItLacks) {
  const FakeDriver driver(FakeDriver::one_device(), "bare");
  const GpuDriver found = driver.load();
  const Gpu& gpu = found.devices().front();
  EXPECT_THAT(unavailable_of(gpu),
              ElementsAre("energy_j", "power_instant_w", "power_average_w", "util_percent",
                          "memory_util_percent", "memory_mib", "temperature_c", "sm_clock_mhz",
                          "memory_clock_mhz", "throttle_bits", "processes", "sm_util_percent"));
  EXPECT_EQ(reason_of(gpu, "energy_j"), "the driver has no nvmlDeviceGetTotalEnergyConsumption");
  EXPECT_EQ(reason_of(gpu, "power_average_w"), "the driver has no nvmlDeviceGetPowerUsage");
  EXPECT_EQ(gpu.description().memory_mib.reason(), "the driver has no nvmlDeviceGetMemoryInfo");
  EXPECT_EQ(gpu.state().temperature_c.reason(), "the driver has no nvmlDeviceGetTemperature");
  EXPECT_THAT(gpu.readings(0)->signals(), IsEmpty());
}

TEST(Gpu, SaysInTheDriversWordsWhatADeviceDoesntTell) {
  const FakeDriver driver(
      FakeDriver::one_device({{"answers",
                               {{"nvmlDeviceGetTotalEnergyConsumption", "not_supported"},
                                {"nvmlDeviceGetEnforcedPowerLimit", "no_permission"},
                                {"field_186", "not_supported"}}}}));
  const GpuDriver found = driver.load();
  const Gpu& gpu = found.devices().front();
  EXPECT_THAT(unavailable_of(gpu), ElementsAre("energy_j", "power_instant_w"));
  EXPECT_EQ(reason_of(gpu, "energy_j"), "nvmlDeviceGetTotalEnergyConsumption: Not Supported");
  EXPECT_EQ(reason_of(gpu, "power_instant_w"), "nvmlDeviceGetFieldValues: Not Supported");
  EXPECT_EQ(gpu.description().power_limit_w.reason(),
            "nvmlDeviceGetEnforcedPowerLimit: Insufficient Permissions");
}

TEST(Gpu, TellsItsState) {
  const FakeDriver driver(FakeDriver::one_device({{"temperature_c", 71},
                                                  {"sm_clock_mhz", 1755},
                                                  {"memory_clock_mhz", 2619},
                                                  {"used_mib", 5120},
                                                  {"throttle_bits", 4 + 32 + 512}}));
  const GpuDriver found = driver.load();
  const core::GpuState state = found.devices().front().state();
  EXPECT_EQ(state.temperature_c, core::Reading(71));
  EXPECT_EQ(state.sm_clock_mhz, core::Reading(1755));
  EXPECT_EQ(state.memory_clock_mhz, core::Reading(2619));
  EXPECT_EQ(state.memory_used_mib, core::Reading(5120));
  EXPECT_EQ(state.throttle_bits, core::Reading(548));
  EXPECT_THAT(state.throttle_reasons, ElementsAre("sw_power_cap", "sw_thermal_slowdown", "bit_9"));
}

TEST(Gpu, ThatIsIdleIsNotThrottled) {
  const FakeDriver driver(FakeDriver::one_device({{"throttle_bits", 1}}));
  const GpuDriver found = driver.load();
  const core::GpuState state = found.devices().front().state();
  EXPECT_EQ(state.throttle_bits, core::Reading(1));
  EXPECT_THAT(state.throttle_reasons, IsEmpty());
}

TEST(Gpu, MeasuresHowOftenItsEnergyCounterChanges) {
  Json script = FakeDriver::one_device({{"counter_step_ms", 20}});
  script["time"] = "real";
  const FakeDriver fast(script);
  const GpuDriver found = fast.load();
  EXPECT_NEAR(found.devices().front().measure_counter_period_s().value(), 0.020, 0.005);
  const FakeDriver none(FakeDriver::one_device(
      {{"answers", {{"nvmlDeviceGetTotalEnergyConsumption", "not_supported"}}}}));
  EXPECT_EQ(none.load().devices().front().measure_counter_period_s().reason(),
            "nvmlDeviceGetTotalEnergyConsumption: Not Supported");
}

TEST(GpuDriver, SortsByPciAddressAndTellsOfBrokenDevices) {
  const FakeDriver driver(
      FakeDriver::devices({Json{{"pci", "00000000:B1:00.0"}, {"uuid", "GPU-b"}},
                           Json{{"pci", "00000000:65:00.0"}, {"uuid", "GPU-a"}},
                           Json{{"answers", {{"nvmlDeviceGetHandleByIndex_v2", "gpu_is_lost"}}}}}));
  const GpuDriver found = driver.load();
  ASSERT_EQ(found.devices().size(), 2);
  EXPECT_EQ(found.devices()[0].description().uuid, "GPU-a");
  EXPECT_EQ(found.devices()[1].description().uuid, "GPU-b");
  ASSERT_EQ(found.broken_devices().size(), 1);
  EXPECT_EQ(found.broken_devices().front().reason,
            "device 2 of the driver: nvmlDeviceGetHandleByIndex_v2: GPU is lost");
}

class GpuSelector : public testing::Test {
 protected:
  const FakeDriver driver_{FakeDriver::devices(
      {Json{{"uuid", "GPU-15fedf05-d83c-145e-35b6-12b6f3c2393a"},
            {"pci", "00000000:65:00.0"},
            {"name", "NVIDIA H100"},
            {"mig", true},
            {"slices", Json::array({"MIG-7b0c7d3e-0000-5aaa-9000-000000000001",
                                    "MIG-7b0c9999-0000-5aaa-9000-000000000002"})}},
       Json{{"uuid", "GPU-15fe0000-1111-2222-3333-444455556666"}, {"pci", "00000000:B1:00.0"}}})};
  const GpuDriver found_ = driver_.load();

  std::string uuid_of(const std::string& selector) const {
    return found_.device(selector, "$.gpu").description().uuid.substr(0, 12);
  }
  std::string refusal_of(const std::string& selector) const {
    try {
      return "it found " + uuid_of(selector);
    } catch (const core::UserError& error) {
      return error.what();
    }
  }
};

TEST_F(GpuSelector, FindsADeviceByItsUuidOrPciAddress) {
  EXPECT_EQ(uuid_of("GPU-15fedf05-d83c-145e-35b6-12b6f3c2393a"), "GPU-15fedf05");
  EXPECT_EQ(uuid_of("gpu-15FEDF05"), "GPU-15fedf05");
  EXPECT_EQ(uuid_of("15fe0000"), "GPU-15fe0000");
  EXPECT_EQ(uuid_of("00000000:b1:00.0"), "GPU-15fe0000");
  EXPECT_EQ(uuid_of("0000:65:00.0"), "GPU-15fedf05");
  EXPECT_EQ(uuid_of("B1:00"), "GPU-15fe0000");
}

TEST_F(GpuSelector, FindsTheBoardAroundAMigSlice) {
  EXPECT_EQ(uuid_of("MIG-7b0c7d3e-0000-5aaa-9000-000000000001"), "GPU-15fedf05");
  EXPECT_EQ(uuid_of("MIG-7b0c"), "GPU-15fedf05");
}

// CUDA knows no parts of names and no small letters for large ones.
TEST_F(GpuSelector, GivesCudaTheWholeNameOfWhatWasChosen) {
  const std::string slice = "MIG-7b0c7d3e-0000-5aaa-9000-000000000001";
  EXPECT_EQ(found_.cuda_name(slice, "$.gpu"), slice);
  EXPECT_EQ(found_.cuda_name("mig-7B0C7D3E", "$.gpu"), slice);
  EXPECT_EQ(found_.cuda_name("7d3e", "$.gpu"), slice);
  const std::string board = "GPU-15fedf05-d83c-145e-35b6-12b6f3c2393a";
  EXPECT_EQ(found_.cuda_name("gpu-15fedf05", "$.gpu"), board);
  EXPECT_EQ(found_.cuda_name("0000:65:00.0", "$.gpu"), board);
}

TEST_F(GpuSelector, AsksWhichSliceIsMeantAndListsThem) {
  try {
    found_.cuda_name("MIG-7b0c", "$.gpu");
    ADD_FAILURE() << "it took one of two";
  } catch (const core::UserError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("2 slices have this part"),
                                    HasSubstr("MIG-7b0c9999-0000-5aaa-9000-000000000002")));
  }
}

TEST_F(GpuSelector, RefusesAPlainNumber) {
  EXPECT_THAT(refusal_of("0"), AllOf(HasSubstr("$.gpu"), HasSubstr("found:    \"0\""),
                                     HasSubstr("a plain number means one device to CUDA")));
}

TEST_F(GpuSelector, ListsTheDevicesWhenNoneOrSeveralFit) {
  EXPECT_THAT(refusal_of("GPU-99999999"),
              AllOf(HasSubstr("GPU-15fedf05-d83c-145e-35b6-12b6f3c2393a  00000000:65:00.0  "
                              "NVIDIA H100"),
                    HasSubstr("GPU-15fe0000-1111-2222-3333-444455556666")));
  EXPECT_THAT(refusal_of("GPU-15fe"), HasSubstr("2 GPUs have this part"));
  EXPECT_THAT(refusal_of("65"), HasSubstr("a plain number"));
  EXPECT_THAT(refusal_of(":65"), HasSubstr("at least 4 characters"));
  EXPECT_THAT(refusal_of(""), HasSubstr("at least 4 characters"));
}

TEST(GpuSharing, IsMigInMigModeAndTheSliceHasNoEnergyOfItsOwn) {
  const FakeDriver driver(
      FakeDriver::one_device({{"mig", true}, {"slices", Json::array({"MIG-1", "MIG-2"})}}));
  const GpuDriver found = driver.load();
  EXPECT_EQ(found.devices().size(), 1);
  const Gpu& gpu = found.devices().front();
  EXPECT_EQ(gpu.description().sharing, "mig");
  EXPECT_THAT(gpu.mig_slices(), ElementsAre("MIG-1", "MIG-2"));
  EXPECT_THAT(gpu.readings(0)->signals().front().description, HasSubstr("whole board"));
}

TEST(GpuSharing, IsMpsWhenTheDeviceHasItsClients) {
  const FakeDriver driver(FakeDriver::one_device(
      {{"compute_mode", 3}, {"processes", Json::array({Json{{"pid", "self"}, {"kind", "mps"}}})}}));
  EXPECT_EQ(driver.load().devices().front().description().sharing, "mps");
}

TEST(GpuSharing, IsMpsWhenTheNamedFolderHasTheDaemonsPipe) {
  const FakeDriver driver(FakeDriver::one_device());
  const test::TemporaryFolder folder;
  const Environment pipes("CUDA_MPS_PIPE_DIRECTORY", folder.path().string());
  EXPECT_EQ(driver.load().devices().front().description().sharing, "time_slicing");
  folder.write("control", "");
  EXPECT_EQ(driver.load().devices().front().description().sharing, "mps");
}

TEST(GpuSharing, IsExclusiveInThatComputeMode) {
  const FakeDriver driver(FakeDriver::one_device({{"compute_mode", 3}}));
  EXPECT_EQ(driver.load().devices().front().description().sharing, "exclusive_process");
}

}  // namespace
}  // namespace tandem::measure
