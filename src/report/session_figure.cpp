#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>

#include "core/text.h"
#include "report/gnuplot_script.h"
#include "report/paper_parts.h"
#include "report/paper_text.h"
#include "report/row_figure.h"

namespace tandem::report {
namespace {

using analyse::PairAnalysis;
using analyse::StudyAnalysis;

/// Seconds since 1970 of `2025-11-11T08:30:00.123Z`; missing for another text.
core::Reading seconds_of(const std::string& label) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0;
  double second = 0;
  const int read = std::sscanf(label.c_str(), "%4d-%2d-%2dT%2d:%2d:%lf", &year, &month, &day, &hour,
                               &minute, &second);
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (read != 6 || !date.ok()) return core::Reading::missing("no wall clock time");
  return static_cast<double>(std::chrono::sys_days(date).time_since_epoch().count()) * 86400 +
         hour * 3600 + minute * 60 + second;
}

}  // namespace

std::optional<PaperFigure> session_figure(const StudyAnalysis& analysis) {
  const Gantt gantt = session_gantt(analysis);
  if (gantt.bars.empty()) return std::nullopt;
  PaperFigure made;
  made.name = "session";
  made.table = {
      made.name,
      paper_caption(analysis,
                    "The runs over time, by the wall clock at their beginning and their length; "
                    "a row a device.",
                    false),
      {"device", "from, s", "to, s", "run"},
      {Align::left, Align::right, Align::right, Align::left},
      {}};
  const AxisUnit unit = time_unit(gantt.end_s);
  made.data = "# row\tfrom (s)\tto (s)\tpair\trun\n";
  bool pairs = false, solos = false;
  for (const GanttBar& bar : gantt.bars) {
    (bar.concurrent ? pairs : solos) = true;
    made.data += data_row({std::to_string(bar.row + 1), data_number(bar.start_s),
                           data_number(bar.end_s), bar.concurrent ? "1" : "0", bar.title});
    made.table.rows.push_back(
        {gantt.rows[bar.row], paper_number(bar.start_s), paper_number(bar.end_s), bar.title});
  }
  std::string names;
  for (size_t row = 0; row < gantt.rows.size(); ++row) {
    names += fmt::format("{}{} {}", row == 0 ? "" : ", ",
                         gnuplot_tic(paper_label(gantt.rows[row], 20)), row + 1);
  }
  std::string plot;
  const auto add = [&](bool concurrent) {
    plot += fmt::format(
        "{0}'session.dat' using ($4 == {1} ? 0.5*($2+$3)/{2} : NaN):1:($2/{2}):($3/{2}):"
        "($1-0.35):($1+0.35) with boxxyerror fillstyle {3} border linecolor rgb 'black' linecolor "
        "rgb '{4}' linewidth 0.4 title '{5}'",
        plot.empty() ? "" : ", \\\n    ", concurrent ? 1 : 0, unit.size,
        concurrent ? "pattern 1" : "solid 1.0", concurrent ? together_colour : alone_colour,
        concurrent ? "pair" : "alone");
  };
  if (solos) add(false);
  if (pairs) add(true);
  const auto rows = static_cast<double>(gantt.rows.size());
  GnuplotScript script;
  script.name = made.name;
  script.title = "The session over time";
  script.settings = fmt::format(
      "set yrange [{}:0.4]\nset ytics scale 0 ({})\nset xlabel 'time since the first run ({})'\n",
      rows + 0.6, names, unit.name);
  script.panels = {{"", plot}};
  script.panel_height_cm = std::min(2.4 + 0.8 * rows, 24.0);
  made.script = to_text(script);
  return made;
}

Gantt session_gantt(const StudyAnalysis& analysis) {
  struct Timed {
    const analyse::RunStatus* run;
    double start_s;
  };
  std::vector<Timed> runs;
  for (const analyse::RunStatus& run : analysis.runs) {
    const core::Reading start_s = seconds_of(run.started_at);
    if (start_s && run.makespan_seconds) runs.push_back({&run, *start_s});
  }
  std::stable_sort(runs.begin(), runs.end(), [](const Timed& left, const Timed& right) {
    return left.start_s < right.start_s;
  });
  Gantt gantt;
  std::map<std::string, std::vector<size_t>> rows_of_device;
  std::vector<double> busy_until_s;
  for (const Timed& timed : runs) {
    const double start_s = timed.start_s - runs.front().start_s;
    const double end_s = start_s + *timed.run->makespan_seconds;
    const bool gpu = timed.run->measured && timed.run->measured->gpu;
    const std::string device = gpu ? timed.run->measured->gpu->device.uuid : "CPU";
    std::vector<size_t>& rows = rows_of_device[device];
    auto row = std::find_if(rows.begin(), rows.end(),
                            [&](size_t each) { return busy_until_s[each] <= start_s; });
    if (row == rows.end()) {
      rows.push_back(gantt.rows.size());
      row = rows.end() - 1;
      gantt.rows.push_back(rows.size() == 1 ? device : fmt::format("{} ({})", device, rows.size()));
      busy_until_s.push_back(0);
    }
    busy_until_s[*row] = end_s;
    gantt.end_s = std::max(gantt.end_s, end_s);
    gantt.bars.push_back({*row, start_s, end_s, timed.run->concurrent, timed.run->run_id});
  }
  return gantt;
}

}  // namespace tandem::report
