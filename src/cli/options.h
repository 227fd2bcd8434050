#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string>

#include "cli/open_study.h"
#include "core/json.h"
#include "report/text_table.h"

namespace tandem::cli {

/// Adds the STUDY argument and the options that say where its parts are.
inline void add_study_options(CLI::App& command, OpenOptions& options) {
  command
      .add_option("STUDY", options.path, "Study file, or the folder of a study that has been run")
      ->required();
  command.add_option("--results", options.results,
                     "The study's folder (default: results/<experiment_name>)");
  command.add_option(
      "--workloads", options.workloads,
      "Folder of further workload manifests, besides the ones that came with tandem");
}

inline void add_json_flag(CLI::App& command, bool& as_json) {
  command.add_flag("--json", as_json, "Print JSON for machines");
}

/// Prints a sentence within 80 columns.
inline void print_wrapped(const std::string& text) {
  for (const std::string& line : report::wrap(text, 80)) fmt::print("{}\n", line);
}

/// Prints a document; text that is no UTF-8 is mended, not an error.
inline void print_json(const core::Json& document) {
  fmt::print("{}\n", document.dump(2, ' ', false, core::Json::error_handler_t::replace));
}

}  // namespace tandem::cli
