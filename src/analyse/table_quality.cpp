#include "analyse/table_quality.h"

#include <fmt/format.h>

#include "core/text.h"

namespace tandem::analyse {
namespace {

std::string quoted_list(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  for (const std::string& name : names) quoted.push_back(core::in_quotes(name));
  return fmt::format("{}", fmt::join(quoted, ", "));
}

}  // namespace

void add_table_quality(const record::RunTable& table, StudyAnalysis& analysis) {
  DataQuality& quality = analysis.quality;
  quality.scale = "not stated";
  std::vector<std::string> cautions;
  if (table.map.simulated) {
    cautions.emplace_back("Simulated: nobody measured these runs, the mapping file says so.");
  }
  cautions.push_back(fmt::format(
      "Measured elsewhere: {} rows of {}, read by {}. Machine, scale, start signals and overlap "
      "are "
      "not known here.",
      table.rows_read, core::printable(table.file), core::printable(table.map.file.string())));
  if (table.map.energy) {
    cautions.push_back(
        "Energy as imported, measured by: " + core::printable(table.map.energy_measured_by) + ".");
  }
  if (table.map.duration) {
    cautions.emplace_back(
        "The makespan of a pair is the longer of its two durations, as of trainings that start "
        "together.");
  }
  if (table.rows_left_out > 0) {
    cautions.push_back(fmt::format(
        "{} rows of the table are left out; the problems are listed with row and column.",
        table.rows_left_out));
  }
  for (const auto& [column, cells] : table.missing_cells) {
    cautions.push_back(fmt::format("{} cells of column {} are empty: missing, never filled in.",
                                   cells, core::in_quotes(column)));
  }
  if (!table.unmapped_columns.empty()) {
    cautions.push_back(fmt::format("Columns that the mapping doesn't name are not looked at: {}.",
                                   quoted_list(table.unmapped_columns)));
  }
  quality.cautions.insert(quality.cautions.begin(), cautions.begin(), cautions.end());
}

}  // namespace tandem::analyse
