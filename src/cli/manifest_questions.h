#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/json.h"

namespace tandem::cli {

/// A manifest that is being written: what was answered so far, and the usual for the rest.
struct ManifestDraft {
  std::filesystem::path file;  ///< absolute, where it is going to lie
  core::Json manifest;
  bool speaks_protocol = false;
};

/// One thing that a manifest says and a person knows.
struct ManifestQuestion {
  std::string flag;  ///< that answers it, without `--`
  std::string text;  ///< one line that asks for it; empty: a terminal isn't asked
  std::string help;  ///< what the flag's help says
  /// What an empty line means.
  std::function<std::string(const ManifestDraft&)> usual;
  /// Puts an answer into the draft. Throws core::UserError where it is none; the draft is of no use
  /// then. What it says of the whole manifest is for its reader to judge.
  std::function<void(ManifestDraft&, const std::string& answer)> put;
  bool repeats = false;  ///< asked until the answer is `none`
  bool of_logs = false;  ///< only of a program that doesn't speak the protocol
};

/// Where a manifest lies whose path a person wrote: absolute, its folder without symbolic links.
std::filesystem::path place_of_manifest(const std::filesystem::path& file);

/// A draft that is a valid manifest. `file` is where it is going to lie; its position in the
/// catalogue comes after those of the manifests that are there.
ManifestDraft begin_manifest(const std::filesystem::path& file);

/// In the order in which they are asked: later ones build on earlier answers.
const std::vector<ManifestQuestion>& manifest_questions();

/// Puts the answer into the draft and reads the manifest that comes out as a study would. Throws
/// core::UserError with what is wrong; the draft is as before then.
void answer(ManifestDraft& draft, const ManifestQuestion& question, const std::string& text);

}  // namespace tandem::cli
