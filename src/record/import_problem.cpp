#include "record/import_problem.h"

#include <fmt/format.h>

#include "core/text.h"

namespace tandem::record {

std::string ImportProblem::text() const {
  std::string place = core::printable(file);
  if (row > 0) place += fmt::format(": row {}", row);
  if (!column.empty()) place += (row > 0 ? ", column " : ": column ") + core::in_quotes(column);
  const auto safe = [](const std::string& text) { return core::printable(text, 2000); };
  return fmt::format("{}: found {}, expected {}{}", place, safe(found), safe(expected),
                     consequence.empty() ? "" : " (" + safe(consequence) + ")");
}

void to_json(core::Json& json, const ImportProblem& problem) {
  json = {{"file", problem.file},         {"row", problem.row},
          {"column", problem.column},     {"found", problem.found},
          {"expected", problem.expected}, {"consequence", problem.consequence}};
}

}  // namespace tandem::record
