#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/json.h"

namespace tandem::study {

/// What became of a file in the form of tandem's predecessor.
struct ConvertedConfiguration {
  struct Manifest {
    std::string file_name;  ///< `REPO_MODEL.json`
    core::Json document;
  };
  struct Note {
    std::string place;  ///< in the predecessor's file
    std::string text;   ///< what wasn't carried over and why, or what a person must look at
  };
  std::vector<Manifest> manifests;  ///< each one valid
  std::vector<Note> not_carried;
  std::vector<Note> to_look_at;  ///< carried over as something that the file doesn't say
};

/// Converts `{"models": {REPO: {"path", "train_script", "models", "model_flag", "required_args",
/// "supported_hyperparams", "performance_metrics"}}}` to a manifest for each model of each
/// repository. `path` is the file that it was read from; paths in it are seen from its folder.
/// Throws core::UserError when it isn't of that form at all; what is wrong with one entry is a
/// note.
ConvertedConfiguration convert_configuration(const core::Json& document,
                                             const std::filesystem::path& path);

}  // namespace tandem::study
