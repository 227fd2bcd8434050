#include "core/language.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <utility>

extern "C" {
extern const char tandem_texts_en_begin, tandem_texts_en_end;
extern const char tandem_texts_zh_begin, tandem_texts_zh_end;
}

namespace tandem::core {
namespace {

std::string_view between(const char& begin, const char& end) {
  return {&begin, static_cast<size_t>(&end - &begin)};
}

void flatten(const Json& node, const std::string& id, std::map<std::string, std::string>& texts) {
  if (node.is_string()) {
    texts[id] = node.get<std::string>();
    return;
  }
  if (!node.is_object())
    throw std::logic_error("catalogue of texts: " + id + " is neither text nor group");
  for (const auto& [name, member] : node.items()) {
    flatten(member, id + "." + name, texts);
  }
}

/// Of the arguments of what records hold, those that tandem said itself: whole reasons, and names.
/// The others (a trainer's last line, files, metrics, numbers) are nobody's to translate.
constexpr std::array<std::string_view, 6> reason_arguments = {"reason", "problem", "left",
                                                              "right",  "message", "when"};
constexpr std::array<std::string_view, 6> name_arguments = {"outcome", "status", "caution",
                                                            "role",    "source", "other_source"};
constexpr int deepest = 5;              // reasons within reasons
constexpr size_t longest_bytes = 2048;  // tandem's own sentences are shorter

bool is_one_of(std::string_view name, const auto& list) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

Json parsed(std::string_view catalogue) {
  try {
    return Json::parse(catalogue);
  } catch (const Json::parse_error& problem) {
    throw std::logic_error(std::string("catalogue of texts: ") + problem.what());
  }
}

std::logic_error unmatched_brace(const std::string& pattern) {
  return std::logic_error("catalogue of texts: a brace without its other one in: " + pattern);
}

/// The group of names and sentences of records, by which they are looked up.
const Json& group_of_records(const Json& catalogue, const char* group) {
  const auto found = catalogue.find(group);
  const bool is_group = found != catalogue.end() && found->is_object();
  if (!is_group || !std::all_of(found->begin(), found->end(),
                                [](const Json& text) { return text.is_string(); })) {
    throw std::logic_error(fmt::format("catalogue of texts: {} is no group of texts", group));
  }
  return *found;
}

std::string joined(const std::vector<std::string>& items, const std::string& separator) {
  return fmt::format("{}", fmt::join(items, separator));
}

}  // namespace

std::optional<Language> language_of(std::string_view code) {
  if (code == "en") return Language::english;
  if (code == "zh") return Language::chinese;
  return std::nullopt;
}

std::string_view code_of(Language language) {
  return language == Language::chinese ? "zh" : "en";
}

const Texts& Texts::in(Language language) {
  static const Texts english(between(tandem_texts_en_begin, tandem_texts_en_end));
  static const Texts chinese(between(tandem_texts_zh_begin, tandem_texts_zh_end));
  return language == Language::chinese ? chinese : english;
}

Texts::Texts(std::string_view catalogue) : catalogue_(parsed(catalogue)) {
  if (!catalogue_.is_object()) throw std::logic_error("catalogue of texts: no JSON object");
  for (const auto& [group, members] : catalogue_.items()) {
    if (group != "words" && group != "recorded") flatten(members, group, patterns_);
  }
  group_of_records(catalogue_, "words");
  for (const auto& [pattern, translation] : group_of_records(catalogue_, "recorded").items()) {
    if (pattern.find_first_of("{}") == std::string::npos) continue;
    recorded_.emplace_back(pattern, translation.get<std::string>());
  }
  std::stable_sort(recorded_.begin(), recorded_.end(),
                   [](const RecordedPattern& left, const RecordedPattern& right) {
                     return left.literal_bytes() > right.literal_bytes();
                   });
}

Texts::RecordedPattern::RecordedPattern(const std::string& pattern, std::string translated)
    : translation(std::move(translated)) {
  size_t at = 0;
  for (size_t open = pattern.find('{'); open != std::string::npos; open = pattern.find('{', at)) {
    const size_t close = pattern.find('}', open);
    if (close == std::string::npos || pattern.find('}', at) < open) {
      throw unmatched_brace(pattern);
    }
    literals.push_back(pattern.substr(at, open - at));
    names.push_back(pattern.substr(open + 1, close - open - 1));
    at = close + 1;
  }
  literals.push_back(pattern.substr(at));
  if (literals.back().find('}') != std::string::npos) throw unmatched_brace(pattern);
}

size_t Texts::RecordedPattern::literal_bytes() const {
  size_t bytes = 0;
  for (const std::string& literal : literals) bytes += literal.size();
  return bytes;
}

bool Texts::RecordedPattern::has_no_word() const {
  return std::all_of(literals.begin(), literals.end(), [](const std::string& literal) {
    return std::none_of(literal.begin(), literal.end(),
                        [](unsigned char c) { return std::isalpha(c) != 0; });
  });
}

std::optional<std::map<std::string, std::string>> Texts::RecordedPattern::arguments_of(
    std::string_view text) const {
  if (!text.starts_with(literals.front())) return std::nullopt;
  text.remove_prefix(literals.front().size());
  std::map<std::string, std::string> arguments;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string& next = literals[i + 1];
    const bool is_last = i + 1 == names.size();
    if (is_last && !text.ends_with(next)) return std::nullopt;
    const size_t end = is_last ? text.size() - next.size() : text.find(next);
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    arguments[names[i]] = text.substr(0, end);
    text.remove_prefix(end + next.size());
  }
  return arguments;
}

std::string Texts::plural_id(const std::string& id, size_t n) const {
  const std::string one = id + ".one";
  return n == 1 && patterns_.contains(one) ? one : id + ".other";
}

std::string Texts::word(const std::string& name) const {
  const Json& words = catalogue_.at("words");
  const auto whole = words.find(name);
  if (whole != words.end()) return whole->get<std::string>();
  const size_t detail = std::min(name.find(" ("), name.size());
  const auto known = words.find(name.substr(0, detail));
  return known != words.end() ? known->get<std::string>() + name.substr(detail) : name;
}

std::string Texts::recorded(std::string_view text) const {
  return translated(text, 0).value_or(std::string(text));
}

/// Nothing where no catalogue knows the text.
std::optional<std::string> Texts::translated(std::string_view text, int depth) const {
  const Json& known = catalogue_.at("recorded");
  const auto whole = known.find(std::string(text));
  if (whole != known.end()) return whole->get<std::string>();
  if (depth == deepest || text.size() > longest_bytes) return std::nullopt;
  for (const RecordedPattern& pattern : recorded_) {
    const auto arguments = pattern.arguments_of(text);
    if (!arguments) continue;
    bool is_known = true;
    fmt::dynamic_format_arg_store<fmt::format_context> store;
    for (const auto& [name, value] : *arguments) {
      std::string told = is_one_of(name, name_arguments) ? word(value) : value;
      if (is_one_of(name, reason_arguments)) {
        const std::optional<std::string> reason = translated(value, depth + 1);
        is_known = is_known && reason;
        told = reason.value_or(value);
      }
      store.push_back(fmt::arg(name.c_str(), told));
    }
    if (is_known || !pattern.has_no_word()) return fmt::vformat(pattern.translation, store);
  }
  return std::nullopt;
}

std::string Texts::list(const std::vector<std::string>& items) const {
  return joined(items, pattern("list.comma"));
}

std::string Texts::clauses(const std::vector<std::string>& items) const {
  return joined(items, pattern("list.semicolon"));
}

}  // namespace tandem::core
