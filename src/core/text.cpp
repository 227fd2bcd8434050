#include "core/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

namespace tandem::core {
namespace {

/// Levenshtein distance, case ignored.
size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < left.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < right.size(); ++j) {
      const bool same = std::tolower(static_cast<unsigned char>(left[i])) ==
                        std::tolower(static_cast<unsigned char>(right[j]));
      const size_t next = std::min({row[j] + 1, row[j + 1] + 1, diagonal + (same ? 0 : 1)});
      diagonal = std::exchange(row[j + 1], next);
    }
  }
  return row.back();
}

struct Character {
  size_t bytes = 1;
  std::optional<char32_t> code_point;  ///< nothing for a byte that is no part of valid UTF-8
};

/// The first character of a text that is not empty.
Character first_character(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {1, first};
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  char32_t code_point = first & (0x7FU >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    code_point = code_point << 6U | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
  if (code_point < least.at(length) || code_point > 0x10FFFF || surrogate) return {};
  return {length, code_point};
}

/// C0 and C1 controls, and the marks that turn the direction of the text after them.
bool steers_a_terminal(char32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0) ||
         (code_point >= 0x200E && code_point <= 0x200F) ||
         (code_point >= 0x2028 && code_point <= 0x202E) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

}  // namespace

std::vector<std::string> nearest_names(std::string_view wanted, std::span<const std::string> names,
                                       size_t most) {
  std::vector<std::pair<size_t, std::string>> ranked;
  for (const std::string& name : names) {
    const size_t distance = edit_distance(wanted, name);
    const bool contained = !wanted.empty() && name.find(wanted) != std::string::npos;
    if (contained || distance <= std::max<size_t>(2, name.size() / 3)) {
      ranked.emplace_back(distance, name);
    }
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> nearest;
  for (size_t i = 0; i < std::min(most, ranked.size()); ++i) nearest.push_back(ranked[i].second);
  return nearest;
}

std::string list_of_choices(std::span<const std::string> names) {
  std::string text;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += names[i];
  }
  return text;
}

std::string printable(std::string_view text, size_t most_bytes) {
  std::string safe;
  while (!text.empty()) {
    if (safe.size() >= most_bytes) return safe + "…";
    const Character character = first_character(text);
    const std::string_view bytes = text.substr(0, character.bytes);
    if (!character.code_point) {
      safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes[0]));
    } else if (steers_a_terminal(*character.code_point)) {
      const char32_t code_point = *character.code_point;
      safe += code_point < 0x100 ? fmt::format("\\x{:02x}", static_cast<unsigned>(code_point))
                                 : fmt::format("\\u{:04x}", static_cast<unsigned>(code_point));
    } else {
      safe += bytes;
    }
    text.remove_prefix(character.bytes);
  }
  return safe;
}

std::string printable_lines(std::string_view text) {
  std::string safe;
  for (;;) {
    const size_t end = text.find('\n');
    safe += printable(text.substr(0, end), text.npos);
    if (end == text.npos) return safe;
    safe += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string in_quotes(std::string_view text) {
  return "\"" + printable(text) + "\"";
}

std::string format_duration(double seconds) {
  if (!std::isfinite(seconds)) return "unknown";
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  if (seconds < 59.5) return fmt::format("{:.0f} s", seconds);
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

std::string format_energy(double joules) {
  const double size = std::abs(joules);
  if (size < 1e3) return fmt::format("{:.3g} J", joules);
  if (size < 1e6) return fmt::format("{:.3g} kJ", joules / 1e3);
  return fmt::format("{:.3g} MJ", joules / 1e6);
}

std::string format_number(double value) {
  return fmt::format("{}", value);
}

}  // namespace tandem::core
