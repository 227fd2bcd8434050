#include "manifest.h"

#include <cmath>

#include "catalogue_names.h"
#include "options.h"

namespace tandem::trainers {
namespace {

using Json = nlohmann::ordered_json;

/// Without a fraction where there is none, as a person would write it.
Json number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return static_cast<std::int64_t>(value);
  return value;
}

/// What stands for a bound that isn't reached itself, which manifests can't say.
constexpr double least_above_zero = 1e-9;

Json entry_of(const Hyperparameter& parameter) {
  const NumberRange& range = parameter.range;
  Json entry = {{"flag", flag_of(parameter.name)}, {"type", range.whole ? "integer" : "real"}};
  entry["default"] = number(parameter.full_default);
  if (parameter.quick_default != parameter.full_default) {
    entry["default"] = {{"full", number(parameter.full_default)},
                        {"quick", number(parameter.quick_default)}};
  }
  entry["least"] =
      range.minimum_excluded ? Json(range.minimum + least_above_zero) : number(range.minimum);
  if (std::isfinite(range.maximum)) entry["most"] = number(range.maximum);
  return entry;
}

}  // namespace

std::string flag_of(const std::string& name) {
  std::string flag = "--" + name;
  for (char& c : flag) {
    if (c == '_') c = '-';
  }
  return flag;
}

Json manifest_of(const WorkloadKind& kind) {
  const CatalogueNames& names = catalogue_names(kind.name);
  Json manifest = {{"manifest_version", 1}, {"repo", names.repo}, {"model", names.model}};
  if (!names.repo_aliases.empty()) manifest["repo_aliases"] = names.repo_aliases;
  manifest["title"] = names.title;
  manifest["domain"] = names.domain;
  manifest["architecture"] = names.architecture;
  manifest["command"] = {"tandem-train", kind.name, "--device",  "{device}",  "--data", "{data}",
                         "--scale",      "{scale}", "--threads", "{threads}", "--seed", "{seed}"};
  manifest["data"] = kind.data_folder;
  manifest["data_source"] = kind.data_source;
  if (kind.makes_up_data) manifest["makes_up_data"] = true;
  for (const Hyperparameter& parameter : kind.hyperparameters) {
    manifest["hyperparameters"][parameter.name] = entry_of(parameter);
  }
  manifest["performance_metric"] = {
      {"name", kind.metric},
      {"direction", kind.higher_is_better ? "higher_is_better" : "lower_is_better"}};
  if (!names.metric_unit.empty()) manifest["performance_metric"]["unit"] = names.metric_unit;
  return manifest;
}

}  // namespace tandem::trainers
