#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "record/mapped_quantity.h"
#include "record/trace_map.h"
#include "study/hyperparameter.h"

namespace tandem::record {

/// What the mapping file says of one model: what the table can't.
struct MappedModel {
  std::string name;  ///< as it stands in the table
  study::Hyperparameters defaults;
  std::string metric;
  bool higher_is_better = true;
  std::optional<double> memory_mb;
  std::optional<double> gpu_util_percent;
};

/// A mapping file: which columns of a table of runs hold what. A row of such a table is one
/// training, alone or beside a partner. docs/any-table.md is the format.
struct TableMap {
  std::string name;  ///< of the study
  std::filesystem::path file;
  char separator = ',';
  char decimal = '.';
  std::vector<std::string> missing = {""};  ///< what stands in a cell that has no value
  std::vector<std::string> ignored;         ///< columns that hold nothing to analyse
  bool simulated = false;
  std::string data;                ///< `real`, `synthetic`, or empty when not stated
  std::string energy_measured_by;  ///< `wall meter`
  /// Whether the energy in a pair's rows is the row's training's or that of the run they share.
  bool energy_is_of_run = false;

  std::string model;    ///< the column
  std::string partner;  ///< its cells are empty for a training alone
  std::string run;      ///< the same in both rows of a pair; empty: no such column
  std::string repetition;
  std::string order;  ///< position in the session
  std::string outcome;
  std::vector<std::string> ok_outcomes;
  /// Either a column for each hyperparameter's value …
  std::map<std::string, std::string> hyperparameters;
  /// … or one that names what was changed (empty: nothing) and one for its value.
  std::string changed_hyperparameter;
  std::string changed_value;
  std::optional<MappedQuantity> energy;    ///< to joules
  std::optional<MappedQuantity> duration;  ///< to seconds
  std::string performance;

  std::vector<MappedModel> models;

  // For `tandem import` alone (docs/import.md).
  /// Of run descriptions in JSON: the member with the list of a run's trainings; empty: a
  /// description is one training.
  std::string trainings;
  std::optional<TraceMap> traces;

  /// Every column that the mapping names, in its order.
  std::vector<std::string> columns() const;
};

/// Reads a mapping file. Throws core::UserError with every mistake in it.
TableMap read_table_map(const std::filesystem::path& file);
/// The same for a document in memory; `file` names it in messages.
TableMap parse_table_map(const core::Json& document, const std::filesystem::path& file);

}  // namespace tandem::record
