#include "study/predecessor_configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>

#include "core/error.h"
#include "core/text.h"
#include "study/workload.h"

namespace tandem::study {
namespace {

namespace fs = std::filesystem;
using core::Json;

/// Letters, digits and the given characters stay, all else becomes _.
std::string plain_name(std::string name, std::string_view also) {
  for (char& character : name) {
    const bool is_plain =
        (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
        (character >= '0' && character <= '9') || also.find(character) != std::string_view::npos;
    if (!is_plain) character = '_';
  }
  return name;
}

/// Turns the first group without a name into one with the name; nothing when there is none.
std::optional<std::string> with_named_group(const std::string& pattern, const std::string& name) {
  bool in_class = false;
  for (size_t at = 0; at < pattern.size(); ++at) {
    if (pattern[at] == '\\') {
      ++at;
    } else if (in_class) {
      in_class = pattern[at] != ']';
    } else if (pattern[at] == '[') {
      in_class = true;
      if (pattern.compare(at + 1, 1, "^") == 0) ++at;
      if (pattern.compare(at + 1, 1, "]") == 0) ++at;  // stands for itself there
    } else if (pattern[at] == '(' && pattern.compare(at + 1, 1, "?") != 0) {
      return pattern.substr(0, at) + "(?P<" + name + ">" + pattern.substr(at + 1);
    }
  }
  return std::nullopt;
}

bool is_lower_better(std::string name) {
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  constexpr std::array words = {"loss", "error", "perplexity", "ppl", "rmse", "mse", "mae"};
  return std::ranges::any_of(
      words, [&](const char* word) { return name.find(word) != std::string::npos; });
}

/// What the predecessor's repositories call the epochs; where one takes several of these, the first
/// that can be carried over is meant.
constexpr std::array names_of_epochs = {"epochs", "epoch", "num_epochs", "n_epochs", "max_iter"};

bool means_epochs(const std::string& name) {
  return std::ranges::find(names_of_epochs, name) != names_of_epochs.end();
}

/// Converts one repository's entry.
class Repository {
 public:
  Repository(std::string name, const Json& entry, const fs::path& base,
             ConvertedConfiguration& converted)
      : name_(std::move(name)),
        entry_(entry),
        base_(base),
        place_("$.models." + core::printable(name_)),
        converted_(converted) {}

  void convert(int& position) {
    if (!entry_.is_object()) return not_carried("", "not an object");
    note_unknown_members();
    if (!read_command() || !read_hyperparameters() || !read_patterns()) return;
    for (const std::string& model : models()) add(model, position++);
  }

 private:
  void not_carried(const std::string& where, const std::string& text) {
    converted_.not_carried.push_back({place_ + where, text});
  }
  void to_look_at(const std::string& where, const std::string& text) {
    converted_.to_look_at.push_back({place_ + where, text});
  }

  void note_unknown_members() {
    constexpr std::array known = {"path",
                                  "train_script",
                                  "models",
                                  "model_flag",
                                  "required_args",
                                  "supported_hyperparams",
                                  "performance_metrics"};
    for (const auto& [member, value] : entry_.items()) {
      if (std::ranges::find(known, member) != known.end()) continue;
      not_carried("." + core::printable(member),
                  "no manifest has such a member: " + core::shown(value));
    }
  }

  std::string text(const char* member) const {
    const auto found = entry_.find(member);
    return found != entry_.end() && found->is_string() ? found->get<std::string>() : "";
  }

  bool read_command() {
    const std::string script = text("train_script");
    if (script.empty()) {
      not_carried(".train_script", "no text, so that there is nothing to start");
      return false;
    }
    if (script.ends_with(".py")) command_ = {"python3"};
    if (script.ends_with(".sh")) command_ = {"bash"};
    command_.push_back(command_.empty() ? "./" + script : script);
    const fs::path folder = fs::absolute(base_ / text("path")).lexically_normal();
    folder_ = folder.string();
    read_required_args();
    return true;
  }

  void read_required_args() {
    const auto required = entry_.find("required_args");
    if (required == entry_.end() || required->is_null() || required->empty()) return;
    if (required->is_array()) {
      for (const Json& argument : *required) {
        command_.push_back(argument.is_string() ? argument.get<std::string>() : argument.dump());
      }
    } else if (required->is_string() &&
               required->get<std::string>().find_first_of("\"'\\$`") == std::string::npos) {
      std::istringstream words(required->get<std::string>());
      for (std::string word; words >> word;) command_.push_back(word);
    } else if (required->is_object()) {
      for (const auto& [flag, value] : required->items()) {
        command_.push_back(flag.starts_with('-') ? flag : "--" + flag);
        command_.push_back(value.is_string() ? value.get<std::string>() : value.dump());
      }
      to_look_at(".required_args", "taken as flags with values: " + core::shown(*required));
    } else {
      not_carried(".required_args",
                  "arguments that only a shell understands, or none: " + core::shown(*required));
    }
  }

  std::vector<std::string> models() {
    std::vector<std::string> names;
    const auto models = entry_.find("models");
    if (models == entry_.end() || !models->is_array() || models->empty()) return {""};
    for (const Json& model : *models) {
      if (model.is_string() && !model.get<std::string>().empty()) {
        names.push_back(model.get<std::string>());
      } else {
        not_carried(".models", "not a model's name: " + core::shown(model));
      }
    }
    return names;
  }

  bool read_hyperparameters() {
    const auto all = entry_.find("supported_hyperparams");
    if (all != entry_.end() && all->is_object()) {
      for (const char* name : names_of_epochs) {
        if (all->contains(name)) read_hyperparameter(name, all->at(name));
      }
      for (const auto& [name, entry] : all->items()) {
        if (!means_epochs(name)) read_hyperparameter(name, entry);
      }
    }
    if (hyperparameters_.contains("epochs")) return true;
    not_carried(".supported_hyperparams",
                "no usable epochs, which a study varies: the repository is left out");
    return false;
  }

  void read_hyperparameter(const std::string& name, const Json& entry) {
    const std::string where = ".supported_hyperparams." + core::printable(name);
    const auto member = [&](const char* which) {
      return entry.is_object() ? entry.value(which, Json()) : Json();
    };
    const Json flag = member("flag");
    const Json type = member("type");
    const Json value = member("default");
    const bool whole = type == "int" || type == "integer";
    const bool real = type == "float" || type == "real" || type == "double";
    if (!flag.is_string() || flag.get<std::string>().empty()) {
      return not_carried(where, "no flag by which the program is told");
    }
    if (!whole && !real) return not_carried(where, "no number, but of type " + core::shown(type));
    if (!value.is_number()) return not_carried(where, "no default that is a number");
    const std::string known_as = means_epochs(name) ? "epochs" : name;
    if (hyperparameters_.contains(known_as)) {
      return not_carried(where, "the epochs are told by another hyperparameter already");
    }
    if (known_as != name) to_look_at(where, "called epochs in the manifest, as every study does");
    Json converted = {{"flag", flag}, {"type", whole ? "integer" : "real"}, {"default", value}};
    read_range(member("range"), where, converted);
    if (known_as == "epochs") {
      converted["type"] = "integer";
      converted["least"] = std::max(converted.value("least", 1.0), 1.0);
      converted["most"] = std::min(converted.value("most", 1e6), 1e6);
    }
    if (const Json distribution = member("distribution");
        distribution.is_string() && !distribution.get<std::string>().empty()) {
      converted["distribution"] = distribution;
    }
    if (const Json zero = member("zero_probability"); zero.is_number()) {
      converted["zero_probability"] = zero;
    }
    hyperparameters_[known_as] = std::move(converted);
  }

  void read_range(const Json& range, const std::string& where, Json& converted) {
    if (range.is_null()) return;
    const bool is_range =
        range.is_array() && range.size() == 2 && range[0].is_number() && range[1].is_number();
    const double value = converted.at("default").get<double>();
    if (!is_range) return not_carried(where + ".range", "not two numbers: " + core::shown(range));
    if (value < range[0].get<double>() || value > range[1].get<double>()) {
      return not_carried(where + ".range", "does not hold the default: " + core::shown(range));
    }
    converted["least"] = range[0];
    converted["most"] = range[1];
  }

  bool read_patterns() {
    const auto metrics = entry_.find("performance_metrics");
    const Json none = Json::object();
    const Json& patterns =
        metrics != entry_.end() && metrics->is_object() && metrics->contains("log_patterns")
            ? metrics->at("log_patterns")
            : none;
    if (patterns.is_object()) {
      for (const auto& [name, pattern] : patterns.items()) read_pattern(name, pattern);
    }
    if (!final_.empty()) return true;
    not_carried(".performance_metrics",
                "no usable log pattern, so that nothing is known of how well it trained: the "
                "repository is left out");
    return false;
  }

  void read_pattern(const std::string& name, const Json& pattern) {
    const std::string where = ".performance_metrics.log_patterns." + core::printable(name);
    if (!pattern.is_string()) return not_carried(where, "not a text");
    std::string metric = plain_name(name, "_");
    if (metric.empty() || (metric[0] >= '0' && metric[0] <= '9')) metric = "_" + metric;
    if (metric != name) to_look_at(where, "called " + metric + " in the manifest");
    const auto named = with_named_group(pattern.get<std::string>(), metric);
    if (!named) return not_carried(where, "no group that holds the value: " + core::shown(pattern));
    try {
      if (LogPattern(*named).names() != std::vector<std::string>{metric}) {
        return not_carried(where, "more than one named group: " + core::shown(pattern));
      }
    } catch (const std::invalid_argument& error) {
      return not_carried(where, std::string("expected ") + error.what());
    }
    final_.push_back(*named);
    metrics_.push_back(metric);
  }

  void add(const std::string& model, int position) {
    std::vector<std::string> command = command_;
    if (const std::string flag = text("model_flag"); !flag.empty() && !model.empty()) {
      command.push_back(flag);
      command.push_back(model);
    }
    const std::string model_name = model.empty() ? "default" : model;
    const auto direction = [](const std::string& metric) {
      return is_lower_better(metric) ? "lower_is_better" : "higher_is_better";
    };
    Json further = Json::object();
    for (size_t i = 1; i < metrics_.size(); ++i) {
      further[metrics_[i]] = {{"direction", direction(metrics_[i])}};
    }
    Json manifest = {
        {"manifest_version", 1},
        {"repo", name_},
        {"model", model_name},
        {"title", name_ + " " + model_name},
        {"domain", "unstated"},
        {"architecture", "unstated"},
        {"catalogue",
         {{"position", position}, {"memory_mb", 0}, {"gpu_util_percent", 0}, {"duration_s", 0}}},
        {"command", command},
        {"working_folder", folder_},
        {"hyperparameters", hyperparameters_},
        {"performance_metric",
         {{"name", metrics_.front()}, {"direction", direction(metrics_.front())}}}};
    if (!further.empty()) manifest["further_metrics"] = std::move(further);
    manifest["log"] = {{"final", final_}};
    const std::string file_name = plain_name(name_ + "_" + model_name, "._-") + ".json";
    try {
      parse_workload(manifest, file_name);
    } catch (const core::UserError& error) {
      return not_carried("", error.what());
    }
    to_look_at(
        model.empty() ? "" : ".models." + core::printable(model),
        fmt::format("domain, architecture and the catalogue's figures are unknown; {} is the "
                    "performance metric and {}, for the file doesn't say; no pattern tells "
                    "epochs",
                    metrics_.front(), direction(metrics_.front())));
    converted_.manifests.push_back({file_name, std::move(manifest)});
  }

  std::string name_;
  const Json& entry_;
  const fs::path& base_;
  std::string place_;
  ConvertedConfiguration& converted_;
  std::vector<std::string> command_;
  std::string folder_;
  Json hyperparameters_ = Json::object();
  std::vector<std::string> final_;
  std::vector<std::string> metrics_;
};

}  // namespace

ConvertedConfiguration convert_configuration(const Json& document, const fs::path& path) {
  core::Diagnostics diagnostics(path.string());
  const core::JsonNode root(document, "$", diagnostics);
  ConvertedConfiguration converted;
  const fs::path base = path.parent_path();
  if (root.is_object("an object with models")) {
    if (const auto models = root.member("models", "an object, repository to entry")) {
      // Behind the catalogue that came with tandem.
      int position = 1000;
      for (const auto& [name, entry] : models->members()) {
        if (name.empty()) {
          converted.not_carried.push_back({"$.models", "a repository without a name"});
          continue;
        }
        Repository(name, entry.raw(), base, converted).convert(position);
      }
    }
    for (const auto& [member, value] : document.items()) {
      if (member == "models") continue;
      converted.not_carried.push_back(
          {"$." + core::printable(member), "belongs to no workload: " + core::shown(value)});
    }
  }
  diagnostics.throw_if_any();
  return converted;
}

}  // namespace tandem::study
