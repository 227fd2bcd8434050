#pragma once

#include <cstddef>
#include <string>

#include "analyse/study_analysis.h"

namespace tandem::report {

/// What a person sees after `tandem report`: data quality first, then the effects of each pair with
/// their intervals, the findings, and the runs that don't count with their reasons. Plain text
/// without colours, at most `width` columns.
std::string terminal_summary(const analyse::StudyAnalysis& analysis, size_t width = 80);

}  // namespace tandem::report
