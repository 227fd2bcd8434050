#include "record/cells.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace tandem::record {

std::string_view trimmed(std::string_view cell) {
  while (!cell.empty() && cell.front() == ' ') cell.remove_prefix(1);
  while (!cell.empty() && cell.back() == ' ') cell.remove_suffix(1);
  return cell;
}

std::optional<double> number_in(std::string_view cell, char decimal) {
  std::array<char, 64> buffer;
  if (decimal == ',') {
    if (cell.size() > buffer.size() || cell.find('.') != std::string_view::npos) {
      return std::nullopt;
    }
    std::ranges::replace_copy(cell, buffer.begin(), ',', '.');
    cell = {buffer.data(), cell.size()};
  }
  if (cell.starts_with('+') && !cell.starts_with("+-")) cell.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

}  // namespace tandem::record
