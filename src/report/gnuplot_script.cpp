#include "report/gnuplot_script.h"

#include <fmt/format.h>

#include <algorithm>

namespace tandem::report {
namespace {

// Widths are those of most journals; 7 points are the least that they take.
constexpr const char* preamble = R"(reset
set encoding utf8
set minussign
set datafile separator "\t"
set datafile missing "?"
set border 3 linewidth 0.7
set tics nomirror out scale 0.5
set errorbars 0.7
set key top center outside horizontal samplen 2
set boxwidth 0.8 relative
)";

/// What a page has for a figure and its caption.
constexpr double page_height_cm = 23;

constexpr const char* begin_of_loop = R"(
do for [columns = 1:2] {{ do for [kind in "pdf svg"] {{
  width_cm = columns == 1 ? 8.5 : 17.5
  height_cm = columns == 1 ? {narrow} : {wide}
  if (kind eq "pdf") {{
    set terminal pdfcairo noenhanced color font "Sans,7" linewidth 0.8 size width_cm cm, height_cm cm
  }} else {{
    set terminal svg noenhanced font "sans-serif,9" linewidth 0.9 background "white" size 37.8 * width_cm, 37.8 * height_cm
  }}
  set output sprintf("{name}-%dcol.%s", columns, kind)
  set multiplot layout {layout}
)";

constexpr const char* end_of_loop = R"(  unset multiplot
  unset output
} }
)";

}  // namespace

std::string to_text(const GnuplotScript& script) {
  const size_t panels = script.panels.size();
  const double stacked_cm =
      std::min(script.panel_height_cm * static_cast<double>(panels), page_height_cm);
  const std::string side_by_side =
      fmt::format("columns == 1 ? {0} : 1, columns == 1 ? 1 : {0}", panels);
  std::string text = fmt::format("# {}\n# gnuplot {}.gp, in this folder, draws it anew.\n",
                                 script.title, script.name);
  text += preamble + script.settings;
  text += fmt::format(
      fmt::runtime(begin_of_loop), fmt::arg("narrow", stacked_cm),
      fmt::arg("wide", script.side_by_side ? script.panel_height_cm : stacked_cm),
      fmt::arg("name", script.name),
      fmt::arg("layout", script.side_by_side ? side_by_side : fmt::format("{}, 1", panels)));
  for (const GnuplotPanel& panel : script.panels) {
    text += panel.settings + "  plot " + panel.plot + "\n";
  }
  return text + end_of_loop;
}

}  // namespace tandem::report
