#pragma once

#include "core/error.h"
#include "study/plan.h"
#include "study/study_file.h"
#include "study/workload.h"

namespace tandem::study {

/// A study with what it was planned from.
struct PlannedStudy {
  const Study& study;
  const Catalogue& catalogue;
  const Plan& plan;
};

/// What keeps `now` from going on with the runs of `before`: the same place in the design (pair,
/// setting, alone or concurrent, repetition) that another run answers, another way to measure, or a
/// workload that is called in another way. More or fewer pairs, levels and repetitions are no such
/// thing, nor are limits and pauses. Each difference once, however many runs it touches; `place` is
/// in the run's identity (RunSpec), `found` what `now` asks for, `expected` what `before` has.
std::vector<core::Problem> incompatible_changes(const PlannedStudy& before,
                                                const PlannedStudy& now);

}  // namespace tandem::study
