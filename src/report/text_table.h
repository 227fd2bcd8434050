#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tandem::report {

enum class Align { left, right };

/// Columns that UTF-8 text takes on a terminal: East Asian wide characters and emoji count two,
/// combining marks and direction controls none.
size_t display_width(std::string_view text);

/// At most `width` columns, with an ellipsis where something was left out.
std::string shortened(const std::string& text, size_t width);

/// A table for a terminal. It never grows wider than asked as long as its right-aligned columns
/// (numbers, which are not cut) leave a few characters to the others: those are cut with an
/// ellipsis, and the last column, when left-aligned, wraps instead. Control characters in headers
/// and cells are shown as `\xNN`.
class TextTable {
 public:
  /// Columns without an alignment are left-aligned.
  explicit TextTable(std::vector<std::string> headers, std::vector<Align> alignments = {});

  /// Missing cells are empty; cells beyond the last column are an error (std::invalid_argument).
  void add_row(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  /// Headers, a rule and the rows, each line ended by a newline and free of trailing spaces.
  std::string render(size_t width = 80) const;

 private:
  std::vector<size_t> column_widths(size_t width) const;
  std::string render_row(const std::vector<std::string>& cells,
                         const std::vector<size_t>& widths) const;

  std::vector<std::string> headers_;
  std::vector<Align> alignments_;
  std::vector<std::vector<std::string>> rows_;
};

/// Text broken at spaces and between Chinese characters (within a word only where one is too long)
/// into lines of at most `width`.
std::vector<std::string> wrap(std::string_view text, size_t width);

}  // namespace tandem::report
