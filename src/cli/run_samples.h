#pragma once

#include <string>
#include <vector>

#include "record/run_result.h"
#include "record/run_store.h"
#include "report/run_traces.h"

namespace tandem::cli {

/// Power and use over the time of each run that has samples: of the GPU as its driver told, of the
/// CPU as the growth of its energy counters and of the trainings' CPU time between two samples.
/// One run is read at a time. Files that can't be read are listed in `problems` and left out.
report::RunTraces traces_of_runs(const record::RunStore& store,
                                 const std::vector<record::RunResult>& results,
                                 std::vector<std::string>& problems);

}  // namespace tandem::cli
