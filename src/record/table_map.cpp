#include "record/table_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "core/text.h"

namespace tandem::record {
namespace {

using core::JsonNode;

constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr Unit energy_units[] = {{"J", 1},     {"kJ", 1e3},  {"MJ", 1e6},
                                 {"mJ", 1e-3}, {"Wh", 3600}, {"kWh", 3.6e6}};
constexpr Unit duration_units[] = {{"s", 1}, {"ms", 1e-3}, {"min", 60}, {"h", 3600}};

std::vector<std::string> read_texts(const JsonNode& node, bool may_be_empty) {
  std::vector<std::string> texts;
  for (const JsonNode& item : node.items()) {
    if (may_be_empty && item.raw().is_string()) {
      texts.push_back(item.raw().get<std::string>());
    } else {
      texts.push_back(item.string());
    }
  }
  return texts;
}

void read_energy(const JsonNode& node, TableMap& map) {
  if (!node.is_object("an object with column, unit, of, measured_by")) return;
  node.allow_only({"column", "unit", "of", "measured_by"});
  map.energy = read_quantity(node, energy_units);
  if (const auto of = node.member(
          "of", "training, or run where a pair's rows hold the energy that both used together")) {
    map.energy_is_of_run = of->choice({"training", "run"}) == 1;
  }
  if (const auto by = node.member("measured_by", "the meter, in a few words")) {
    map.energy_measured_by = by->string();
  }
}

void read_outcome(const JsonNode& node, TableMap& map) {
  if (!node.is_object("an object with column and ok")) return;
  node.allow_only({"column", "ok"});
  if (const auto column = node.member("column", "the name of a column")) {
    map.outcome = column->string();
  }
  if (const auto ok = node.member("ok", "a list of what stands there for a run that counts")) {
    map.ok_outcomes = read_texts(*ok, true);
    if (map.ok_outcomes.empty() && ok->raw().is_array()) ok->reject("at least one text");
  }
}

void read_hyperparameters(const JsonNode& columns, TableMap& map) {
  const auto values = columns.find("hyperparameters");
  const auto changed = columns.find("hyperparameter");
  const auto value = columns.find("value");
  if (values && (changed || value)) {
    values->reject("either hyperparameters, or hyperparameter and value");
    return;
  }
  if (values) {
    for (const auto& [name, column] : values->members()) {
      map.hyperparameters[name] = column.string();
    }
  }
  if (changed) map.changed_hyperparameter = changed->string();
  if (value) map.changed_value = value->string();
  if (changed.has_value() != value.has_value()) {
    (changed ? *changed : *value).reject("hyperparameter and value together");
  }
}

void read_columns(const JsonNode& node, TableMap& map) {
  if (!node.is_object("an object that says what is in which column")) return;
  node.allow_only({"model", "partner", "run", "repetition", "order", "outcome", "hyperparameters",
                   "hyperparameter", "value", "energy", "duration", "performance"});
  if (const auto model = node.member("model", "the column with the model's name")) {
    map.model = model->string();
  }
  if (const auto partner = node.member(
          "partner", "the column with the name of the model beside it, empty if alone")) {
    map.partner = partner->string();
  }
  if (const auto run = node.find("run")) map.run = run->string();
  if (const auto repetition = node.find("repetition")) map.repetition = repetition->string();
  if (const auto order = node.find("order")) map.order = order->string();
  if (const auto outcome = node.find("outcome")) read_outcome(*outcome, map);
  read_hyperparameters(node, map);
  if (const auto energy = node.find("energy")) read_energy(*energy, map);
  if (const auto duration = node.find("duration")) {
    if (duration->is_object("an object with column and unit")) {
      duration->allow_only({"column", "unit"});
      map.duration = read_quantity(*duration, duration_units);
    }
  }
  if (const auto performance = node.find("performance")) map.performance = performance->string();
  if (!map.energy && !map.duration && map.performance.empty() && !map.traces) {
    node.reject("at least one of energy, duration and performance");
  }
  std::set<std::string> seen;
  for (const std::string& column : map.columns()) {
    if (!seen.insert(column).second) {
      node.diagnostics().add(node.path(), core::in_quotes(column) + " twice",
                             "a column of its own for each");
    }
  }
}

MappedModel read_model(const std::string& name, const JsonNode& node) {
  MappedModel model;
  model.name = name;
  if (!node.is_object("an object with defaults and metric")) return model;
  node.allow_only({"defaults", "metric", "memory_mb", "gpu_util_percent"});
  if (const auto defaults = node.find("defaults")) {
    for (const auto& [hyperparameter, value] : defaults->members()) {
      model.defaults[hyperparameter] = value.number(-infinity, infinity);
    }
  }
  if (const auto metric = node.find("metric")) {
    if (metric->is_object("an object with name and direction")) {
      metric->allow_only({"name", "direction"});
      if (const auto metric_name = metric->member("name", "the metric's name")) {
        model.metric = metric_name->string();
      }
      if (const auto direction =
              metric->member("direction", "higher_is_better or lower_is_better")) {
        model.higher_is_better = direction->choice({"higher_is_better", "lower_is_better"}) == 0;
      }
    }
  }
  if (const auto memory = node.find("memory_mb")) model.memory_mb = memory->number(0, 1e9);
  if (const auto util = node.find("gpu_util_percent")) {
    model.gpu_util_percent = util->number(0, 100);
  }
  return model;
}

/// What a model must say because of the columns there are.
void check_model(const JsonNode& node, const TableMap& map, const MappedModel& model) {
  if (!map.performance.empty() && model.metric.empty()) {
    node.diagnostics().add(
        node.path() + ".metric", "nothing",
        "the name and direction of what is in column " + core::in_quotes(map.performance));
  }
  for (const auto& [hyperparameter, column] : map.hyperparameters) {
    if (model.defaults.contains(hyperparameter)) continue;
    node.diagnostics().add(
        fmt::format("{}.defaults.{}", node.path(), hyperparameter), "nothing",
        "the default that the values in column " + core::in_quotes(column) + " are compared with");
  }
}

void read_models(const JsonNode& node, TableMap& map) {
  for (const auto& [name, member] : node.members()) {
    // Elsewhere it stands for the only model of a repository, which is then called by its name.
    if (name == "default") {
      node.diagnostics().add(member.path(), "a model called default",
                             "a name that tells models apart");
    }
    map.models.push_back(read_model(name, member));
    check_model(member, map, map.models.back());
  }
  if (map.models.empty() && node.raw().is_object()) node.reject("at least one model");
}

void read_form(const JsonNode& root, TableMap& map) {
  if (const auto separator = root.find("separator")) {
    constexpr char separators[] = {',', ';', '\t'};
    map.separator = separators[separator->choice({",", ";", "\t"})];
  }
  if (const auto decimal = root.find("decimal")) {
    map.decimal = decimal->choice({".", ","}) == 0 ? '.' : ',';
  }
  if (const auto missing = root.find("missing")) {
    map.missing = read_texts(*missing, true);
    if (std::ranges::find(map.missing, "") == map.missing.end()) map.missing.emplace_back();
  }
  if (const auto ignored = root.find("ignored")) map.ignored = read_texts(*ignored, false);
}

}  // namespace

std::vector<std::string> TableMap::columns() const {
  std::vector<std::string> all = {
      model,         partner,    run, repetition, order, outcome, changed_hyperparameter,
      changed_value, performance};
  for (const auto& [hyperparameter, column] : hyperparameters) all.push_back(column);
  for (const auto* quantity : {&energy, &duration}) {
    if (*quantity) all.push_back((*quantity)->column);
  }
  if (traces) all.insert(all.end(), {traces->file, traces->start, traces->end});
  std::erase(all, "");
  return all;
}

TableMap read_table_map(const std::filesystem::path& file) {
  return parse_table_map(core::read_json(file), file);
}

TableMap parse_table_map(const core::Json& document, const std::filesystem::path& file) {
  core::Diagnostics diagnostics(file.string());
  const JsonNode root(document, "$", diagnostics);
  TableMap map;
  map.file = file;
  if (root.is_object()) {
    root.allow_only({"name", "description", "separator", "decimal", "missing", "ignored",
                     "simulated", "data", "columns", "models", "trainings", "traces"});
    if (const auto name = root.member("name", "a name for the study")) map.name = name->string();
    read_form(root, map);
    if (const auto simulated = root.find("simulated")) map.simulated = simulated->boolean();
    if (const auto data = root.find("data")) {
      map.data = data->choice({"real", "synthetic"}) == 0 ? "real" : "synthetic";
    }
    if (const auto trainings = root.find("trainings")) map.trainings = trainings->string();
    if (const auto traces = root.find("traces")) map.traces = read_trace_map(*traces);
    if (const auto columns = root.member("columns", "what is in which column")) {
      read_columns(*columns, map);
    }
    if (const auto models = root.member("models", "the models of the table by their names")) {
      read_models(*models, map);
    }
  }
  diagnostics.throw_if_any();
  return map;
}

}  // namespace tandem::record
