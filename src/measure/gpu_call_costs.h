#pragma once

#include <memory>
#include <string>
#include <vector>

#include "measure/nvml_library.h"

namespace tandem::measure {

/// How long the driver takes to answer one of the questions that a sampler asks.
struct GpuCallCost {
  std::string call;  ///< the driver's function and for what, or what several are asked for
  int times = 0;
  double median_us = 0;
  double p95_us = 0;  ///< 95 % of the calls took no longer
};

/// Asks each question that this device answers `times` times, one right after the other. While this
/// lasts (seconds, where calls take milliseconds) the driver's lock is busy.
std::vector<GpuCallCost> gpu_call_costs(const std::shared_ptr<const NvmlLibrary>& library,
                                        nvml::Device device, int times);

}  // namespace tandem::measure
