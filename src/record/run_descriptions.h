#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/json.h"
#include "record/table_map.h"

namespace tandem::record {

/// Run descriptions, one JSON document a run, in the form of a table of runs.
struct DescribedRuns {
  TableMap map;                     ///< the mapping, for the table
  std::string table;                ///< CSV: a row a training
  std::vector<std::string> places;  ///< of the rows below the header: `r1.json, $.trainings[0]`
};

/// The columns of the mapping are members of the documents: `energy.gpu` is the member `gpu` of the
/// member `energy`. With TableMap::trainings, each item of that list is a row; what the item lacks
/// stands in the document itself. Of two trainings in one document each is the other's partner, and
/// a document without a run's name is called by its file's. `documents`: file name and content.
/// Throws core::UserError for documents that can't be rows.
DescribedRuns table_of_descriptions(
    const std::vector<std::pair<std::string, core::Json>>& documents, const TableMap& map);

/// The same of every `*.json` in a folder, in the order of their names. Throws core::UserError for
/// a folder without any, and for a file that is no JSON.
DescribedRuns read_run_descriptions(const std::filesystem::path& folder, const TableMap& map);

}  // namespace tandem::record
