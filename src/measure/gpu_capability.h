#pragma once

#include <variant>

#include "measure/capabilities.h"
#include "measure/gpu.h"

namespace tandem::measure {

/// Whether any GPU tells its energy or a power, and of each device: from what it is measured, how
/// it is shared, what it doesn't tell and why; and which devices don't answer.
Capability gpu_capability(const std::variant<GpuDriver, MissingSource>& driver);

}  // namespace tandem::measure
