#pragma once

#include "measure/signal.h"

namespace tandem::measure {

/// The GPU's energy, power, utilisation and memory through the NVIDIA driver's library, or why
/// there are none. `library` is for tests.
FoundSource find_gpu(const char* library = "libnvidia-ml.so.1");

}  // namespace tandem::measure
