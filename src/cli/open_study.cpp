#include "cli/open_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>
#include <string_view>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "measure/machine.h"
#include "record/imported_study.h"
#include "study/measured_catalogue.h"

namespace tandem::cli {
namespace fs = std::filesystem;
namespace {

/// Where the blocks of a folder's plan are made; nothing where there is none yet.
study::BlockDevices kept_block_devices(const fs::path& folder) {
  const fs::path file = folder / "plan.json";
  if (!fs::exists(file)) return {};
  const core::Json plan = core::read_json(file);
  const auto blocks = plan.find("block_devices");
  if (blocks == plan.end()) return {};
  study::BlockDevices devices;
  for (const auto& [block, device] : blocks->items()) {
    if (device.is_string()) devices[block] = device.get<std::string>();
  }
  return devices;
}

/// `cores=0,1` or a GPU's name, as the study file says it.
core::Json device_member(const std::string& text) {
  constexpr std::string_view cores_are = "cores=";
  if (!text.starts_with(cores_are)) return {{"gpu", text}};
  core::Json cores = core::Json::array();
  std::istringstream numbers(text.substr(cores_are.size()));
  for (std::string number; std::getline(numbers, number, ',');) {
    const bool is_number =
        !number.empty() && number.size() < 5 &&
        std::ranges::all_of(number, [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!is_number) {
      throw core::UserError("the command line",
                            {{"--device", core::in_quotes(text), "cores such as cores=0,1"}});
    }
    cores.push_back(std::stoi(number));
  }
  return {{"cores", std::move(cores)}};
}

/// What the study file states of `slurm` goes before the profile. Throws core::UserError for a
/// mistake in the profile, which is named.
void add_profile(const fs::path& profile, core::Json& document) {
  core::Json settings = core::read_json(profile);
  core::Diagnostics diagnostics(profile.string());
  study::read_slurm_settings(core::JsonNode(settings, "$", diagnostics));
  diagnostics.throw_if_any();
  const auto stated = document.find("slurm");
  if (stated != document.end() && !stated->is_object()) return;  // the study's own mistake
  if (stated != document.end()) settings.update(*stated);
  document["slurm"] = std::move(settings);
}

OpenStudy open_imported(const fs::path& folder) {
  record::TableStudy imported = record::read_imported_study(folder);
  return {std::move(imported.catalogue),
          std::move(imported.study),
          std::move(imported.plan),
          record::imported_machine,
          record::RunStore(folder),
          core::read_file(folder / "study.json"),
          true};
}

OpenStudy open_folder(const OpenOptions& options) {
  if (!options.results.empty() || !options.workloads.empty() || !options.devices.empty() ||
      !options.slurm_profile.empty()) {
    throw core::UserError(
        "--results, --workloads, --device and --slurm-profile go with a study file; a study's "
        "folder has its own");
  }
  const fs::path& folder = options.path;
  if (!fs::exists(folder / "study.json")) {
    throw core::UserError(fmt::format(
        "'{}' holds no study.json: it is no study's folder. 'tandem run FILE' makes one.",
        folder.string()));
  }
  if (record::is_imported_study(core::read_json(folder / "study.json"))) {
    return open_imported(folder);
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
  study::Plan plan = study::make_plan(study, catalogue, machine_class, kept_block_devices(folder));
  return {std::move(catalogue), std::move(study),         std::move(plan),
          machine_class,        record::RunStore(folder), core::read_file(folder / "study.json")};
}

OpenStudy open_file(const OpenOptions& options) {
  study::Catalogue catalogue = catalogue_with(options.workloads);
  core::Json document = core::read_json(options.path);
  std::string text = core::read_file(options.path);
  if (!options.devices.empty() && document.is_object()) {
    document["devices"] = core::Json::array();
    for (const std::string& device : options.devices) {
      document["devices"].push_back(device_member(device));
    }
    text = document.dump(2) + "\n";
  }
  if (!options.slurm_profile.empty() && document.is_object()) {
    add_profile(options.slurm_profile, document);
    text = document.dump(2) + "\n";
  }
  study::Study study = study::parse_study(document, options.path, catalogue);
  const bool class_is_stated = study.slurm && !study.slurm->machine_class.empty();
  const std::string machine_class =
      class_is_stated ? study.slurm->machine_class : measure::describe_machine().machine_class();
  const fs::path folder =
      options.results.empty() ? fs::path("results") / study.name : options.results;
  study::Plan plan = study::make_plan(study, catalogue, machine_class, kept_block_devices(folder));
  return {std::move(catalogue), std::move(study),         std::move(plan),
          machine_class,        record::RunStore(folder), std::move(text)};
}

}  // namespace

OpenStudy open_study(const OpenOptions& options) {
  std::error_code code;
  return fs::is_directory(options.path, code) ? open_folder(options) : open_file(options);
}

void refuse_imported(const OpenStudy& open, const std::string& command) {
  if (!open.is_imported) return;
  throw core::UserError(fmt::format(
      "'{}' was imported: its runs were made elsewhere, 'tandem {}' has nothing to do there "
      "('tandem report' and 'tandem analyse' read it)",
      open.store.folder().string(), command));
}

void keep_study(const OpenStudy& open) {
  const fs::path& folder = open.store.folder();
  core::make_folders(folder / "workloads");
  // A study that was opened by its folder is kept already.
  const bool is_kept = open.study.file == folder / "study.json";
  if (!is_kept) {
    std::set<std::string> used;
    for (const study::StudyPair& pair : open.study.pairs) used.insert({pair.a, pair.b});
    std::set<std::string> names;
    for (const std::string& id : used) {
      std::string name = id;
      std::replace(name.begin(), name.end(), '/', '_');
      while (!names.insert(name).second) name += "_";  // a_b/c and a/b_c are two
      core::write_file_atomically(folder / "workloads" / (name + ".json"),
                                  study::text_to_keep(open.catalogue.at(id)));
    }
  }
  core::write_file_atomically(folder / "plan.json",
                              core::Json{{"machine_class", open.machine_class},
                                         {"block_devices", open.plan.block_devices},
                                         {"runs", planned_runs_document(open.plan)}}
                                      .dump(2) +
                                  "\n");
  // Last, for it is what makes the folder a study's: one that was killed before is none yet.
  if (!is_kept) {
    core::write_file_atomically(folder / "study.json", open.text);
  }
}

std::vector<study::RunSpec> specs_of(const study::Plan& plan) {
  std::vector<study::RunSpec> specs;
  for (const study::PlannedRun& run : plan.runs) specs.push_back(run.spec);
  return specs;
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
