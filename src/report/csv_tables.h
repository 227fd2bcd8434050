#pragma once

#include <string>
#include <vector>

#include "analyse/study_analysis.h"

namespace tandem::report {

/// A table for other programs: RFC 4180 with a header, as pandas.read_csv and R's read.csv take it.
struct CsvTable {
  std::string file;     ///< `trainings.csv`
  std::string content;  ///< UTF-8
};

/// The tidy tables of a study: `runs.csv` (a row a planned run), `trainings.csv` (a row a
/// training), `effects.csv` (a row an effect of a pair at a setting in a repetition),
/// `sensitivities.csv`, `tests.csv` (a row a test over the study), `missing.csv` (a row an empty
/// cell, with its reason), and `dictionary.csv`, which says of each column of the others what it
/// holds and in which unit. A missing number is an empty cell. A text that a spreadsheet would take
/// for a formula gets an apostrophe before it.
std::vector<CsvTable> csv_tables(const analyse::StudyAnalysis& analysis);

}  // namespace tandem::report
