#pragma once

#include "analyse/study_analysis.h"
#include "record/run_table.h"

namespace tandem::analyse {

/// Puts before everything else what a reader has to know of runs that were measured elsewhere:
/// where they come from, what was left out, what the table can't say, that they are simulated.
void add_table_quality(const record::RunTable& table, StudyAnalysis& analysis);

}  // namespace tandem::analyse
