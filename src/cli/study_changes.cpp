#include "cli/study_changes.h"

#include <fmt/format.h>

#include "study/study_change.h"

namespace tandem::cli {

void check_goes_on(const OpenStudy& open) {
  const std::filesystem::path& folder = open.store.folder();
  const bool is_begun =
      std::filesystem::exists(folder / "study.json") && std::filesystem::exists(folder / "runs");
  if (!is_begun || open.study.file == folder / "study.json") return;
  const OpenStudy before = open_study({.path = folder, .results = {}, .workloads = {}});
  std::vector<core::Problem> problems = study::incompatible_changes(
      {before.study, before.catalogue, before.plan}, {open.study, open.catalogue, open.plan});
  if (problems.empty()) return;
  throw core::UserError(
      fmt::format("{} asks for other runs than those in {} (give it a folder of its own with "
                  "--results, or another experiment_name)",
                  open.study.file.string(), folder.string()),
      std::move(problems));
}

}  // namespace tandem::cli
