#pragma once

#include <span>
#include <string>
#include <vector>

#include "analyse/statistics/result.h"
#include "record/run_result.h"
#include "study/plan.h"
#include "study/study_file.h"

namespace tandem::analyse {

/// How much the paired differences concurrent − solo of an outcome scatter, as logarithms of
/// ratios.
struct PilotSpread {
  std::string outcome;  ///< `duration of B`, `energy of the pair`, `performance of B`
  /// `repetitions`: within a pair and setting, pooled over these; `pairs`: between the pairs' means
  /// at the default setting.
  std::string over;
  size_t differences = 0;
  Reading standard_deviation;
};

/// The spreads that the runs of a study show. Those between repetitions need at least two, those
/// between pairs at least two pairs; otherwise missing with the reason.
std::vector<PilotSpread> pilot_spreads(const study::Study& study, const study::Plan& plan,
                                       const study::Catalogue& catalogue,
                                       const std::vector<record::RunResult>& results);

/// What n paired differences can detect with the two-sided paired t-test at 5 % with 80 % power.
struct Detectable {
  size_t n = 0;
  Reading in_deviations;         ///< in standard deviations of the differences
  std::vector<Reading> percent;  ///< 100 (e^difference − 1), one a spread
};

/// One row for each of the n.
std::vector<Detectable> detectable_effects(std::span<const size_t> n,
                                           const std::vector<PilotSpread>& spreads);

}  // namespace tandem::analyse
