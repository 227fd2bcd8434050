#include "measure/instruments.h"

#include <algorithm>
#include <variant>

#include "core/error.h"
#include "measure/rapl.h"

namespace tandem::measure {

Instruments::Instruments(const Options& options)
    : root_(options.root),
      has_rapl_(!std::holds_alternative<MissingSource>(find_rapl(options.root))) {
  const auto found = GpuDriver::load(options.nvml_library);
  if (const auto* missing = std::get_if<MissingSource>(&found)) {
    why_no_gpu_ = missing->reason;
    if (!options.gpus.empty()) {
      throw core::UserError("the GPU to measure",
                            {{options.gpus_asked_by, options.gpus.front(), why_no_gpu_}});
    }
    return;
  }
  const auto& driver = std::get<GpuDriver>(found);
  for (const std::string& selector : options.gpus) {
    const Gpu& gpu = driver.device(selector, options.gpus_asked_by);
    const auto is_same = [&](const Gpu& other) {
      return other.description().uuid == gpu.description().uuid;
    };
    if (std::ranges::none_of(gpus_, is_same)) gpus_.push_back(gpu);
  }
  if (options.gpus.empty()) gpus_ = driver.devices();
  if (options.only_first_gpu && gpus_.size() > 1) gpus_.erase(gpus_.begin() + 1, gpus_.end());
  if (gpus_.empty()) {
    why_no_gpu_ = driver.broken_devices().empty() ? "the NVIDIA driver lists no GPU"
                                                  : driver.broken_devices().front().reason;
  }
  for (const Gpu& gpu : gpus_) {
    core::GpuDescription description = gpu.description();
    description.energy_counter_period_s = options.counter_period_s
                                              ? core::Reading(*options.counter_period_s)
                                              : gpu.measure_counter_period_s();
    descriptions_.push_back(std::move(description));
  }
}

}  // namespace tandem::measure
