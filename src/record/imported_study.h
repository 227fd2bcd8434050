#pragma once

#include <cstdint>
#include <filesystem>
#include <istream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "record/import_problem.h"
#include "record/run_store.h"
#include "record/run_table.h"
#include "record/table_study.h"

namespace tandem::record {

/// In the place of a machine's description.
inline constexpr const char* imported_machine = "imported: not stated";

/// What a row of a table says of its run's trace and time, beside what RunTable holds.
struct RowTrace {
  std::string run;                ///< the run's name in the table
  std::string file;               ///< of the trace
  std::optional<double> start_s;  ///< since 1970; nothing where the cell says none
  std::optional<double> end_s;
};

/// Reads the columns of a table that only an import needs, by row number; `source` names the table
/// in messages. Lists times that are none and names that stand for more than one run, if `table`
/// (the same one, read) has rows for them.
std::map<std::uint32_t, RowTrace> read_row_traces(std::istream& in, const std::string& source,
                                                  const RunTable& table, ImportProblems& problems);

/// The rows of the table that a run of study_of() came from, rising: one, or two of a pair.
std::vector<std::uint32_t> rows_of(const RunResult& result);

/// Gives every run the identity that a recorded one has, `mnist+resnet20-full-r1-…`: safe as a
/// folder's name whatever the models are called. What it was called before stays in
/// RunSpec::instance.
void name_like_recorded(TableStudy& made);

/// What makes a folder a study's, of one that was imported: which models, pairs, levels and cells
/// it has. Without its runs, which RunStore keeps.
core::Json study_document(const TableStudy& made);
core::Json plan_document(const study::Plan& plan);
/// Whether a document is one of study_document().
bool is_imported_study(const core::Json& document);
/// The study of a folder that `tandem import` wrote, without results. Throws core::SystemError for
/// documents that it didn't write.
TableStudy read_imported_study(const std::filesystem::path& folder);

}  // namespace tandem::record
