#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include "fake_driver.h"
#include "measure/gpu_process_list.h"
#include "measure/nvml_abi.h"
#include "measure/nvml_library.h"
#include "temporary_folder.h"

namespace tandem::measure {
namespace {

using testing::HasSubstr;

// The numbers were printed by a C program compiled with NVIDIA's own nvml.h, NVML_API_VERSION 13,
// for x86-64.
TEST(NvmlAbi, IsThatOfNvidiasHeader) {
  EXPECT_EQ(sizeof(nvml::Return), 4);
  EXPECT_EQ(sizeof(nvml::Device), 8);

  EXPECT_EQ(sizeof(nvml::PciInfo), 68);
  EXPECT_EQ(offsetof(nvml::PciInfo, domain), 16);
  EXPECT_EQ(offsetof(nvml::PciInfo, bus), 20);
  EXPECT_EQ(offsetof(nvml::PciInfo, device), 24);
  EXPECT_EQ(offsetof(nvml::PciInfo, bus_id), 36);

  EXPECT_EQ(sizeof(nvml::Memory), 24);
  EXPECT_EQ(offsetof(nvml::Memory, total), 0);
  EXPECT_EQ(offsetof(nvml::Memory, used), 16);

  EXPECT_EQ(sizeof(nvml::Utilization), 8);
  EXPECT_EQ(offsetof(nvml::Utilization, memory), 4);

  EXPECT_EQ(sizeof(nvml::FieldValue), 40);
  EXPECT_EQ(offsetof(nvml::FieldValue, scope), 4);
  EXPECT_EQ(offsetof(nvml::FieldValue, timestamp_us), 8);
  EXPECT_EQ(offsetof(nvml::FieldValue, latency_us), 16);
  EXPECT_EQ(offsetof(nvml::FieldValue, type), 24);
  EXPECT_EQ(offsetof(nvml::FieldValue, code), 28);
  EXPECT_EQ(offsetof(nvml::FieldValue, value), 32);

  EXPECT_EQ(sizeof(nvml::ProcessSample), 32);
  EXPECT_EQ(offsetof(nvml::ProcessSample, pid), 0);
  EXPECT_EQ(offsetof(nvml::ProcessSample, timestamp_us), 8);
  EXPECT_EQ(offsetof(nvml::ProcessSample, sm_percent), 16);

  // nvmlProcessInfo_v1_t and nvmlProcessInfo_v2_t.
  EXPECT_EQ(nvml::process_entry_bytes[0], 16);
  EXPECT_EQ(nvml::process_entry_bytes[1], 24);
  EXPECT_EQ(nvml::process_pid_at, 0);
  EXPECT_EQ(nvml::process_memory_at, 8);
}

// An H100 with driver 580 wrote these bytes into a buffer of 0xA5 when one process was on it; the
// space between process number and memory stayed as it was.
TEST(NvmlAbi, ReadsTheEntryThatARealDriverWrote) {
  const std::vector<unsigned char> written = {0x9e, 0x01, 0x00, 0x00, 0xa5, 0xa5, 0xa5, 0xa5,
                                              0x00, 0x00, 0xa0, 0x32, 0x00, 0x00, 0x00, 0x00,
                                              0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
  std::vector<std::byte> buffer(1024, process_list_poison);
  std::ranges::transform(written, buffer.begin(), [](unsigned char c) { return std::byte(c); });
  EXPECT_EQ(process_entry_stride(buffer, 1), 24u);
  std::ranges::fill(buffer.begin() + 16, buffer.end(), process_list_poison);
  EXPECT_EQ(process_entry_stride(buffer, 1), 16u);
}

TEST(Nvml, SaysThatThereIsNoDriver) {
  const auto found = GpuDriver::load("libtandem-no-such-driver.so.1");
  EXPECT_EQ(std::get<MissingSource>(found).name, "gpu");
  EXPECT_EQ(std::get<MissingSource>(found).reason,
            "no NVIDIA driver (libtandem-no-such-driver.so.1 not found)");
}

TEST(Nvml, SaysThatALibraryIsNotTheDriver) {
  EXPECT_EQ(std::get<MissingSource>(GpuDriver::load("libc.so.6")).reason,
            "libc.so.6 is no NVIDIA management library that tandem can read (it has no "
            "nvmlInit_v2)");
}

TEST(Nvml, SaysWhyALibraryCantBeLoaded) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("libnvidia-ml.so.1", "no ELF file");
  EXPECT_THAT(std::get<MissingSource>(GpuDriver::load(path)).reason,
              AllOf(HasSubstr("can't load the NVIDIA driver's library"), HasSubstr(path)));
}

TEST(Nvml, SaysWhyTheDriverDoesntStartAndWhatToDo) {
  const FakeDriver driver(Json{{"start", "driver_not_loaded"}});
  EXPECT_EQ(driver.reason_not_to_load(),
            "the NVIDIA driver doesn't start: nvmlInit_v2: Driver Not Loaded (the kernel's "
            "part isn't loaded)");
  const FakeDriver updated(Json{{"start", "version_mismatch"}});
  EXPECT_THAT(updated.reason_not_to_load(), HasSubstr("restart the machine"));
  const FakeDriver forbidden(Json{{"start", "no_permission"}});
  EXPECT_THAT(forbidden.reason_not_to_load(), HasSubstr("/dev/nvidiactl"));
  EXPECT_EQ(driver.users(), 0);
}

TEST(Nvml, UsesItsOwnWordsWhereTheDriverHasNone) {
  const FakeDriver driver(Json{{"start", "driver_not_loaded"}}, "old");
  EXPECT_THAT(driver.reason_not_to_load(),
              HasSubstr("nvmlInit_v2: the kernel driver isn't loaded"));
  const FakeDriver odd(Json{{"start", 77}}, "old");
  EXPECT_THAT(odd.reason_not_to_load(), HasSubstr("nvmlInit_v2: error 77"));
}

TEST(Nvml, SaysThatTheDriverHasNoDevice) {
  const FakeDriver driver(Json::object());
  EXPECT_EQ(driver.reason_not_to_load(), "the NVIDIA driver is there, but has no device");
  EXPECT_EQ(driver.users(), 0);
}

TEST(Nvml, IsInitialisedOnceForAllAndShutDownWithTheLast) {
  const FakeDriver driver(FakeDriver::one_device());
  std::unique_ptr<SignalSource> last;
  {
    const GpuDriver one = driver.load();
    const GpuDriver two = driver.load();
    EXPECT_EQ(driver.calls("nvmlInit_v2"), 1);
    last = two.devices().front().readings(0);
  }
  EXPECT_EQ(driver.users(), 1);
  EXPECT_EQ(Tick(*last)["gpu_0_temperature_c"], 35);
  last.reset();
  EXPECT_EQ(driver.users(), 0);
  EXPECT_EQ(driver.calls("nvmlShutdown"), 1);
}

TEST(Nvml, StartsAndStopsInManyThreads) {
  const FakeDriver driver(FakeDriver::one_device());
  std::vector<std::thread> threads;
  std::atomic<int> read = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        const auto source = driver.load().devices().front().readings(0);
        read += Tick(*source)["gpu_0_temperature_c"] == 35;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(read, 80);
  EXPECT_EQ(driver.users(), 0);
}

}  // namespace
}  // namespace tandem::measure
