#include "core/json.h"

#include <fmt/format.h>

#include <cmath>
#include <set>

#include "core/file.h"
#include "core/text.h"

namespace tandem::core {

void Diagnostics::throw_if_any() const {
  if (any()) throw UserError(source_, problems_);
}

std::string shown(const Json& value) {
  return printable(value.dump(-1, ' ', false, Json::error_handler_t::replace), 80);
}

void JsonNode::reject(const std::string& expected) const {
  diagnostics_->add(path_, shown(*value_), expected);
}

bool JsonNode::is_object(const std::string& expected) const {
  if (!value_->is_object()) reject(expected);
  return value_->is_object();
}

void JsonNode::allow_only(std::initializer_list<std::string_view> names) const {
  if (!value_->is_object()) return;
  const std::vector<std::string> known(names.begin(), names.end());
  for (const auto& [key, value] : value_->items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::vector<std::string> nearest = nearest_names(key, known);
    diagnostics_->add(path_ + "." + printable(key), "an unknown member",
                      nearest.empty() ? "one of: " + fmt::format("{}", fmt::join(known, ", "))
                                      : "perhaps " + list_of_choices(nearest));
  }
}

std::optional<JsonNode> JsonNode::member(const std::string& name,
                                         const std::string& expected) const {
  std::optional<JsonNode> found = find(name);
  if (!found && value_->is_object()) {
    diagnostics_->add(path_ + "." + printable(name), "nothing", expected);
  }
  return found;
}

std::optional<JsonNode> JsonNode::find(const std::string& name) const {
  if (!value_->is_object()) return std::nullopt;
  const auto found = value_->find(name);
  if (found == value_->end()) return std::nullopt;
  return JsonNode(*found, path_ + "." + printable(name), *diagnostics_);
}

std::vector<std::pair<std::string, JsonNode>> JsonNode::members() const {
  std::vector<std::pair<std::string, JsonNode>> all;
  if (!is_object()) return all;
  for (const auto& [key, value] : value_->items()) {
    all.emplace_back(key, JsonNode(value, path_ + "." + printable(key), *diagnostics_));
  }
  return all;
}

std::vector<JsonNode> JsonNode::items() const {
  std::vector<JsonNode> all;
  if (!value_->is_array()) {
    reject("a list");
    return all;
  }
  for (size_t i = 0; i < value_->size(); ++i) {
    all.emplace_back((*value_)[i], fmt::format("{}[{}]", path_, i), *diagnostics_);
  }
  return all;
}

std::string JsonNode::string() const {
  if (value_->is_string() && !value_->get_ref<const std::string&>().empty()) {
    return value_->get<std::string>();
  }
  reject("a text that is not empty");
  return {};
}

bool JsonNode::boolean() const {
  if (value_->is_boolean()) return value_->get<bool>();
  reject("true or false");
  return false;
}

double JsonNode::number(double least, double most) const {
  if (value_->is_number()) {
    const double number = value_->get<double>();
    if (std::isfinite(number) && number >= least && number <= most) return number;
  }
  reject(std::isinf(most) ? fmt::format("a number of at least {}", least)
                          : fmt::format("a number from {} to {}", least, most));
  return least;
}

std::int64_t JsonNode::integer(std::int64_t least, std::int64_t most) const {
  // 1e3 and 4.0 are whole numbers too; a double above 2^53 is none that a person can mean.
  if (value_->is_number()) {
    const double number = value_->get<double>();
    if (number == std::floor(number) && number >= static_cast<double>(least) &&
        number <= static_cast<double>(most)) {
      return value_->is_number_float() ? static_cast<std::int64_t>(number)
                                       : value_->get<std::int64_t>();
    }
  }
  reject(fmt::format("a whole number from {} to {}", least, most));
  return least;
}

size_t JsonNode::choice(std::initializer_list<std::string_view> names) const {
  if (value_->is_string()) {
    size_t index = 0;
    for (const std::string_view name : names) {
      if (value_->get_ref<const std::string&>() == name) return index;
      ++index;
    }
  }
  const std::vector<std::string> choices(names.begin(), names.end());
  reject(list_of_choices(choices));
  return 0;
}

namespace {
/// Copying and printing a value takes stack for each of its levels.
constexpr int most_levels = 200;
}  // namespace

Json parse_json(const std::string& text, const std::string& source) {
  // The parser calls back at each key; `open` holds the keys seen in each object that is open.
  std::vector<std::set<std::string>> open;
  std::optional<std::string> doubled;
  const Json::parser_callback_t watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    const bool begins =
        event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (begins && depth >= most_levels) {
      throw UserError(source,
                      {{"$", fmt::format("more than {} levels of objects and lists", most_levels),
                        "a document that nests less"}});
    }
    if (event == Json::parse_event_t::object_start) open.emplace_back();
    if (event == Json::parse_event_t::object_end) open.pop_back();
    if (event == Json::parse_event_t::key && !doubled) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!open.back().insert(key).second) doubled = key;
    }
    return true;
  };
  Json document;
  try {
    document = Json::parse(text, watch);
  } catch (const Json::parse_error& error) {
    const size_t end = std::min(error.byte == 0 ? 0 : error.byte - 1, text.size());
    const auto newlines = std::count(text.begin(), text.begin() + static_cast<long>(end), '\n');
    const size_t line_start = end == 0 ? std::string::npos : text.rfind('\n', end - 1);
    const size_t column = line_start == std::string::npos ? end + 1 : end - line_start;
    const std::string line =
        text.substr(line_start == std::string::npos ? 0 : line_start + 1, column + 20);
    throw UserError(source,
                    {{fmt::format("line {}, column {}", newlines + 1, column),
                      end >= text.size() ? "the end of the file"
                                         : printable(line.substr(0, line.find('\n')), 80),
                      "JSON: a missing comma, quote or bracket is likely just before this place"}});
  } catch (const Json::exception& error) {
    throw UserError(source, {{"$", error.what(), "JSON whose numbers fit into 64 bits"}});
  }
  if (doubled) {
    throw UserError(source, {{"the key " + in_quotes(*doubled), "twice in one object", "once"}});
  }
  return document;
}

Json read_json(const std::filesystem::path& path) {
  std::string text;
  try {
    text = read_file(path);
  } catch (const SystemError& error) {
    throw UserError(error.what());
  }
  return parse_json(text, path.string());
}

}  // namespace tandem::core
