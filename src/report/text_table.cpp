#include "report/text_table.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>

#include "core/text.h"

namespace tandem::report {
namespace {

constexpr size_t gap = 2;              // spaces between columns
constexpr size_t least_cut_width = 8;  // a cut cell keeps at least this much
constexpr size_t least_wrapped_width = 20;
constexpr size_t most_cell_bytes = 16384;  // a name longer than this tells nobody anything

struct Range {
  char32_t first;
  char32_t last;
};
// After Unicode 15 EastAsianWidth.txt (W, F) and the zero-width categories Mn and Cf, coarsened to
// blocks: enough for names and messages.
constexpr std::array<Range, 7> zero_width = {{{0x0300, 0x036F},
                                              {0x0591, 0x05BD},
                                              {0x064B, 0x065F},
                                              {0x200B, 0x200F},
                                              {0x202A, 0x202E},
                                              {0x2060, 0x206F},
                                              {0xFE00, 0xFE0F}}};
constexpr std::array<Range, 8> double_width = {{{0x1100, 0x115F},
                                                {0x2E80, 0xA4CF},
                                                {0xAC00, 0xD7A3},
                                                {0xF900, 0xFAFF},
                                                {0xFE30, 0xFE6F},
                                                {0xFF00, 0xFF60},
                                                {0x1F300, 0x1FAFF},
                                                {0x20000, 0x3FFFD}}};

bool is_in(char32_t character, const auto& ranges) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    return range.first <= character && character <= range.last;
  });
}

size_t width_of(char32_t character) {
  if (is_in(character, zero_width)) return 0;
  return is_in(character, double_width) ? 2 : 1;
}

/// The UTF-8 character at `at`, moved past it. A stray byte counts as one character.
char32_t next_character(std::string_view text, size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  const size_t following = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  char32_t character = following == 0 ? lead : lead & (0x3FU >> following);
  for (size_t i = 0; i < following && at < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((byte & 0xC0U) != 0x80U) break;
    character = (character << 6U) | (byte & 0x3FU);
    ++at;
  }
  return character;
}

/// Bytes of the longest beginning of the text that is at most `width` columns wide.
size_t bytes_within(std::string_view text, size_t width) {
  size_t columns = 0;
  size_t at = 0;
  while (at < text.size()) {
    size_t after = at;
    columns += width_of(next_character(text, after));
    if (columns > width) break;
    at = after;
  }
  return at;
}

/// Whether a line may end between two characters: at a space, and beside a wide character unless a
/// closing mark would begin the next line or an opening one end this.
bool may_break_between(char32_t before, char32_t after) {
  constexpr std::u32string_view closing = U"，。；：、！？）］」』》”’…%,.;:!?)]";
  constexpr std::u32string_view opening = U"（［「『《“‘([";
  if (after == U' ') return true;
  if (width_of(after) == 0) return false;  // it belongs to the character before
  if (closing.find(after) != closing.npos || opening.find(before) != opening.npos) return false;
  return before != U' ' && (width_of(before) == 2 || width_of(after) == 2);
}

/// The last place at most `most` bytes in where a line may end; 0 where there is none.
size_t last_break(std::string_view text, size_t most) {
  size_t last = 0;
  size_t at = 0;
  char32_t before = next_character(text, at);
  while (at <= most && at < text.size()) {
    size_t after = at;
    const char32_t character = next_character(text, after);
    if (may_break_between(before, character)) last = at;
    before = character;
    at = after;
  }
  return last;
}

std::string trimmed_line(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace

size_t display_width(std::string_view text) {
  size_t columns = 0;
  for (size_t at = 0; at < text.size();) columns += width_of(next_character(text, at));
  return columns;
}

std::string shortened(const std::string& text, size_t width) {
  if (display_width(text) <= width) return text;
  return text.substr(0, bytes_within(text, width - 1)) + "…";
}

std::vector<std::string> wrap(std::string_view text, size_t width) {
  std::vector<std::string> lines;
  while (bytes_within(text, width) < text.size()) {
    // At least one character a line, however narrow the column.
    size_t one_character = 0;
    next_character(text, one_character);
    const size_t fits = std::max(bytes_within(text, width), one_character);
    size_t end = last_break(text, fits);
    if (end == 0) end = fits;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  }
  if (lines.empty() || !text.empty()) lines.emplace_back(text);
  return lines;
}

TextTable::TextTable(std::vector<std::string> headers, std::vector<Align> alignments)
    : headers_(std::move(headers)), alignments_(std::move(alignments)) {
  alignments_.resize(headers_.size(), Align::left);
  for (std::string& header : headers_) header = core::printable(header, most_cell_bytes);
}

void TextTable::add_row(std::vector<std::string> cells) {
  if (cells.size() > headers_.size()) {
    throw std::invalid_argument("a table row has more cells than the table has columns");
  }
  cells.resize(headers_.size());
  for (std::string& cell : cells) cell = core::printable(cell, most_cell_bytes);
  rows_.push_back(std::move(cells));
}

std::vector<size_t> TextTable::column_widths(size_t width) const {
  std::vector<size_t> widths;
  for (size_t column = 0; column < headers_.size(); ++column) {
    size_t widest = display_width(headers_[column]);
    for (const auto& row : rows_) widest = std::max(widest, display_width(row[column]));
    widths.push_back(widest);
  }
  const auto total = [&] {
    return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
  };
  // Takes from the widest column that may still give, so that short columns stay whole.
  for (size_t excess = total() > width ? total() - width : 0; excess > 0; --excess) {
    size_t* widest = nullptr;
    for (size_t column = 0; column < widths.size(); ++column) {
      const bool wraps = column + 1 == widths.size();
      const size_t least = wraps ? least_wrapped_width : least_cut_width;
      if (alignments_[column] == Align::right || widths[column] <= least) continue;
      if (widest == nullptr || widths[column] >= *widest) widest = &widths[column];
    }
    if (widest == nullptr) break;
    --*widest;
  }
  return widths;
}

std::string TextTable::render_row(const std::vector<std::string>& cells,
                                  const std::vector<size_t>& widths) const {
  std::string line;
  size_t last_column_at = 0;
  for (size_t column = 0; column + 1 < cells.size(); ++column) {
    const std::string cell = shortened(cells[column], widths[column]);
    const std::string padding(widths[column] - display_width(cell), ' ');
    line += alignments_[column] == Align::right ? padding + cell : cell + padding;
    line += std::string(gap, ' ');
    last_column_at += widths[column] + gap;
  }
  if (alignments_.back() == Align::right) {
    return trimmed_line(line + std::string(widths.back() - display_width(cells.back()), ' ') +
                        cells.back());
  }
  std::string lines;
  for (const std::string& part : wrap(cells.back(), widths.back())) {
    lines += trimmed_line(line + part);
    line = std::string(last_column_at, ' ');
  }
  return lines;
}

std::string TextTable::render(size_t width) const {
  if (headers_.empty()) return "";
  const std::vector<size_t> widths = column_widths(width);
  std::vector<std::string> rules;
  for (size_t column_width : widths) {
    std::string rule;
    for (size_t i = 0; i < column_width; ++i) rule += "─";
    rules.push_back(rule);
  }
  std::string table = render_row(headers_, widths) + render_row(rules, widths);
  for (const auto& row : rows_) table += render_row(row, widths);
  return table;
}

}  // namespace tandem::report
