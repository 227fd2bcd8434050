#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "report/gnuplot_script.h"
#include "report/paper_parts.h"
#include "report/paper_text.h"
#include "report/row_figure.h"

namespace tandem::report {
namespace {

using analyse::EffectSummary;
using analyse::PairAnalysis;
using analyse::StudyAnalysis;

/// A number for a cell of a few millimetres.
std::string cell_text(double percent) {
  const std::string text = std::abs(percent) < 9.95     ? fmt::format("{:.1f}", percent)
                           : std::abs(percent) < 9999.5 ? fmt::format("{:.0f}", percent)
                                                        : fmt::format("{:.0e}", percent);
  return text.starts_with('-') ? "−" + text.substr(1) : text;
}

}  // namespace

std::optional<PaperFigure> heat_map_figure(const StudyAnalysis& analysis, Pairs pairs,
                                           const std::string& suffix) {
  constexpr double widest_range_percent = 100;
  double most = 0;
  for (const PairAnalysis& pair : analysis.pairs) {
    for (const EffectSummary& summary : pair.summaries) {
      if (summary.percent) most = std::max(most, std::abs(*summary.percent));
    }
  }
  if (most == 0) return std::nullopt;
  const double range = std::min(most, widest_range_percent);
  PaperFigure made;
  made.name = "heat-map" + suffix;
  made.table = {
      made.name,
      paper_caption(analysis,
                    fmt::format("Each pair's effects in percent, means over its settings and "
                                "repetitions. Dark is below 0, light above; the scale ends at "
                                "±{:.0f} %. An empty cell is missing.",
                                range),
                    true),
      {""},
      {Align::left},
      {}};
  made.data = "# column\trow\tpercent\ttext\tcolour of the text\tn\tname\n";
  GnuplotScript script;
  std::string metrics, names;
  size_t column = 0;
  for (const analyse::EffectColumn& effect : analyse::effect_columns()) {
    metrics += fmt::format("{}'{}' {}", column == 0 ? "" : ", ", effect.name, column + 1);
    ++column;
    made.table.headers.emplace_back(effect.name);
    made.table.alignments.push_back(Align::right);
  }
  bool any = false;
  for (size_t row = 0; row < pairs.size(); ++row) {
    const std::string label = pair_label(pairs[row]);
    names +=
        fmt::format("{}{} {}", row == 0 ? "" : ", ", gnuplot_tic(paper_label(label, 26)), row + 1);
    std::vector<std::string>& cells = made.table.rows.emplace_back();
    cells.push_back(label);
    column = 0;
    for (const EffectSummary& summary : pairs[row].summaries) {
      ++column;
      cells.push_back(paper_number(summary.percent));
      if (!summary.percent) continue;
      any = true;
      const bool dark = *summary.percent < -0.15 * range;
      made.data += data_row({std::to_string(column), std::to_string(row + 1),
                             data_number(summary.percent), cell_text(*summary.percent),
                             dark ? "16777215" : "0", std::to_string(summary.n), label});
    }
  }
  if (!any) return std::nullopt;
  script.name = made.name;
  script.title = "Pairs and their effects";
  const auto columns = static_cast<double>(column);
  const auto rows = static_cast<double>(pairs.size());
  // A scale whose lightness only rises, so that it is the same in grey (after cividis, Nuñez,
  // Anderton and Renslow 2018).
  script.settings = fmt::format(
      "set border 0\nset tics scale 0\nunset key\nset xrange [0.5:{}]\nset yrange [{}:0.5]\n"
      "set cbrange [-{}:{}]\nset palette defined (-1 '#00224e', 0 '#7d7c78', 1 '#fee838')\n"
      "set colorbox user horizontal origin graph 0, screen 0.93 size graph 1, screen 0.02\n"
      "set cbtics offset 0, 0.4\n"
      "set xtics rotate by 40 right ({})\nset ytics ({})\n",
      columns + 0.5, rows + 0.5, range, range, metrics, names);
  script.panels = {
      {"  set tmargin at screen 0.86\n",
       fmt::format("'{0}.dat' using 1:2:($1-0.49):($1+0.49):($2-0.48):($2+0.48):3 with boxxyerror "
                   "fillstyle solid 1.0 noborder linecolor palette, \\\n    '{0}.dat' using "
                   "1:2:4:5 with labels font (columns == 1 ? ',5' : ',7') textcolor rgb variable",
                   made.name)}};
  script.panel_height_cm = 4.0 + 0.5 * rows;
  made.script = to_text(script);
  return made;
}

}  // namespace tandem::report
