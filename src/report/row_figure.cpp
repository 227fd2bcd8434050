#include "report/row_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "report/gnuplot_script.h"
#include "report/paper_text.h"

namespace tandem::report {
namespace {

constexpr size_t label_columns = 26;
constexpr size_t columns_of_series = 4;  // value, low, high, n

bool has_number(const RowPanel& panel) {
  return std::any_of(panel.series.begin(), panel.series.end(), [](const RowSeries& series) {
    return std::any_of(series.values.begin(), series.values.end(),
                       [](const RowValue& value) { return value.value.has_value(); });
  });
}

std::string data_block(const RowFigure& figure, const RowPanel& panel) {
  std::string block = fmt::format("# {}\n# row", panel.label);
  for (const RowSeries& series : panel.series)
    block += fmt::format("\t{0}\tlow\thigh\tn", series.title);
  block += "\tname\n";
  for (size_t row = 0; row < figure.rows.size(); ++row) {
    std::vector<std::string> cells = {std::to_string(row + 1)};
    for (const RowSeries& series : panel.series) {
      const RowValue& value = series.values[row];
      cells.push_back(data_number(value.value));
      cells.push_back(value.interval ? data_number(value.interval->low) : "?");
      cells.push_back(value.interval ? data_number(value.interval->high) : "?");
      cells.push_back(std::to_string(value.n));
    }
    cells.push_back(figure.rows[row]);
    block += data_row(cells);
  }
  return block;
}

/// How the first and the second series of a panel look.
struct Look {
  const char* colour;
  const char* fill;
  const char* sign;
  const char* dashes;
};
constexpr Look looks[] = {
    {alone_colour, "solid 1.0", "pointtype 7", "dashtype 1"},
    {together_colour, "pattern 1", "pointtype 8", "dashtype (6,3)"},
};

/// A step of 1, 2 or 5 times a power of ten that makes three to six tics of the panel's numbers,
/// for gnuplot's own would be too many for a panel this narrow; missing where all are 0.
core::Reading tic_step(const RowPanel& panel) {
  double least = 0, most = 0;
  const auto extend = [&](double value) {
    least = std::min(least, value / panel.unit.size);
    most = std::max(most, value / panel.unit.size);
  };
  for (const RowSeries& series : panel.series) {
    for (const RowValue& value : series.values) {
      if (!value.value) continue;
      extend(*value.value);
      if (value.interval) extend(value.interval->low);
      if (value.interval) extend(value.interval->high);
    }
  }
  if (most == least) return core::Reading::missing("no range");
  const double wanted = (most - least) / 5;
  const double power = std::pow(10, std::floor(std::log10(wanted)));
  const double digit = wanted / power;
  return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

GnuplotPanel draw(const RowFigure& figure, const RowPanel& panel, size_t index) {
  GnuplotPanel made;
  const std::string label =
      panel.unit.name.empty() ? panel.label : fmt::format("{} ({})", panel.label, panel.unit.name);
  const core::Reading step = tic_step(panel);
  made.settings = fmt::format("  set xlabel {}\n  set xtics {}\n", gnuplot_string(label),
                              step ? core::format_number(*step) : "autofreq");
  const std::string source = fmt::format("'{}.dat' index {}", figure.name, index);
  // The names stand at the first panel of those side by side.
  made.plot = fmt::format(
      "{} using (0):1:ytic(({}) ? '' : label(column(1))) with points pointtype -1 notitle", source,
      index == 0 ? "0" : "columns == 2");
  const size_t count = panel.series.size();
  for (size_t i = 0; i < count; ++i) {
    const Look& look = looks[i];
    const size_t column = 2 + i * columns_of_series;
    const std::string value = fmt::format("(${}/{})", column, panel.unit.size);
    const std::string low = fmt::format("(${}/{})", column + 1, panel.unit.size);
    const std::string high = fmt::format("(${}/{})", column + 2, panel.unit.size);
    const double height = 0.72 / static_cast<double>(count);
    const double top = -0.36 + height * static_cast<double>(i);
    const std::string y = fmt::format("($1+{:.3f})", top + height / 2);
    const std::string title =
        count == 1 ? "notitle" : "title " + gnuplot_string(panel.series[i].title);
    if (figure.bars) {
      made.plot += fmt::format(
          ", \\\n    {} using {}:{}:(0):{}:($1+{:.3f}):($1+{:.3f}) with boxxyerror fillstyle {} "
          "border linecolor rgb 'black' linecolor rgb '{}' linewidth 0.7 {}",
          source, value, y, value, top, top + height, look.fill, look.colour, title);
      made.plot += fmt::format(
          ", \\\n    {} using {}:{}:{}:{} with xerrorbars pointtype -1 linecolor rgb 'black' "
          "notitle",
          source, value, y, low, high);
    } else {
      const std::string style =
          fmt::format("{} pointsize 0.5 linecolor rgb '{}'", look.sign, look.colour);
      made.plot += fmt::format(", \\\n    {} using {}:{}:{}:{} with xerrorbars {} {} notitle",
                               source, value, y, low, high, style, look.dashes);
      made.plot +=
          fmt::format(", \\\n    {} using {}:{} with points {} {}", source, value, y, style, title);
    }
  }
  return made;
}

PaperTable table_of(const RowFigure& figure, const std::vector<RowPanel>& panels) {
  PaperTable table{figure.name, figure.caption, {""}, {Align::left}, {}};
  for (const RowPanel& panel : panels) {
    for (const RowSeries& series : panel.series) {
      const std::string unit = panel.unit.name.empty() ? "" : ", " + panel.unit.name;
      table.headers.push_back(panel.series.size() == 1
                                  ? panel.label + unit
                                  : fmt::format("{}, {}{}", panel.label, series.title, unit));
      table.headers.push_back("n");
      table.alignments.insert(table.alignments.end(), 2, Align::right);
    }
  }
  for (size_t row = 0; row < figure.rows.size(); ++row) {
    std::vector<std::string>& cells = table.rows.emplace_back();
    cells.push_back(figure.rows[row]);
    for (const RowPanel& panel : panels) {
      for (const RowSeries& series : panel.series) {
        const RowValue& value = series.values[row];
        cells.push_back(with_interval(value.value, value.interval, panel.unit.size));
        cells.push_back(std::to_string(value.n));
      }
    }
  }
  return table;
}

}  // namespace

std::optional<PaperFigure> draw_rows(const RowFigure& figure) {
  std::vector<RowPanel> panels;
  std::copy_if(figure.panels.begin(), figure.panels.end(), std::back_inserter(panels), has_number);
  if (panels.empty()) return std::nullopt;
  PaperFigure made;
  made.name = figure.name;
  made.table = table_of(figure, panels);
  const auto rows = static_cast<double>(figure.rows.size());
  GnuplotScript script;
  script.name = figure.name;
  script.title = figure.title;
  script.settings = fmt::format(
      "set yrange [{}:0.4]\nset ytics scale 0\nset grid xtics linetype 1 linecolor rgb '#dddddd' "
      "linewidth 0.4\n"
      "set arrow 1 from first 0, graph 0 to first 0, graph 1 nohead linewidth 0.7\n"
      "array names[{}]\nlabel(row) = names[int(row)]\n",
      rows + 0.6, figure.rows.size());
  for (size_t row = 0; row < figure.rows.size(); ++row) {
    script.settings += fmt::format("names[{}] = {}\n", row + 1,
                                   gnuplot_string(paper_label(figure.rows[row], label_columns)));
  }
  for (size_t i = 0; i < panels.size(); ++i) {
    made.data += (i == 0 ? "" : "\n\n") + data_block(figure, panels[i]);
    script.panels.push_back(draw(figure, panels[i], i));
  }
  script.panel_height_cm = 2.2 + 0.5 * rows;
  made.script = to_text(script);
  return made;
}

AxisUnit time_unit(double most_s) {
  if (most_s < 300) return {"s", 1};
  if (most_s < 4 * 3600) return {"min", 60};
  return {"h", 3600};
}

AxisUnit energy_unit(double most_j) {
  if (most_j < 5e3) return {"J", 1};
  if (most_j < 5e6) return {"kJ", 1e3};
  return {"MJ", 1e6};
}

std::string data_number(const core::Reading& reading) {
  return reading ? core::format_number(*reading) : "?";
}

std::string data_row(const std::vector<std::string>& cells) {
  std::vector<std::string> safe;
  for (const std::string& cell : cells) safe.push_back(core::printable(cell));
  return fmt::format("{}\n", fmt::join(safe, "\t"));
}

}  // namespace tandem::report
