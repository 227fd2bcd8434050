#pragma once

#include <string>

#include "analyse/study_analysis.h"

namespace tandem::report {

/// The report for a terminal: terminal_summary, then bars of time, energy and effects,
/// sensitivities alone and together, the Pareto fronts and the session. Bars of the two modes
/// differ without colour too; with `colour` there are ANSI sequences around them and nowhere else.
std::string text_report(const analyse::StudyAnalysis& analysis, bool colour = false,
                        size_t width = 80);

}  // namespace tandem::report
