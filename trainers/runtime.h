#pragma once

#include <nlohmann/json.hpp>

#include "options.h"

namespace tandem::trainers {

/// Sets threads, device and determinism for the whole process. Call before the first tensor. Throws
/// TrainingError (bad_flag) when the device is not there.
void configure_runtime(const Settings& settings);

/// What a reader of the results must know of this process: software versions, threads, core set,
/// device, determinism. Members of the `ready` message.
nlohmann::json describe_runtime(const Settings& settings);

}  // namespace tandem::trainers
