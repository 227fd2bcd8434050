#include "study/log_pattern.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <stdexcept>

#include "core/text.h"

namespace tandem::study {
namespace {

constexpr size_t longest_pattern_bytes = 4096;
// Of the compiled pattern: the time for a line grows with it.
constexpr int most_instructions = 10'000;

re2::RE2::Options quiet() {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(4 << 20);  // of a pattern with all that it remembers of lines
  return options;
}

std::string why_refused(const re2::RE2& compiled) {
  const std::string what = core::printable(compiled.error());
  switch (compiled.error_code()) {
    case re2::RE2::ErrorBadPerlOp:
    case re2::RE2::ErrorBadEscape:
      return fmt::format(
          "a pattern in RE2's syntax, with groups named as in (?P<name>…); it has neither "
          "lookaround nor backreferences, for matching them can take exponential time: {}",
          what);
    case re2::RE2::ErrorBadNamedCapture:
      return "groups named as in (?P<name>…), each name once: " + what;
    case re2::RE2::ErrorPatternTooLarge:
    case re2::RE2::ErrorRepeatSize:
      return "a smaller pattern, with no more than 1000 repetitions: " + what;
    default:
      return "a pattern in RE2's syntax: " + what;
  }
}

}  // namespace

LogPattern::LogPattern(const std::string& text) {
  if (text.size() > longest_pattern_bytes) {
    throw std::invalid_argument(
        fmt::format("a pattern of at most {} bytes", longest_pattern_bytes));
  }
  auto compiled = std::make_shared<const re2::RE2>(text, quiet());
  if (!compiled->ok()) throw std::invalid_argument(why_refused(*compiled));
  if (const int size = compiled->ProgramSize(); size > most_instructions) {
    throw std::invalid_argument(
        fmt::format("a smaller pattern: compiled it has {} instructions, the most are {}", size,
                    most_instructions));
  }
  compiled_ = std::move(compiled);
}

const std::string& LogPattern::text() const {
  return compiled_->pattern();
}

std::vector<std::string> LogPattern::names() const {
  std::vector<std::string> names;
  for (const auto& [name, group] : compiled_->NamedCapturingGroups()) names.push_back(name);
  return names;
}

bool LogPattern::matches(std::string_view line) const {
  return re2::RE2::PartialMatch({line.data(), line.size()}, *compiled_);
}

std::optional<std::map<std::string, std::string_view>> LogPattern::find(
    std::string_view line) const {
  std::vector<re2::StringPiece> groups(static_cast<size_t>(compiled_->NumberOfCapturingGroups()) +
                                       1);
  if (!compiled_->Match({line.data(), line.size()}, 0, line.size(), re2::RE2::UNANCHORED,
                        groups.data(), static_cast<int>(groups.size()))) {
    return std::nullopt;
  }
  std::map<std::string, std::string_view> values;
  for (const auto& [name, group] : compiled_->NamedCapturingGroups()) {
    const re2::StringPiece& value = groups[static_cast<size_t>(group)];
    if (value.data() != nullptr) values.emplace(name, std::string_view(value.data(), value.size()));
  }
  return values;
}

}  // namespace tandem::study
