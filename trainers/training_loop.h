#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>

#include "protocol.h"
#include "workload.h"

namespace tandem::trainers {

/// Trains from the warm-up to the final metrics, the same way for every workload: warms up, reports
/// `ready` (with the members of `description`), waits for `go`, then trains and evaluates `epochs`
/// times; with 0 epochs the final metrics are those of the untrained network. Each step is also a
/// readable line on standard output. Throws TrainingError: non_finite_loss, called_off, or what the
/// workload throws.
void run_training(Workload& workload, std::int64_t epochs, nlohmann::json description,
                  EventStream& events);

}  // namespace tandem::trainers
