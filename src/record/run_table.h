#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "record/table_map.h"

namespace tandem::record {

/// One training of a table of runs, in joules and seconds. A table may have millions: the rows are
/// numbers, whose names RunTable holds. A figure that is missing is not a number.
struct TableRow {
  static constexpr std::uint16_t none = std::numeric_limits<std::uint16_t>::max();
  static constexpr double missing = std::numeric_limits<double>::quiet_NaN();

  std::uint64_t run = 0;   ///< of the cell in the run column: equal for equal texts; 0 without one
  double value = missing;  ///< of the changed hyperparameter
  double energy_j = missing;
  double duration_s = missing;
  double performance = missing;
  double order = missing;
  std::uint32_t row = 0;  ///< in the file, from 1; the header is 1
  std::int32_t repetition = 1;
  std::uint16_t model = 0;       ///< index into TableMap::models
  std::uint16_t partner = none;  ///< the same; none for a training alone
  std::uint16_t changed = none;  ///< index into RunTable::hyperparameters; none: all at default
  bool ok = true;                ///< whether the outcome counts

  bool alone() const { return partner == none; }
};

/// Something in the table that can't be meant: reported, never mended.
struct TableProblem {
  size_t row = 0;
  std::string column;  ///< empty when it is about the row
  std::string found;
  std::string expected;
  bool row_left_out = false;
};

/// A table of runs that were measured elsewhere.
struct RunTable {
  TableMap map;
  std::string file;
  std::vector<std::string> hyperparameters;
  std::vector<TableRow> rows;
  size_t rows_read = 0;  ///< without the header
  size_t rows_left_out = 0;
  std::vector<TableProblem> problems;  ///< the first ones
  size_t problem_count = 0;
  std::map<std::string, size_t> missing_cells;  ///< by column
  std::vector<std::string> unmapped_columns;    ///< of the file, named nowhere in the mapping

  static constexpr size_t most_problems = 200;
  void report(TableProblem problem);
};

/// Reads the whole table; `source` names it in messages. Throws core::UserError for a column that
/// the mapping names and the header lacks, one that stands twice, and what is no CSV. What is wrong
/// with single cells is listed: a row whose place in the study is unclear is left out, a figure
/// that is no number is missing.
RunTable read_run_table(std::istream& in, const std::string& source, TableMap map);
/// The same of a file. Also throws core::UserError when it can't be opened.
RunTable read_run_table(const std::filesystem::path& file, TableMap map);

void to_json(core::Json& json, const TableProblem& problem);
/// What was read and what was wrong with it, without the rows.
core::Json reading_report(const RunTable& table);

}  // namespace tandem::record
