#include "report/paper_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/paper_text.h"

namespace tandem::report {
namespace {

/// Longer names tell nobody anything, and no page is that wide.
constexpr size_t most_columns = 60;

std::string row_of(const std::vector<std::string>& cells, std::string (*escape)(std::string_view),
                   const char* between) {
  std::vector<std::string> escaped;
  for (const std::string& cell : cells) escaped.push_back(escape(paper_label(cell, most_columns)));
  return fmt::format("{}", fmt::join(escaped, between));
}

}  // namespace

std::string latex_table(const PaperTable& table) {
  std::string columns;
  for (const Align align : table.alignments) columns += align == Align::left ? 'l' : 'r';
  std::string text = fmt::format(
      "% \\usepackage{{booktabs}}\n\\begin{{table}}\n  \\centering\n  \\caption{{{}}}\n"
      "  \\label{{tab:{}}}\n  \\begin{{tabular}}{{{}}}\n    \\toprule\n",
      escape_latex(table.caption), table.name, columns);
  text += "    " + row_of(table.headers, escape_latex, " & ") + " \\\\\n    \\midrule\n";
  for (const std::vector<std::string>& row : table.rows) {
    text += "    " + row_of(row, escape_latex, " & ") + " \\\\\n";
  }
  return text + "    \\bottomrule\n  \\end{tabular}\n\\end{table}\n";
}

std::string markdown_table(const PaperTable& table) {
  std::string text = escape_markdown(table.caption) + "\n\n";
  text += "| " + row_of(table.headers, escape_markdown, " | ") + " |\n|";
  for (const Align align : table.alignments) text += align == Align::left ? ":--|" : "--:|";
  text += "\n";
  for (const std::vector<std::string>& row : table.rows) {
    text += "| " + row_of(row, escape_markdown, " | ") + " |\n";
  }
  return text;
}

std::string paper_number(double value) {
  std::string text = fmt::format("{:.4g}", value);
  for (size_t at = text.find('-'); at != std::string::npos; at = text.find('-', at)) {
    text.replace(at, 1, "−");
  }
  return text;
}

std::string paper_number(const core::Reading& reading) {
  return reading ? paper_number(*reading) : "missing";
}

std::string with_interval(const core::Reading& value,
                          const std::optional<analyse::Interval>& interval, double unit) {
  if (!value) return "missing";
  const std::string number = paper_number(*value / unit);
  if (!interval) return number;
  return fmt::format("{} [{}, {}]", number, paper_number(interval->low / unit),
                     paper_number(interval->high / unit));
}

}  // namespace tandem::report
