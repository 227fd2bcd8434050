#include "core/language.h"

#include <fmt/args.h>
#include <fmt/format.h>

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

/// What the `{name}`s of a pattern stand for in a text; nothing where the text isn't made by it.
/// Each stands for as little as it can, the last one for the rest.
std::optional<std::map<std::string, std::string>> arguments_of(std::string_view text,
                                                               std::string_view pattern) {
  std::map<std::string, std::string> arguments;
  while (!pattern.empty()) {
    const size_t open = pattern.find('{');
    const std::string_view literal = pattern.substr(0, open);
    if (!text.starts_with(literal)) return std::nullopt;
    text.remove_prefix(literal.size());
    if (open == std::string_view::npos) break;
    const size_t close = pattern.find('}', open);
    const std::string name(pattern.substr(open + 1, close - open - 1));
    pattern.remove_prefix(close + 1);
    const std::string_view next = pattern.substr(0, pattern.find('{'));
    const size_t end = next.empty()      ? text.size()
                       : next == pattern ? text.size() - std::min(text.size(), next.size())
                                         : text.find(next);
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    arguments[name] = text.substr(0, end);
    text.remove_prefix(end);
  }
  if (!text.empty()) return std::nullopt;
  return arguments;
}

/// What a pattern says besides its arguments.
size_t literal_bytes(std::string_view pattern) {
  size_t bytes = 0;
  bool in_argument = false;
  for (const char c : pattern) {
    in_argument = in_argument || c == '{';
    bytes += in_argument ? 0 : 1;
    in_argument = in_argument && c != '}';
  }
  return bytes;
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

const Texts& Texts::in(Language language) {
  static const Texts english(between(tandem_texts_en_begin, tandem_texts_en_end));
  static const Texts chinese(between(tandem_texts_zh_begin, tandem_texts_zh_end));
  return language == Language::chinese ? chinese : english;
}

Texts::Texts(std::string_view catalogue) : catalogue_(Json::parse(catalogue)) {
  for (const auto& [group, members] : catalogue_.items()) {
    if (group != "words" && group != "recorded") flatten(members, group, patterns_);
  }
}

std::string Texts::plural_id(const std::string& id, size_t n) const {
  const std::string one = id + ".one";
  return n == 1 && patterns_.contains(one) ? one : id + ".other";
}

std::string Texts::word(const std::string& name) const {
  const Json& words = catalogue_.at("words");
  const auto known = words.find(name);
  return known != words.end() ? known->get<std::string>() : name;
}

std::string Texts::recorded(std::string_view text) const {
  const Json& known = catalogue_.at("recorded");
  if (known.empty()) return std::string(text);
  const auto whole = known.find(std::string(text));
  if (whole != known.end()) return whole->get<std::string>();
  // Of several that fit, the one that says most itself.
  size_t most = 0;
  std::map<std::string, std::string> arguments;
  std::string translation;
  for (const auto& [pattern, translated] : known.items()) {
    if (pattern.find('{') == std::string::npos) continue;
    auto fitting = arguments_of(text, pattern);
    if (!fitting || literal_bytes(pattern) <= most) continue;
    most = literal_bytes(pattern);
    arguments = std::move(*fitting);
    translation = translated.get<std::string>();
  }
  if (most == 0) return word(std::string(text));
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (const auto& [name, value] : arguments) {
    store.push_back(fmt::arg(name.c_str(), recorded(value)));
  }
  return fmt::vformat(translation, store);
}

std::string Texts::list(const std::vector<std::string>& items) const {
  return joined(items, pattern("list.comma"));
}

std::string Texts::clauses(const std::vector<std::string>& items) const {
  return joined(items, pattern("list.semicolon"));
}

}  // namespace tandem::core
