#include "analyse/table_quality.h"

#include <fmt/format.h>

#include "core/text.h"

namespace tandem::analyse {
namespace {

using fmt::arg;

std::string quoted_list(const std::vector<std::string>& names, const core::Texts& texts) {
  std::vector<std::string> quoted;
  for (const std::string& name : names) quoted.push_back(core::in_quotes(name));
  return texts.list(quoted);
}

}  // namespace

void add_table_quality(const record::RunTable& table, StudyAnalysis& analysis) {
  const core::Texts& texts = core::Texts::in(analysis.options.language);
  DataQuality& quality = analysis.quality;
  quality.scale = "not stated";
  std::vector<std::string> cautions;
  const auto add = [&](const std::string& id, const auto&... arguments) {
    cautions.push_back(texts(id, arguments...));
  };
  if (table.map.simulated) add("quality.table.simulated");
  add("quality.table.elsewhere", arg("n", table.rows_read),
      arg("file", core::printable(table.file)),
      arg("map", core::printable(table.map.file.string())));
  if (table.map.energy)
    add("quality.table.energy", arg("by", core::printable(table.map.energy_measured_by)));
  if (table.map.duration) add("quality.table.makespan");
  if (table.rows_left_out > 0) add("quality.table.left_out", arg("n", table.rows_left_out));
  for (const auto& [column, cells] : table.missing_cells) {
    add("quality.table.empty_cells", arg("n", cells), arg("column", core::in_quotes(column)));
  }
  if (!table.unmapped_columns.empty()) {
    add("quality.table.unmapped", arg("columns", quoted_list(table.unmapped_columns, texts)));
  }
  quality.cautions.insert(quality.cautions.begin(), cautions.begin(), cautions.end());
}

}  // namespace tandem::analyse
