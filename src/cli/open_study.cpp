#include "cli/open_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/file.h"
#include "measure/machine.h"
#include "study/measured_catalogue.h"

namespace tandem::cli {
namespace fs = std::filesystem;
namespace {

OpenStudy open_folder(const OpenOptions& options) {
  if (!options.results.empty() || !options.workloads.empty()) {
    throw core::UserError(
        "--results and --workloads go with a study file; a study's folder has its own");
  }
  const fs::path& folder = options.path;
  if (!fs::exists(folder / "study.json")) {
    throw core::UserError(fmt::format(
        "'{}' holds no study.json: it is no study's folder. 'tandem run FILE' makes one.",
        folder.string()));
  }
  study::Catalogue catalogue = study::Catalogue::read(folder / "workloads");
  study::Study study = study::read_study(folder / "study.json", catalogue);
  const core::Json kept = core::read_json(folder / "plan.json");
  const auto machine_class_member = kept.find("machine_class");
  if (machine_class_member == kept.end() || !machine_class_member->is_string()) {
    throw core::UserError((folder / "plan.json").string(),
                          {{"$.machine_class", "nothing", "the machine that the study ran on"}});
  }
  const std::string machine_class = machine_class_member->get<std::string>();
  study::Plan plan = study::make_plan(study, catalogue, machine_class);
  return {std::move(catalogue), std::move(study), std::move(plan), machine_class,
          record::RunStore(folder)};
}

OpenStudy open_file(const OpenOptions& options) {
  study::Catalogue catalogue = catalogue_with(options.workloads);
  study::Study study = study::read_study(options.path, catalogue);
  const std::string machine_class = measure::describe_machine().machine_class();
  study::Plan plan = study::make_plan(study, catalogue, machine_class);
  const fs::path folder =
      options.results.empty() ? fs::path("results") / study.name : options.results;
  return {std::move(catalogue), std::move(study), std::move(plan), machine_class,
          record::RunStore(folder)};
}

}  // namespace

OpenStudy open_study(const OpenOptions& options) {
  std::error_code code;
  return fs::is_directory(options.path, code) ? open_folder(options) : open_file(options);
}

void keep_study(const OpenStudy& open) {
  const fs::path& folder = open.store.folder();
  core::make_folders(folder / "workloads");
  // A study that was opened by its folder is kept already.
  const bool is_kept = open.study.file == folder / "study.json";
  if (!is_kept) {
    std::set<std::string> used;
    for (const study::StudyPair& pair : open.study.pairs) used.insert({pair.a, pair.b});
    for (const std::string& id : used) {
      std::string name = id;
      std::replace(name.begin(), name.end(), '/', '_');
      core::write_file_atomically(folder / "workloads" / (name + ".json"),
                                  core::read_file(open.catalogue.at(id).manifest));
    }
  }
  core::write_file_atomically(
      folder / "plan.json",
      core::Json{{"machine_class", open.machine_class}, {"runs", planned_runs_document(open.plan)}}
              .dump(2) +
          "\n");
  // Last, for it is what makes the folder a study's: one that was killed before is none yet.
  if (!is_kept) {
    core::write_file_atomically(folder / "study.json", core::read_file(open.study.file));
  }
}

core::Json planned_runs_document(const study::Plan& plan) {
  core::Json runs = core::Json::array();
  for (const study::PlannedRun& run : plan.runs) {
    runs.push_back({{"run_id", run.id}, {"expected_s", run.expected_s}, {"spec", run.spec}});
  }
  return runs;
}

study::Catalogue catalogue_with(const fs::path& further_workloads,
                                const fs::path& measured_catalogue) {
  study::Catalogue catalogue = study::Catalogue::shipped();
  if (!further_workloads.empty()) {
    std::vector<study::Workload> workloads = catalogue.workloads();
    const study::Catalogue further = study::Catalogue::read(further_workloads);
    workloads.insert(workloads.end(), further.workloads().begin(), further.workloads().end());
    catalogue = study::Catalogue(std::move(workloads));
  }
  if (measured_catalogue.empty()) return catalogue;
  return study::with_measured(catalogue, study::read_measured_catalogue(measured_catalogue));
}

}  // namespace tandem::cli
