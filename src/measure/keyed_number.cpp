#include "measure/keyed_number.h"

#include <algorithm>
#include <charconv>

namespace tandem::measure {

std::optional<std::uint64_t> leading_number(std::string_view text) noexcept {
  std::uint64_t number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> keyed_number(std::string_view text, std::string_view key) noexcept {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (!line.starts_with(key)) continue;
    const std::string_view rest = line.substr(key.size());
    const size_t blanks = std::min(rest.find_first_not_of(" \t"), rest.size());
    if (blanks > 0) return leading_number(rest.substr(blanks));
  }
  return std::nullopt;
}

}  // namespace tandem::measure
