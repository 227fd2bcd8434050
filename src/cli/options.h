#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/open_study.h"
#include "core/json.h"
#include "core/text.h"
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

/// Adds what says on which devices a study file's runs are made.
inline void add_device_option(CLI::App& command, OpenOptions& options) {
  command
      .add_option(
          "--device", options.devices,
          "A device in place of the study file's: cores=0,1 or a GPU's UUID or PCI address; "
          "several times for several")
      ->take_all();
}

inline void add_json_flag(CLI::App& command, bool& as_json) {
  command.add_flag("--json", as_json, "Print JSON for machines");
}

struct StudyOptions {
  OpenOptions open;
  bool as_json = false;
};

/// For the commands that take a study and print of it. The callback keeps the options alive.
inline std::shared_ptr<StudyOptions> add_study_and_json(CLI::App& command) {
  auto options = std::make_shared<StudyOptions>();
  add_study_options(command, options->open);
  add_json_flag(command, options->as_json);
  return options;
}

/// Prints a sentence within 80 columns.
inline void print_wrapped(const std::string& text) {
  for (const std::string& line : report::wrap(core::printable_lines(text), 80)) {
    fmt::print("{}\n", line);
  }
}

/// Prints a document; text that is no UTF-8 is mended, not an error.
inline void print_json(const core::Json& document) {
  fmt::print("{}\n", document.dump(2, ' ', false, core::Json::error_handler_t::replace));
}

}  // namespace tandem::cli
