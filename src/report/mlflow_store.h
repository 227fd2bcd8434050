#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "record/run_result.h"

namespace tandem::report {

/// A file of a store, by its path within it.
struct StoredFile {
  std::filesystem::path path;
  std::string content;
};

/// Runs in the layout of MLflow's file store: what belongs into `mlruns/`. An experiment for the
/// study; a run for each training alone; for a pair a run with what both have in common, and one
/// below it for each training. `runs` are those that count, one attempt each; `mlruns` is where the
/// folder will lie, for MLflow wants whole addresses. Names that MLflow doesn't take are replaced
/// and kept in a tag. The rules and where they come from: docs/export.md.
std::vector<StoredFile> mlflow_store(const std::string& study,
                                     const std::vector<record::RunResult>& runs,
                                     const std::filesystem::path& mlruns);

/// A name that MLflow takes for a metric, a parameter or a tag, and that is one file in one folder:
/// letters, digits, `_`, `-`, `.` and blanks, others become `_`; at most 250 bytes.
std::string mlflow_name(const std::string& name);

/// In double quotes as YAML 1.1 has them; bytes that are no UTF-8 become U+FFFD.
std::string yaml_quoted(const std::string& text);

/// A result as other programs get it: `result.json`, but what an imported run's source didn't state
/// (scale, device, seeds), for which the folder has tandem's defaults, is called so.
core::Json exported_document(const record::RunResult& run);

}  // namespace tandem::report
