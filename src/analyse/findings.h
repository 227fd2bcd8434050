#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyse/study_analysis.h"

namespace tandem::analyse {

/// The sentences of a report, each made from an estimate with its interval, n, test and adjusted p.
/// A p-value above 0.05 is told as 'no evidence', never as 'no change'.
std::vector<Finding> findings_of(const StudyAnalysis& analysis);

/// `+12.3 %`, `−4.0 %`.
std::string signed_percent(double percent);
/// `p < 0.001`, `p = 0.042`; `no p (reason)`.
std::string p_text(const core::Reading& p);

}  // namespace tandem::analyse
