#pragma once

#include <string>
#include <vector>

#include "analyse/study_analysis.h"

namespace tandem::analyse {

/// The sentences of a report, each made from an estimate with its interval, n, test and adjusted p.
/// A p-value above 0.05 is told as 'no evidence', never as 'no change'; 'equivalent' is what TOST
/// says, where its bound is not below the study's noise floor.
std::vector<Finding> findings_of(const StudyAnalysis& analysis);

}  // namespace tandem::analyse
