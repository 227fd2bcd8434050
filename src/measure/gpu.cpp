#include "measure/gpu.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/text.h"
#include "measure/answer_within.h"
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

core::Reading ask(const NvmlLibrary& library, nvml::Device device, std::string_view name) {
  for (const GpuQuery& query : gpu_queries()) {
    for (size_t i = 0; i < query.quantities.size(); ++i) {
      if (query.quantities[i].name != name) continue;
      std::array<GpuAnswer, GpuQuery::most_quantities> answers;
      query.ask(library, device, answers);
      return reading_of(answers[i], library);
    }
  }
  return core::Reading::missing("unknown quantity");
}

core::GpuState ask_state(const NvmlLibrary& library, nvml::Device device) {
  core::GpuState state;
  state.temperature_c = ask(library, device, "temperature_c");
  state.sm_clock_mhz = ask(library, device, "sm_clock_mhz");
  state.memory_clock_mhz = ask(library, device, "memory_clock_mhz");
  state.memory_used_mib = ask(library, device, "memory_mib");
  state.throttle_bits = ask(library, device, "throttle_bits");
  if (state.throttle_bits) {
    state.throttle_reasons =
        throttle_reasons(static_cast<unsigned long long>(*state.throttle_bits));
  }
  return state;
}

/// The processes on a device, or why the list can't be had.
struct Listed {
  std::vector<GpuProcess> processes;
  std::string problem;
};

Listed ask_processes(const std::shared_ptr<const NvmlLibrary>& library, nvml::Device device) {
  GpuProcessList list(library, device);
  list.refresh();
  Listed listed{{}, list.problem()};
  for (const auto& entry : list.entries()) {
    listed.processes.push_back({entry.pid,
                                std::isnan(entry.memory_mib)
                                    ? core::Reading::missing("the driver doesn't tell")
                                    : core::Reading(entry.memory_mib),
                                entry.kind});
  }
  return listed;
}

}  // namespace

Gpu::Gpu(std::shared_ptr<const NvmlLibrary> library, void* handle, std::string uuid,
         double answer_limit_s)
    : library_(std::move(library)),
      handle_(handle),
      answer_limit_s_(answer_limit_s),
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

std::string Gpu::no_answer() const {
  return fmt::format("the driver did not answer within {:g} s", answer_limit_s_);
}

core::GpuState Gpu::state() const {
  const auto state = answer_within(answer_limit_s_, [library = library_, device = handle_] {
    return ask_state(*library, device);
  });
  if (state) return *state;
  const core::Reading missing = core::Reading::missing(no_answer());
  return {.temperature_c = missing,
          .sm_clock_mhz = missing,
          .memory_clock_mhz = missing,
          .memory_used_mib = missing,
          .throttle_reasons = {},
          .throttle_bits = missing};
}

core::Reading Gpu::power_w() const {
  const auto power_w = answer_within(answer_limit_s_, [library = library_, device = handle_] {
    const core::Reading instant_w = ask(*library, device, "power_instant_w");
    return instant_w ? instant_w : ask(*library, device, "power_average_w");
  });
  return power_w.value_or(core::Reading::missing(no_answer()));
}

std::vector<GpuProcess> Gpu::processes(std::string& problem) const {
  const auto listed = answer_within(answer_limit_s_, [library = library_, device = handle_] {
    return ask_processes(library, device);
  });
  problem = listed ? listed->problem : no_answer();
  return listed ? listed->processes : std::vector<GpuProcess>{};
}

core::Reading Gpu::measure_counter_period_s(double at_most_s) const {
  const auto period_s =
      answer_within(at_most_s + answer_limit_s_, [library = library_, device = handle_, at_most_s] {
        return counter_period_s(
            [&] { return reading_of(gpu_energy_j(*library, device), *library); }, at_most_s);
      });
  return period_s.value_or(core::Reading::missing(no_answer()));
}

std::vector<GpuCallCost> Gpu::call_costs(int times) const {
  const double limit_s = times * answer_limit_s_;
  return answer_within(limit_s, [library = library_, device = handle_,
                                 times] { return gpu_call_costs(library, device, times); })
      .value_or(std::vector<GpuCallCost>{});
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
  const auto make = [library = library_, device = handle_, index, participants,
                     owners](bool with_utilization) {
    return std::make_unique<GpuProcessReadings>(library, device, index, participants,
                                                with_utilization, owners);
  };
  if (is_one_of(process_utilization_name, unavailable_)) return make(false);
  // It begins with asking what was used before, so that this can be left out.
  auto readings = answer_within(answer_limit_s_, [make] { return make(true); });
  return readings ? std::move(*readings) : make(false);
}

std::variant<GpuDriver, MissingSource> GpuDriver::load(const std::string& library,
                                                       const DriverLimits& limits) {
  auto found = answer_within(limits.load_s, [library, answer_limit_s = limits.answer_s] {
    return look_for(library, answer_limit_s);
  });
  if (found) return std::move(*found);
  return MissingSource{
      "gpu", fmt::format("the NVIDIA driver did not answer within {:g} s", limits.load_s)};
}

std::variant<GpuDriver, MissingSource> GpuDriver::look_for(const std::string& library_path,
                                                           double answer_limit_s) {
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
      std::vector<std::string> commands;
      if (code == Return::reset_required) {
        commands.push_back(fmt::format("sudo nvidia-smi --gpu-reset -i {}", i));
      }
      driver.broken_.push_back(
          {"gpu", fmt::format("device {} of the driver: {}", i, library->reason(function, code)),
           std::move(commands)});
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
    driver.devices_.push_back(Gpu(library, handle, std::move(uuid), answer_limit_s));
  }
  std::ranges::sort(driver.devices_, {},
                    [](const Gpu& gpu) { return gpu.description().pci_bus_id; });
  return driver;
}

}  // namespace tandem::measure
