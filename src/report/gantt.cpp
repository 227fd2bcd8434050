#include "report/gantt.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"
#include "report/html_text.h"
#include "report/text_table.h"

namespace tandem::report {

std::string gantt_text(const Gantt& gantt, size_t width, const core::Texts& texts) {
  size_t label = 0;
  for (const std::string& row : gantt.rows) label = std::max(label, display_width(row));
  label = std::min<size_t>(label, 24);
  const size_t columns = width - label - 3;
  std::string text;
  for (size_t row = 0; row < gantt.rows.size(); ++row) {
    std::vector<double> pair_s(columns, 0);
    std::vector<double> solo_s(columns, 0);
    const double column_s = gantt.end_s / static_cast<double>(columns);
    for (const GanttBar& bar : gantt.bars) {
      if (bar.row != row || column_s <= 0) continue;
      for (size_t column = 0; column < columns; ++column) {
        const double begin_s = static_cast<double>(column) * column_s;
        const double within_s =
            std::min(bar.end_s, begin_s + column_s) - std::max(bar.start_s, begin_s);
        if (within_s > 0) (bar.concurrent ? pair_s : solo_s)[column] += within_s;
      }
    }
    std::string name = gantt.rows[row];
    while (display_width(name) > label) name.pop_back();
    text += name + std::string(label - display_width(name), ' ') + " |";
    for (size_t column = 0; column < columns; ++column) {
      const double idle_s = column_s - pair_s[column] - solo_s[column];
      const bool is_idle = idle_s >= std::max(pair_s[column], solo_s[column]);
      text += is_idle ? ' ' : pair_s[column] >= solo_s[column] ? '#' : '-';
    }
    text += "|\n";
  }
  const std::string end = core::format_duration(gantt.end_s);
  text +=
      std::string(label + 2, ' ') + "0" + std::string(columns - 1 - end.size(), ' ') + end + "\n";
  return text + texts("text_report.gantt_key") + "\n";
}

std::string gantt_svg(const Gantt& gantt) {
  constexpr double width = 1000;
  constexpr double row_height = 28;
  const double scale = gantt.end_s > 0 ? width / gantt.end_s : 0;
  const double height = row_height * static_cast<double>(gantt.rows.size());
  std::string svg = fmt::format(
      "<svg class=\"gantt\" role=\"img\" viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\">"
      "<title>Runs over time, one row a device: {} runs in {}</title>",
      width, height, gantt.bars.size(), core::format_duration(gantt.end_s));
  for (const GanttBar& bar : gantt.bars) {
    svg += fmt::format(
        "<rect class=\"{}\" x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{:.1f}\">"
        "<title>{}</title></rect>",
        bar.concurrent ? "pair" : "solo", bar.start_s * scale,
        row_height * static_cast<double>(bar.row) + 3, (bar.end_s - bar.start_s) * scale,
        row_height - 6, escape_html(bar.title));
  }
  return svg + "</svg>";
}

}  // namespace tandem::report
