#include "measure/instruments.h"

#include <algorithm>
#include <future>
#include <variant>

#include "core/error.h"
#include "measure/rapl.h"

namespace tandem::measure {

Instruments::Instruments(const Options& options)
    : root_(options.root),
      has_rapl_(!std::holds_alternative<MissingSource>(find_rapl(options.root))),
      runs_at_a_time_(options.runs_at_a_time) {
  const auto found = GpuDriver::load(options.nvml_library, options.driver_limits);
  if (const auto* missing = std::get_if<MissingSource>(&found)) {
    why_no_gpu_ = missing->reason_and_commands();
    if (!options.gpus.empty()) {
      throw core::UserError("the GPU to measure",
                            {{options.gpus_asked_by, options.gpus.front(), why_no_gpu_}});
    }
    return;
  }
  const auto& driver = std::get<GpuDriver>(found);
  for (const std::string& selector : options.gpus) {
    const Gpu& gpu = driver.device(selector, options.gpus_asked_by);
    const std::string& visible_device = driver.cuda_name(selector, options.gpus_asked_by);
    const auto is_same = [&](const Gpu& other) {
      return other.description().uuid == gpu.description().uuid;
    };
    if (std::ranges::any_of(gpus_, is_same)) continue;
    gpus_.push_back(gpu);
    visible_devices_.push_back(visible_device);
  }
  if (options.gpus.empty()) {
    for (const Gpu& gpu : driver.devices()) {
      gpus_.push_back(gpu);
      visible_devices_.push_back(gpu.description().uuid);
    }
  }
  if (options.only_first_gpu && gpus_.size() > 1) gpus_.erase(gpus_.begin() + 1, gpus_.end());
  if (gpus_.empty()) {
    why_no_gpu_ = driver.broken_devices().empty() ? "the NVIDIA driver lists no GPU"
                                                  : driver.broken_devices().front().reason;
  }
  std::vector<std::future<core::Reading>> periods_s;
  for (const Gpu& gpu : gpus_) {
    descriptions_.push_back(gpu.description());
    if (!options.sharing.empty()) descriptions_.back().sharing = options.sharing;
    if (options.counter_period_s) {
      descriptions_.back().energy_counter_period_s = *options.counter_period_s;
      continue;
    }
    periods_s.push_back(std::async(
        std::launch::async, [&] { return gpu.measure_counter_period_s(options.counter_watch_s); }));
  }
  for (size_t i = 0; i < periods_s.size(); ++i) {
    descriptions_[i].energy_counter_period_s = periods_s[i].get();
  }
}

}  // namespace tandem::measure
