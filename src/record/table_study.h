#pragma once

#include <memory>
#include <vector>

#include "record/run_result.h"
#include "record/run_table.h"
#include "record/study_runs.h"
#include "study/plan.h"
#include "study/study_file.h"
#include "study/workload.h"

namespace tandem::record {

/// The study that a table of runs holds, for the same analysis as a recorded one. Its runs are made
/// from the table's rows whenever they are looked at: the table must outlive them.
struct StudyInTable {
  study::Catalogue catalogue;  ///< the mapping's models; figures that it leaves open are no numbers
  study::Study study;
  std::unique_ptr<const StudyRuns> runs;
};

/// The same with all its runs at once, in the form of a recorded study.
struct TableStudy {
  study::Catalogue catalogue;
  study::Study study;
  study::Plan
      plan;  ///< every cell that a pair's settings and repetitions make, in the table or not
  std::vector<RunResult> results;
};

/// Finds the pairs, which of a pair is B (the one whose hyperparameters were changed; both in turn
/// where both were; the later one in the mapping where neither was), the settings (a changed value
/// is named by its ratio to the default: `learning_rate_x0.2`) and the runs: rows alone, and two
/// rows with the same text in the run column. What is twice in one cell counts for nothing and,
/// like rows that don't fit together, is added to the table's problems. Throws core::UserError when
/// no pair is left.
StudyInTable study_in(RunTable& table);
TableStudy study_of(RunTable& table);

}  // namespace tandem::record
