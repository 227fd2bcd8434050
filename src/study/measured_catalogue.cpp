#include "study/measured_catalogue.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/text.h"

namespace tandem::study {
namespace {

using core::Json;
using core::JsonNode;
using core::Reading;

/// A number, or `{"missing": "reason"}`; absent is missing as well.
Reading read_figure(const JsonNode& workload, const char* name, double least, double most) {
  const auto node = workload.find(name);
  if (!node) return Reading::missing("not measured");
  if (!node->raw().is_object()) return node->number(least, most);
  node->allow_only({"missing"});
  const auto reason = node->member("missing", "why there is no number");
  return Reading::missing(reason ? reason->string() : "");
}

core::EnergySource read_energy_source(const JsonNode& node) {
  using core::EnergySource;
  constexpr EnergySource sources[] = {EnergySource::nvml_counter, EnergySource::nvml_power,
                                      EnergySource::rapl, EnergySource::estimated,
                                      EnergySource::mixed};
  return sources[node.choice({"nvml_counter", "nvml_power", "rapl", "estimated", "mixed"})];
}

MeasuredFigures read_figures(const JsonNode& node) {
  MeasuredFigures figures;
  if (!node.is_object("an object with memory_mb, gpu_util_percent, duration_s …")) return figures;
  node.allow_only({"memory_mb", "gpu_util_percent", "cpu_util_percent", "duration_s",
                   "energy_joules", "energy_source", "energy_model", "runs", "data"});
  figures.memory_mb = read_figure(node, "memory_mb", 0, 1e7);
  figures.gpu_util_percent = read_figure(node, "gpu_util_percent", 0, 100);
  figures.cpu_util_percent = read_figure(node, "cpu_util_percent", 0, 100);
  figures.duration_s = read_figure(node, "duration_s", 1e-3, 1e9);
  figures.energy.joules = read_figure(node, "energy_joules", 0, 1e15);
  if (const auto source = node.find("energy_source")) {
    figures.energy.source = read_energy_source(*source);
  } else if (figures.energy.joules) {
    node.diagnostics().add(node.path() + ".energy_source", "nothing",
                           "where the joules come from, such as rapl or estimated");
  }
  if (const auto model = node.find("energy_model")) figures.energy.model = model->string();
  if (const auto runs = node.find("runs")) {
    figures.runs = static_cast<int>(runs->integer(1, 1'000'000));
  }
  if (const auto data = node.find("data")) {
    figures.data = data->choice({"real", "synthetic"}) == 0 ? "real" : "synthetic";
  }
  return figures;
}

/// What the device's figures say of how busy the training keeps it.
const Reading& utilisation(const MeasuredFigures& figures, Device device) {
  return device == Device::cuda ? figures.gpu_util_percent : figures.cpu_util_percent;
}

}  // namespace

MeasuredCatalogue parse_measured_catalogue(const Json& document,
                                           const std::filesystem::path& file) {
  core::Diagnostics diagnostics(file.string());
  const JsonNode root(document, "$", diagnostics);
  MeasuredCatalogue measured;
  measured.file = file;
  if (!root.is_object("a measured catalogue, an object with workloads")) {
    diagnostics.throw_if_any();
  }
  root.allow_only({"catalogue_version", "measured_on", "measured_at", "device", "scale",
                   "idle_power_w", "workloads"});
  if (const auto version = root.member("catalogue_version", "1")) version->integer(1, 1);
  if (const auto machine = root.member("measured_on", "the machine's name")) {
    measured.measured_on = machine->string();
  }
  if (const auto time = root.find("measured_at")) measured.measured_at = time->string();
  if (const auto device = root.member("device", "cpu or cuda")) {
    measured.device = device->choice({"cpu", "cuda"}) == 0 ? Device::cpu : Device::cuda;
  }
  if (const auto scale = root.member("scale", "full or quick")) {
    measured.scale = scale->choice({"full", "quick"}) == 0 ? Scale::full : Scale::quick;
  }
  measured.idle_power_w = read_figure(root, "idle_power_w", 0, 1e6);
  if (const auto workloads = root.member("workloads", "an object: workload to its figures")) {
    for (const auto& [id, node] : workloads->members()) {
      measured.workloads[id] = read_figures(node);
    }
    if (workloads->raw().is_object() && measured.workloads.empty()) {
      workloads->reject("at least one workload");
    }
  }
  diagnostics.throw_if_any();
  return measured;
}

MeasuredCatalogue read_measured_catalogue(const std::filesystem::path& file) {
  return parse_measured_catalogue(core::read_json(file), file);
}

Json to_document(const MeasuredCatalogue& measured) {
  Json workloads = Json::object();
  for (const auto& [id, figures] : measured.workloads) {
    Json entry = {{"memory_mb", figures.memory_mb},
                  {"gpu_util_percent", figures.gpu_util_percent},
                  {"cpu_util_percent", figures.cpu_util_percent},
                  {"duration_s", figures.duration_s},
                  {"energy_joules", figures.energy.joules}};
    if (figures.energy.source != core::EnergySource::none) {
      entry["energy_source"] = core::name_of(figures.energy.source);
    }
    if (!figures.energy.model.empty()) entry["energy_model"] = figures.energy.model;
    entry["runs"] = figures.runs;
    if (!figures.data.empty()) entry["data"] = figures.data;
    workloads[id] = std::move(entry);
  }
  Json document = {{"catalogue_version", 1}, {"measured_on", measured.measured_on}};
  if (!measured.measured_at.empty()) document["measured_at"] = measured.measured_at;
  document["device"] = name_of(measured.device);
  document["scale"] = name_of(measured.scale);
  document["idle_power_w"] = measured.idle_power_w;
  document["workloads"] = std::move(workloads);
  return document;
}

Catalogue with_measured(const Catalogue& catalogue, const MeasuredCatalogue& measured) {
  core::Diagnostics diagnostics(measured.file.string());
  const std::vector<std::string> ids = catalogue.ids();
  for (const auto& [id, figures] : measured.workloads) {
    if (std::find(ids.begin(), ids.end(), id) != ids.end()) continue;
    const std::vector<std::string> nearest = core::nearest_names(id, ids);
    diagnostics.add("$.workloads", core::in_quotes(id),
                    "a workload of the catalogue" +
                        (nearest.empty() ? std::string(" ('tandem workloads' lists them; further "
                                                       "manifests go with --workloads)")
                                         : ", perhaps " + core::list_of_choices(nearest)));
  }
  diagnostics.throw_if_any();
  std::vector<Workload> workloads = catalogue.workloads();
  for (Workload& workload : workloads) {
    const auto entry = measured.workloads.find(workload.id());
    if (entry == measured.workloads.end()) continue;
    const MeasuredFigures& figures = entry->second;
    CatalogueFigures& own = workload.catalogue;
    own.measured_on = measured.measured_on;
    own.memory_mb = figures.memory_mb.value_or(own.memory_mb);
    own.gpu_util_percent = utilisation(figures, measured.device).value_or(own.gpu_util_percent);
    own.energy = figures.energy;
    own.idle_power_w = measured.idle_power_w;
    if (figures.duration_s) {
      own.duration_s = *figures.duration_s;
      PerScale& expected_s = workload.expected_duration_s;
      (measured.scale == Scale::full ? expected_s.full : expected_s.quick) = *figures.duration_s;
    }
  }
  return Catalogue(std::move(workloads));
}

std::vector<NotMeasured> figures_not_measured(const Catalogue& catalogue,
                                              const MeasuredCatalogue& measured) {
  std::vector<NotMeasured> missing;
  for (const std::string& id : catalogue.ids()) {
    const auto entry = measured.workloads.find(id);
    const MeasuredFigures figures =
        entry == measured.workloads.end() ? MeasuredFigures{} : entry->second;
    const auto note = [&](const char* name, const Reading& reading) {
      if (!reading) missing.push_back({id, name, reading.reason()});
    };
    note("memory_mb", figures.memory_mb);
    note("util_percent", utilisation(figures, measured.device));
    note("duration_s", figures.duration_s);
  }
  return missing;
}

}  // namespace tandem::study
