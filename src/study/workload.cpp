#include "study/workload.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "study/script_manifest.h"

namespace tandem::study {
namespace {

using core::JsonNode;

constexpr double infinity = std::numeric_limits<double>::infinity();

CatalogueFigures read_catalogue_figures(const JsonNode& node) {
  node.allow_only(
      {"memory_mb", "gpu_util_percent", "duration_s", "known_runs", "position", "measured_on"});
  CatalogueFigures figures;
  if (const auto memory = node.member("memory_mb", "device memory in MB")) {
    figures.memory_mb = memory->number(0, 1e7);
  }
  if (const auto util = node.member("gpu_util_percent", "GPU utilisation, 0 to 100")) {
    figures.gpu_util_percent = util->number(0, 100);
  }
  if (const auto duration = node.member("duration_s", "seconds of one training alone")) {
    figures.duration_s = duration->number(0, 1e9);
  }
  if (const auto runs = node.find("known_runs")) {
    figures.known_runs = static_cast<int>(runs->integer(0, 1'000'000'000));
  }
  if (const auto machine = node.find("measured_on")) figures.measured_on = machine->string();
  return figures;
}

/// A number for both scales, or `{"full": …, "quick": …}`.
PerScale read_per_scale(const JsonNode& node,
                        const std::function<double(const JsonNode&)>& read_number) {
  if (!node.raw().is_object()) {
    const double value = read_number(node);
    return {value, value};
  }
  node.allow_only({"full", "quick"});
  PerScale values;
  if (const auto full = node.member("full", "the value at full scale")) {
    values.full = read_number(*full);
  }
  if (const auto quick = node.member("quick", "the value at quick scale")) {
    values.quick = read_number(*quick);
  }
  return values;
}

/// A value that the hyperparameter may have, of its type.
double read_value(const JsonNode& node, const ManifestHyperparameter& entry) {
  if (!entry.whole_number) return node.number(entry.least, entry.most);
  constexpr double most = 1e15;  // well within what a double counts without a gap
  const auto bound = [&](double value) {
    return static_cast<std::int64_t>(std::clamp(value, -most, most));
  };
  return static_cast<double>(
      node.integer(bound(std::ceil(entry.least)), bound(std::floor(entry.most))));
}

ManifestHyperparameter read_hyperparameter(const std::string& name, const JsonNode& node) {
  ManifestHyperparameter entry;
  entry.name = name;
  if (!node.is_object("an object with flag, type, default")) return entry;
  node.allow_only({"flag", "variable", "config", "type", "default", "least", "most", "distribution",
                   "zero_probability"});
  read_way_to_tell(node, entry);
  if (const auto type = node.member("type", "integer or real")) {
    entry.whole_number = type->choice({"integer", "real"}) == 0;
  }
  const auto least = node.find("least");
  const auto most = node.find("most");
  entry.least = least ? least->number(-infinity, infinity) : -infinity;
  entry.most = most ? most->number(-infinity, infinity) : infinity;
  if (const auto distribution = node.find("distribution")) {
    entry.distribution = distribution->string();
  }
  if (const auto zero = node.find("zero_probability")) entry.zero_probability = zero->number(0, 1);
  if (const auto value = node.member("default", "a number, or one for each scale")) {
    entry.default_value =
        read_per_scale(*value, [&](const JsonNode& each) { return read_value(each, entry); });
  }
  return entry;
}

/// A training of no epochs, or of half a one, is no training.
void check_epochs(const JsonNode& node, const Workload& workload) {
  for (const ManifestHyperparameter& entry : workload.hyperparameters) {
    if (entry.name != "epochs") continue;
    if (!entry.whole_number || entry.least < 1 || entry.most > 1e6) {
      node.reject("epochs of type integer, least at least 1, most at most 1000000");
    }
  }
}

void read_command(const JsonNode& node, Workload& workload) {
  for (const JsonNode& item : node.items()) workload.command.push_back(read_argument(item));
  if (workload.command.empty()) node.reject("a list that starts with the program");
}

void read_metric(const JsonNode& node, Workload& workload) {
  node.allow_only({"name", "direction", "unit"});
  if (const auto name = node.member("name", "the metric as the trainer reports it")) {
    workload.performance_metric = name->string();
  }
  if (const auto direction = node.member("direction", "higher_is_better or lower_is_better")) {
    workload.higher_is_better = direction->choice({"higher_is_better", "lower_is_better"}) == 0;
  }
  if (const auto unit = node.find("unit")) workload.metric_unit = unit->string();
}

}  // namespace

std::string name_of(Scale scale) {
  return scale == Scale::full ? "full" : "quick";
}

std::string name_of(MemoryClass memory_class) {
  switch (memory_class) {
    case MemoryClass::low:
      return "low";
    case MemoryClass::medium:
      return "medium";
    case MemoryClass::high:
      return "high";
  }
  return "?";
}

MemoryClass Workload::memory_class() const {
  if (catalogue.memory_mb <= 1500) return MemoryClass::low;
  return catalogue.memory_mb <= 2500 ? MemoryClass::medium : MemoryClass::high;
}

HyperparameterSpec Workload::hyperparameter(const ManifestHyperparameter& entry,
                                            Scale scale) const {
  return {entry.name,  entry.flag, entry.whole_number, entry.default_value.at(scale),
          entry.least, entry.most};
}

std::optional<HyperparameterSpec> Workload::find_hyperparameter(const std::string& name,
                                                                Scale scale) const {
  for (const ManifestHyperparameter& entry : hyperparameters) {
    if (entry.name == name) return hyperparameter(entry, scale);
  }
  return std::nullopt;
}

Hyperparameters Workload::defaults(Scale scale) const {
  Hyperparameters values;
  for (const ManifestHyperparameter& entry : hyperparameters) {
    values[entry.name] = entry.default_value.at(scale);
  }
  return values;
}

Workload parse_workload(const core::Json& document, const std::filesystem::path& manifest) {
  core::Diagnostics diagnostics(manifest.string());
  const JsonNode root(document, "$", diagnostics);
  Workload workload;
  workload.manifest = manifest;
  if (!root.is_object("a workload manifest, an object")) diagnostics.throw_if_any();
  root.allow_only({"manifest_version",
                   "repo",
                   "model",
                   "repo_aliases",
                   "title",
                   "domain",
                   "architecture",
                   "catalogue",
                   "command",
                   "working_folder",
                   "environment",
                   "config_file",
                   "devices",
                   "data",
                   "data_source",
                   "makes_up_data",
                   "hyperparameters",
                   "expected_duration_s",
                   "performance_metric",
                   "further_metrics",
                   "log",
                   "success"});
  if (const auto version = root.member("manifest_version", "1")) version->integer(1, 1);
  if (const auto repo = root.member("repo", "the repository's name"))
    workload.repo = repo->string();
  if (const auto model = root.member("model", "the model's name")) workload.model = model->string();
  if (const auto aliases = root.find("repo_aliases")) {
    for (const JsonNode& alias : aliases->items()) workload.repo_aliases.push_back(alias.string());
  }
  if (const auto title = root.member("title", "a short description")) {
    workload.title = title->string();
  }
  if (const auto domain = root.member("domain", "vision, code or nlp")) {
    workload.domain = domain->string();
  }
  if (const auto architecture = root.member("architecture", "such as cnn")) {
    workload.architecture = architecture->string();
  }
  if (const auto figures = root.member("catalogue", "memory_mb, gpu_util_percent, duration_s");
      figures && figures->is_object()) {
    workload.catalogue = read_catalogue_figures(*figures);
    if (const auto position = figures->member("position", "1, 2, … in the catalogue")) {
      workload.catalogue_position = static_cast<int>(position->integer(1, 1'000'000));
    }
  }
  if (const auto command = root.find("command")) read_command(*command, workload);
  if (const auto data = root.find("data")) workload.data = data->string();
  if (const auto source = root.find("data_source")) workload.data_source = source->string();
  if (const auto makes_up = root.find("makes_up_data"))
    workload.makes_up_data = makes_up->boolean();
  if (const auto hyperparameters = root.member("hyperparameters", "an object, name to entry")) {
    for (const auto& [name, entry] : hyperparameters->members()) {
      workload.hyperparameters.push_back(read_hyperparameter(name, entry));
    }
    if (const auto epochs = hyperparameters->member("epochs", "every workload takes epochs")) {
      check_epochs(*epochs, workload);
    }
  }
  workload.expected_duration_s = {workload.catalogue.duration_s, workload.catalogue.duration_s};
  if (const auto duration = root.find("expected_duration_s")) {
    workload.expected_duration_s =
        read_per_scale(*duration, [](const JsonNode& each) { return each.number(0, 1e9); });
  }
  if (const auto metric = root.member("performance_metric", "name and direction");
      metric && metric->is_object()) {
    read_metric(*metric, workload);
  }
  read_script(root, workload);
  diagnostics.throw_if_any();
  return workload;
}

std::string text_to_keep(const Workload& workload) {
  if (workload.working_folder.empty()) return core::read_file(workload.manifest);
  core::Json document = core::read_json(workload.manifest);
  document["working_folder"] = workload.working_folder.string();
  return document.dump(2) + "\n";
}

Workload read_workload(const std::filesystem::path& manifest) {
  return parse_workload(core::read_json(manifest), manifest);
}

Catalogue::Catalogue(std::vector<Workload> workloads) : workloads_(std::move(workloads)) {
  std::sort(workloads_.begin(), workloads_.end(), [](const Workload& left, const Workload& right) {
    return std::pair(left.catalogue_position, left.id()) <
           std::pair(right.catalogue_position, right.id());
  });
  std::map<std::string, std::filesystem::path> seen;
  for (const Workload& workload : workloads_) {
    const auto [other, is_new] = seen.emplace(workload.id(), workload.manifest);
    if (!is_new) {
      throw core::UserError(
          workload.manifest.string(),
          {{"$.repo, $.model",
            fmt::format("{}, which {} describes as well", workload.id(), other->second.string()),
            "each workload once"}});
    }
  }
}

Catalogue Catalogue::read(const std::filesystem::path& folder) {
  std::vector<Workload> workloads;
  std::error_code code;
  std::filesystem::directory_iterator entries(folder, code);
  if (code)
    throw core::UserError("can't read the folder of workloads '" + folder.string() +
                          "': " + code.message());
  for (const auto& entry : entries) {
    if (entry.path().extension() == ".json") workloads.push_back(read_workload(entry.path()));
  }
  return Catalogue(std::move(workloads));
}

Catalogue Catalogue::shipped() {
  return read(core::shipped_file("workloads"));
}

const Workload* Catalogue::find(const std::string& repo, const std::string& model) const {
  for (const Workload& workload : workloads_) {
    const auto& aliases = workload.repo_aliases;
    const bool same_repo =
        workload.repo == repo || std::find(aliases.begin(), aliases.end(), repo) != aliases.end();
    if (same_repo && workload.model == model) return &workload;
  }
  return nullptr;
}

const Workload& Catalogue::at(const std::string& id) const {
  for (const Workload& workload : workloads_) {
    if (workload.id() == id) return workload;
  }
  throw core::SystemError("the catalogue has no workload " + core::in_quotes(id));
}

std::vector<std::string> Catalogue::ids() const {
  std::vector<std::string> ids;
  for (const Workload& workload : workloads_) ids.push_back(workload.id());
  return ids;
}

}  // namespace tandem::study
