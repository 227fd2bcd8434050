#include "measure/gpu.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "measure/counter_period.h"
#include "measure/gpu_description.h"
#include "measure/gpu_process_readings.h"
#include "measure/gpu_quantities.h"
#include "measure/gpu_readings.h"
#include "measure/nvml_library.h"

namespace tandem::measure {
namespace {
using nvml::Return;

constexpr std::string_view process_list_name = "processes";
constexpr std::string_view process_utilization_name = "sm_util_percent";

bool is_one_of(std::string_view name, const std::vector<UnavailableReading>& unavailable) {
  return std::ranges::find(unavailable, name, &UnavailableReading::name) != unavailable.end();
}

}  // namespace

Gpu::Gpu(std::shared_ptr<const NvmlLibrary> library, void* handle, std::string uuid)
    : library_(std::move(library)),
      handle_(handle),
      description_(describe_gpu(library_, handle_, std::move(uuid))),
      mig_slices_(mig_slices_of(*library_, handle_)) {
  for (const GpuQuery& query : gpu_queries()) {
    std::array<GpuAnswer, GpuQuery::most_quantities> answers;
    query.ask(*library_, handle_, answers);
    for (size_t i = 0; i < query.quantities.size(); ++i) {
      if (answers[i]) continue;
      unavailable_.push_back({std::string(query.quantities[i].name),
                              library_->reason(answers[i].function, answers[i].code)});
    }
  }
  GpuProcessList list(library_, handle_);
  if (!list.refresh()) unavailable_.push_back({std::string(process_list_name), list.problem()});
  const Return code = GpuProcessUtilization(library_, handle_).refresh();
  if (code != Return::success && code != Return::not_found) {
    unavailable_.push_back({std::string(process_utilization_name),
                            library_->reason(library_->process_utilization.name(), code)});
  }
}

core::GpuState Gpu::state() const {
  core::GpuState state;
  const auto ask = [this](std::string_view name) {
    for (const GpuQuery& query : gpu_queries()) {
      for (size_t i = 0; i < query.quantities.size(); ++i) {
        if (query.quantities[i].name != name) continue;
        std::array<GpuAnswer, GpuQuery::most_quantities> answers;
        query.ask(*library_, handle_, answers);
        return reading_of(answers[i], *library_);
      }
    }
    return core::Reading::missing("unknown quantity");
  };
  state.temperature_c = ask("temperature_c");
  state.sm_clock_mhz = ask("sm_clock_mhz");
  state.memory_clock_mhz = ask("memory_clock_mhz");
  state.memory_used_mib = ask("memory_mib");
  state.throttle_bits = ask("throttle_bits");
  if (state.throttle_bits) {
    state.throttle_reasons =
        throttle_reasons(static_cast<unsigned long long>(*state.throttle_bits));
  }
  return state;
}

std::vector<GpuProcess> Gpu::processes(std::string& problem) const {
  GpuProcessList list(library_, handle_);
  list.refresh();
  problem = list.problem();
  std::vector<GpuProcess> processes;
  for (const auto& entry : list.entries()) {
    processes.push_back({entry.pid, std::isnan(entry.memory_mib)
                                        ? core::Reading::missing("the driver doesn't tell")
                                        : core::Reading(entry.memory_mib)});
  }
  return processes;
}

core::Reading Gpu::measure_counter_period_s(double at_most_s) const {
  return counter_period_s(
      [this] { return reading_of(gpu_energy_j(*library_, handle_), *library_); }, at_most_s);
}

std::unique_ptr<SignalSource> Gpu::readings(int index) const {
  std::vector<std::string> names;
  for (const GpuQuery& query : gpu_queries()) {
    for (const GpuQuantity& quantity : query.quantities) {
      if (!is_one_of(quantity.name, unavailable_)) names.emplace_back(quantity.name);
    }
  }
  return std::make_unique<GpuReadings>(library_, handle_, index, names);
}

std::unique_ptr<SignalSource> Gpu::process_readings(
    int index, int participants, std::shared_ptr<const ProcessOwners> owners) const {
  const bool with_utilization = !is_one_of(process_utilization_name, unavailable_);
  return std::make_unique<GpuProcessReadings>(library_, handle_, index, participants,
                                              with_utilization, std::move(owners));
}

std::variant<GpuDriver, MissingSource> GpuDriver::load(const std::string& library_path) {
  auto loaded = NvmlLibrary::load(library_path);
  if (auto* const missing = std::get_if<MissingSource>(&loaded)) return std::move(*missing);
  const auto library = std::get<std::shared_ptr<const NvmlLibrary>>(std::move(loaded));

  unsigned count = 0;
  const Return counted = library->device_count(&count);
  if (counted != Return::success) {
    return MissingSource{"gpu", "the NVIDIA driver doesn't count its devices: " +
                                    library->reason(library->device_count.name(), counted)};
  }
  if (count == 0) return MissingSource{"gpu", "the NVIDIA driver is there, but has no device"};

  GpuDriver driver;
  for (unsigned i = 0; i < count; ++i) {
    const auto broken = [&](const char* function, Return code) {
      driver.broken_.push_back(
          {"gpu", fmt::format("device {} of the driver: {}", i, library->reason(function, code))});
    };
    void* handle = nullptr;
    std::string uuid;
    if (const Return code = library->device_at(i, &handle); code != Return::success) {
      broken(library->device_at.name(), code);
      continue;
    }
    const Return code = ask_text(
        uuid, [&](char* text, unsigned size) { return library->uuid(handle, text, size); });
    if (code != Return::success) {
      broken(library->uuid.name(), code);
      continue;
    }
    driver.devices_.push_back(Gpu(library, handle, std::move(uuid)));
  }
  std::ranges::sort(driver.devices_, {},
                    [](const Gpu& gpu) { return gpu.description().pci_bus_id; });
  return driver;
}

}  // namespace tandem::measure
