#include "measure/gpu_call_costs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "core/clock.h"
#include "measure/gpu_process_list.h"
#include "measure/gpu_process_utilization.h"
#include "measure/gpu_quantities.h"

namespace tandem::measure {
namespace {

/// Nothing when the question isn't answered.
std::optional<GpuCallCost> cost_of(std::string call, int times, const std::function<bool()>& ask) {
  std::vector<double> took_us;
  for (int i = 0; i < times; ++i) {
    const core::Time begin = core::Clock::now();
    if (!ask()) return std::nullopt;
    took_us.push_back(1e6 * core::seconds_between(begin, core::Clock::now()));
  }
  std::ranges::sort(took_us);
  return GpuCallCost{std::move(call), times, took_us[took_us.size() / 2],
                     took_us[took_us.size() * 95 / 100]};
}

}  // namespace

std::vector<GpuCallCost> gpu_call_costs(const std::shared_ptr<const NvmlLibrary>& library,
                                        nvml::Device device, int times) {
  std::vector<GpuCallCost> costs;
  const auto add = [&](std::string call, const std::function<bool()>& ask) {
    if (auto cost = cost_of(std::move(call), times, ask)) costs.push_back(std::move(*cost));
  };
  for (const GpuQuery& query : gpu_queries()) {
    std::array<GpuAnswer, GpuQuery::most_quantities> answers;
    query.ask(*library, device, answers);
    add(fmt::format("{} ({})", answers[0].function, query.quantities[0].name), [&] {
      query.ask(*library, device, answers);
      return static_cast<bool>(answers[0]);
    });
  }
  GpuProcessList list(library, device);
  add("lists of processes", [&] { return list.refresh(); });
  GpuProcessUtilization utilization(library, device);
  add(library->process_utilization.name(), [&] {
    const nvml::Return code = utilization.refresh();
    return code == nvml::Return::success || code == nvml::Return::not_found;
  });
  return costs;
}

}  // namespace tandem::measure
