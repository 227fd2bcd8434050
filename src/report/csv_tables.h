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
/// `sensitivities.csv`, `partner_responses.csv`, `pairs.csv` (a row an effect of a pair),
/// `trade_off.csv` (a row a setting of a pair in a mode), `best_settings.csv`, `tests.csv` (a row a
/// test over the study), `noise_floors.csv`, `findings.csv`, `missing.csv` (a row an empty cell,
/// with its reason), and `dictionary.csv`, which says of each column of the others what it
/// holds and in which unit. A missing number is an empty cell. A text that a spreadsheet would take
/// for a formula gets an apostrophe before it.
std::vector<CsvTable> csv_tables(const analyse::StudyAnalysis& analysis);

struct DescribedColumn {
  std::string name;
  std::string unit;
  std::string meaning;
};
struct DescribedTable {
  std::string file;    ///< `trainings.csv`
  std::string row_is;  ///< `a training of a run`
  std::vector<DescribedColumn> columns;
};

/// What the tables hold: the same as in `dictionary.csv`, which isn't described itself.
std::vector<DescribedTable> data_dictionary();
/// As the page docs/data-dictionary.md, which a test compares with it.
std::string data_dictionary_markdown();

}  // namespace tandem::report
