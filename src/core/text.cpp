#include "core/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numeric>
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
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool starts_character = (byte & 0xC0U) != 0x80U;
    if (safe.size() >= most_bytes && starts_character) return safe + "…";
    // C1 controls arrive as two bytes, C2 80 … C2 9F; terminals obey them as they do ESC [.
    const bool is_c1 = byte == 0xC2 && i + 1 < text.size() &&
                       (static_cast<unsigned char>(text[i + 1]) & 0xE0U) == 0x80U;
    if (is_c1) {
      safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[++i]));
    } else if (byte < 0x20 || byte == 0x7F) {
      safe += fmt::format("\\x{:02x}", byte);
    } else {
      safe += text[i];
    }
  }
  return safe;
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
