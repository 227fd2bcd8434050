#include "execute/config_file.h"

#include <map>
#include <sstream>

#include "core/file.h"
#include "core/text.h"
#include "execute/trainer_command.h"

namespace tandem::execute {
namespace {

using core::Json;
using Format = study::ConfigFile::Format;

Json filled_in(const Json& value, const std::map<std::string, std::string>& values) {
  if (value.is_structured()) {
    Json filled = value;
    for (Json& member : filled) member = filled_in(member, values);
    return filled;
  }
  if (!value.is_string()) return value;
  const auto text = value.get<std::string>();
  if (text == "{seed}" || text == "{threads}") {
    return Json::parse(values.at(text.substr(1, text.size() - 2)));
  }
  return with_placeholders(text, values);
}

/// A whole number without a point, however large; a real one stays real when it happens to be
/// whole.
Json number(const study::ManifestHyperparameter& entry, double value) {
  return entry.whole_number ? Json::parse(value_text(entry, value)) : Json(value);
}

/// The place of a key with dots, made where it isn't there. The manifest's reader has seen to it
/// that there is room.
Json& member_at(Json& object, const std::string& key) {
  Json* place = &object;
  std::istringstream parts(key);
  for (std::string part; std::getline(parts, part, '.');) place = &(*place)[part];
  return *place;
}

std::string plain(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

std::filesystem::path config_file_path(const study::Workload& workload,
                                       const std::filesystem::path& run_folder,
                                       const std::string& role) {
  if (!workload.config_file) return {};
  return std::filesystem::absolute(run_folder / (role + "." + workload.config_file->name));
}

std::string config_file_text(const study::RunSpec& run, const study::ParticipantSpec& participant,
                             const study::Workload& workload,
                             const std::filesystem::path& data_folder,
                             const std::filesystem::path& file) {
  const bool is_json = workload.config_file->format == Format::json;
  Json content = filled_in(workload.config_file->content,
                           placeholder_values(run, participant, workload, data_folder, file));
  for (const study::ManifestHyperparameter& entry : workload.hyperparameters) {
    const auto value = participant.hyperparameters.find(entry.name);
    if (entry.config_key.empty() || value == participant.hyperparameters.end()) continue;
    if (is_json) {
      member_at(content, entry.config_key) = number(entry, value->second);
    } else {
      content[entry.config_key] = value_text(entry, value->second);
    }
  }
  if (is_json) return content.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  std::string lines;
  for (const auto& [key, value] : content.items()) lines += key + "=" + plain(value) + "\n";
  return lines;
}

void write_config_file(const study::RunSpec& run, const study::ParticipantSpec& participant,
                       const study::Workload& workload, const std::filesystem::path& data_folder,
                       const std::filesystem::path& file) {
  if (!workload.config_file) return;
  core::write_file_atomically(file,
                              config_file_text(run, participant, workload, data_folder, file));
}

}  // namespace tandem::execute
