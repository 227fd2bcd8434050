#pragma once

#include <vector>

#include "analyse/data_quality.h"
#include "core/language.h"
#include "record/run_result.h"

namespace tandem::analyse {

/// Puts before everything else what a reader has to know of runs that `tandem import` read: that
/// they were measured elsewhere, or simulated, and how far their traces are from what their source
/// says. Does nothing where there are none. `counted`: the runs that are ok.
void add_import_quality(const std::vector<const record::RunResult*>& counted,
                        const core::Texts& texts, DataQuality& quality);

}  // namespace tandem::analyse
