#include "study/script_manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

#include "core/text.h"

namespace tandem::study {
namespace {

using core::Json;
using core::JsonNode;

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
constexpr std::string_view digits = "0123456789";

bool consists_of(std::string_view text, std::string_view characters) {
  return text.find_first_not_of(characters) == std::string_view::npos;
}

/// As POSIX has it, so that every program can read it.
bool is_variable_name(const std::string& name) {
  return !name.empty() && letters.find(name[0]) != std::string_view::npos &&
         consists_of(name, std::string(letters) + std::string(digits));
}

/// Variables whose value is tandem's to say: another one would make solo and concurrent runs
/// differ, or break the protocol.
bool is_tandems_own(std::string_view name) {
  constexpr std::array own = {"CUDA_VISIBLE_DEVICES", "MKL_NUM_THREADS", "OMP_NUM_THREADS",
                              "OMP_WAIT_POLICY", "OPENBLAS_NUM_THREADS"};
  return name.starts_with("TANDEM_") || name.starts_with("CUDA_MPS_") ||
         std::ranges::find(own, name) != own.end();
}

std::string read_variable_name(const JsonNode& node, const std::string& name) {
  if (!is_variable_name(name)) {
    node.reject("a variable's name of letters, digits and _");
  } else if (is_tandems_own(name)) {
    node.reject("a variable that tandem doesn't set itself");
  }
  return name;
}

std::vector<std::string> parts_of_key(const std::string& key) {
  std::vector<std::string> parts(1);
  for (const char character : key) {
    if (character == '.') {
      parts.emplace_back();
    } else {
      parts.back() += character;
    }
  }
  return parts;
}

bool is_one_line(const std::string& text) {
  return text.find_first_of(std::string_view("\n\r\0", 3)) == std::string::npos;
}

void check_key_value_content(const JsonNode& node) {
  for (const auto& [key, value] : node.members()) {
    const Json& raw = value.raw();
    const bool plain = raw.is_number() || raw.is_boolean() ||
                       (raw.is_string() && is_one_line(raw.get<std::string>()));
    if (!plain) value.reject("a number, true, false or a text of one line");
    if (key.empty() || !is_one_line(key) || key.find('=') != std::string::npos) {
      value.reject("a key of one line without =");
    }
  }
}

/// A plain name: the file lies in the run's folder and nowhere else, and is none of the training's
/// logs there.
bool is_file_name(const std::string& name) {
  const bool is_log = name == "log" || name == "stdout.log" || name == "stderr.log";
  return name.size() <= 100 && name[0] != '.' && name[0] != '-' && !is_log &&
         consists_of(name, std::string(letters) + std::string(digits) + ".-");
}

ConfigFile read_config_file(const JsonNode& node) {
  ConfigFile file;
  if (!node.is_object("an object with name and format")) return file;
  node.allow_only({"name", "format", "content"});
  if (const auto name = node.member("name", "the file's name, such as config.json")) {
    file.name = name->string();
    if (!file.name.empty() && !is_file_name(file.name)) {
      name->reject(
          "a file's name of letters, digits, . _ and -, without a folder; not log, "
          "stdout.log or stderr.log, which are the training's own");
    }
  }
  if (const auto format = node.member("format", "json or key_value")) {
    file.format = static_cast<ConfigFile::Format>(format->choice({"json", "key_value"}));
  }
  if (const auto content = node.find("content"); content && content->is_object()) {
    file.content = content->raw();
    if (file.format == ConfigFile::Format::key_value) check_key_value_content(*content);
  }
  return file;
}

/// Whether a hyperparameter's value can be put at the key beside the content and the others'.
bool has_place_for(const std::string& key, const ConfigFile& file) {
  if (file.format == ConfigFile::Format::key_value) return !file.content.contains(key);
  const std::vector<std::string> parts = parts_of_key(key);
  if (std::ranges::find(parts, "") != parts.end()) return false;
  const Json* inside = &file.content;
  for (const std::string& part : parts) {
    if (!inside->is_object()) return false;
    if (!inside->contains(part)) return true;
    inside = &inside->at(part);
  }
  return !inside->is_structured();
}

void check_config_keys(const JsonNode& root, const Workload& workload) {
  const auto node = root.find("hyperparameters");
  if (!node) return;
  std::set<std::string> keys;
  for (const ManifestHyperparameter& entry : workload.hyperparameters) {
    if (entry.config_key.empty()) continue;
    const auto config = node->find(entry.name)->find("config");
    if (!workload.config_file) {
      config->reject("a manifest with a config_file, where tandem can write it");
    } else if (!has_place_for(entry.config_key, *workload.config_file)) {
      config->reject("a key that the config_file's content leaves free for a number");
    } else if (std::ranges::any_of(keys, [&](const std::string& other) {
                 return other == entry.config_key || other.starts_with(entry.config_key + ".") ||
                        entry.config_key.starts_with(other + ".");
               })) {
      config->reject("a key of its own for each hyperparameter");
    }
    keys.insert(entry.config_key);
  }
}

/// Of two hyperparameters that are told by one flag or variable the program would hear one.
void check_ways_to_tell(const JsonNode& root, const Workload& workload) {
  const auto node = root.find("hyperparameters");
  if (!node) return;
  std::map<std::pair<std::string, std::string>, std::string> told;  // a way and its name
  for (const ManifestHyperparameter& entry : workload.hyperparameters) {
    const std::array<std::pair<std::string, std::string>, 2> ways = {
        {{"flag", entry.flag}, {"variable", entry.variable}}};
    for (const auto& way : ways) {
      if (way.second.empty()) continue;
      const auto [other, is_new] = told.emplace(way, entry.name);
      if (is_new) continue;
      node->find(entry.name)
          ->find(way.first)
          ->reject(fmt::format("a {} of its own, not that of {}", way.first,
                               core::in_quotes(other->second)));
    }
  }
}

/// Without symbolic links, so that ".." is what the system takes it for.
std::filesystem::path folder_of(const std::filesystem::path& manifest) {
  const std::filesystem::path folder = std::filesystem::absolute(manifest.parent_path() / ".");
  std::error_code code;
  const std::filesystem::path canonical = std::filesystem::weakly_canonical(folder, code);
  return code ? folder : canonical;
}

/// A path is bytes, and a study keeps this one in JSON.
bool is_utf8(const std::string& text) {
  try {
    return !Json(text).dump().empty();
  } catch (const Json::type_error&) {
    return false;
  }
}

/// Whether the program is told where its config file is.
bool is_told(const Workload& workload) {
  const auto holds = [](const std::string& text) {
    return text.find("{config}") != std::string::npos;
  };
  return std::ranges::any_of(workload.command, holds) ||
         std::ranges::any_of(workload.environment,
                             [&](const auto& it) { return holds(it.second); });
}

void read_environment(const JsonNode& node, Workload& workload) {
  for (const auto& [name, value] : node.members()) {
    read_variable_name(value, name);
    if (!value.raw().is_string() ||
        value.raw().get_ref<const std::string&>().find('\0') != std::string::npos) {
      value.reject("a text");
      continue;
    }
    workload.environment[name] = value.raw().get<std::string>();
  }
  for (const ManifestHyperparameter& entry : workload.hyperparameters) {
    if (const auto twice = node.find(entry.variable); twice && !entry.variable.empty()) {
      twice->reject("a variable that isn't the hyperparameter " + core::in_quotes(entry.name));
    }
  }
}

Metric read_further_metric(const std::string& name, const JsonNode& node) {
  Metric metric{name, "", true};
  if (!node.is_object("an object with direction")) return metric;
  node.allow_only({"direction", "unit"});
  if (const auto direction = node.member("direction", "higher_is_better or lower_is_better")) {
    metric.higher_is_better = direction->choice({"higher_is_better", "lower_is_better"}) == 0;
  }
  if (const auto unit = node.find("unit")) metric.unit = unit->string();
  return metric;
}

std::optional<LogPattern> read_pattern(const JsonNode& node) {
  const std::string text = node.string();
  if (text.empty()) return std::nullopt;
  try {
    return LogPattern(text);
  } catch (const std::invalid_argument& error) {
    node.reject(error.what());
    return std::nullopt;
  }
}

/// One pattern, or several in a list.
std::vector<std::pair<JsonNode, LogPattern>> read_patterns(const JsonNode& node) {
  std::vector<std::pair<JsonNode, LogPattern>> patterns;
  const std::vector<JsonNode> nodes =
      node.raw().is_string() ? std::vector<JsonNode>{node} : node.items();
  for (const JsonNode& each : nodes) {
    if (auto pattern = read_pattern(each)) patterns.emplace_back(each, *std::move(pattern));
  }
  return patterns;
}

/// Patterns whose groups all have one of the names; each name that they give goes into `given`.
std::vector<LogPattern> read_patterns_giving(const JsonNode& node,
                                             const std::vector<std::string>& names,
                                             std::set<std::string>& given) {
  std::vector<LogPattern> patterns;
  for (auto& [place, pattern] : read_patterns(node)) {
    for (const std::string& name : pattern.names()) {
      given.insert(name);
      if (std::ranges::find(names, name) != names.end()) continue;
      const std::vector<std::string> nearest = core::nearest_names(name, names);
      place.reject(fmt::format("groups named {} (not {})",
                               core::list_of_choices(nearest.empty() ? names : nearest),
                               core::in_quotes(name)));
    }
    patterns.push_back(std::move(pattern));
  }
  return patterns;
}

LogPatterns read_log(const JsonNode& node, const Workload& workload) {
  LogPatterns log;
  if (!node.is_object("an object with patterns")) return log;
  node.allow_only({"started", "epoch", "first_epoch", "final"});
  std::vector<std::string> metrics = {workload.performance_metric};
  for (const Metric& metric : workload.further_metrics) metrics.push_back(metric.name);
  if (const auto started = node.find("started")) log.started = read_pattern(*started);
  std::set<std::string> given;
  if (const auto epoch = node.find("epoch")) {
    std::vector<std::string> names = metrics;
    names.insert(names.begin(), {"epoch", "train_loss"});
    log.epoch = read_patterns_giving(*epoch, names, given);
  }
  if (const auto first = node.find("first_epoch")) {
    log.first_epoch = static_cast<int>(first->integer(0, 1));
  }
  if (const auto final = node.find("final")) {
    log.final = read_patterns_giving(*final, metrics, given);
  }
  if (!workload.performance_metric.empty() && !given.contains(workload.performance_metric)) {
    node.reject(
        fmt::format("a pattern in epoch or final with a group (?P<{}>…), the performance "
                    "metric",
                    core::printable(workload.performance_metric)));
  }
  return log;
}

SuccessRule read_success(const JsonNode& node) {
  SuccessRule rule;
  if (!node.is_object("an object with exit_codes, must_appear or must_not_appear")) return rule;
  node.allow_only({"exit_codes", "must_appear", "must_not_appear"});
  if (const auto codes = node.find("exit_codes")) {
    rule.exit_codes.clear();
    for (const JsonNode& code : codes->items()) {
      rule.exit_codes.push_back(static_cast<int>(code.integer(0, 255)));
    }
    if (rule.exit_codes.empty()) codes->reject("a list of exit codes such as [0]");
  }
  if (const auto must = node.find("must_appear")) rule.must_appear = read_pattern(*must);
  if (const auto must_not = node.find("must_not_appear")) {
    rule.must_not_appear = read_pattern(*must_not);
  }
  return rule;
}

}  // namespace

std::string read_argument(const JsonNode& node) {
  std::string text = node.string();
  if (text.find('\0') != std::string::npos) node.reject("a text without the character 0");
  return text;
}

void read_way_to_tell(const JsonNode& node, ManifestHyperparameter& entry) {
  int ways = 0;
  if (const auto flag = node.find("flag")) {
    entry.flag = read_argument(*flag);
    ++ways;
  }
  if (const auto variable = node.find("variable")) {
    entry.variable = read_variable_name(*variable, variable->string());
    ++ways;
  }
  if (const auto config = node.find("config")) {
    entry.config_key = config->string();
    if (!is_one_line(entry.config_key) || entry.config_key.find('=') != std::string::npos) {
      config->reject("a key of one line without =");
    }
    ++ways;
  }
  if (ways == 1) return;
  node.diagnostics().add(
      node.path() + (ways == 0 ? ".flag" : ""),
      ways == 0 ? "nothing" : "several of flag, variable and config",
      "one of flag, variable and config: how the program is told, such as --epochs");
}

void read_script(const JsonNode& root, Workload& workload) {
  if (const auto folder = root.find("working_folder")) {
    workload.working_folder =
        (folder_of(workload.manifest) / read_argument(*folder)).lexically_normal();
    if (!is_utf8(workload.working_folder.string())) {
      folder->diagnostics().add(folder->path(), core::in_quotes(workload.working_folder.string()),
                                "a folder whose whole path is UTF-8");
    }
  }
  if (const auto environment = root.find("environment")) read_environment(*environment, workload);
  if (const auto file = root.find("config_file")) {
    workload.config_file = read_config_file(*file);
    if (!is_told(workload)) {
      file->reject("a command or an environment with {config}, so that the program finds the file");
    }
  }
  check_config_keys(root, workload);
  check_ways_to_tell(root, workload);
  if (const auto devices = root.find("devices")) {
    for (const JsonNode& device : devices->items()) {
      workload.devices.emplace_back(device.choice({"cpu", "cuda"}) == 0 ? "cpu" : "cuda");
    }
    if (workload.devices.empty()) devices->reject("a list of cpu, cuda or both");
  }
  if (const auto metrics = root.find("further_metrics")) {
    for (const auto& [name, metric] : metrics->members()) {
      if (name == workload.performance_metric) metric.reject("a metric besides performance_metric");
      workload.further_metrics.push_back(read_further_metric(name, metric));
    }
  }
  if (const auto log = root.find("log")) workload.log = read_log(*log, workload);
  if (const auto success = root.find("success")) {
    if (workload.log) {
      workload.log->success = read_success(*success);
    } else {
      success->reject("a log beside it: a program that speaks the protocol says \"final\"");
    }
  }
}

}  // namespace tandem::study
