#include <fmt/format.h>

#include <algorithm>
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

struct Metric {
  std::string name = "performance";
  bool higher_is_better = true;
};

Metric metric_of(const StudyAnalysis& analysis, const std::string& workload) {
  for (const analyse::TrainingMetrics& training : analysis.trainings) {
    if (training.workload == workload && !training.performance_metric.empty()) {
      return {training.performance_metric, training.higher_is_better};
    }
  }
  return {};
}

}  // namespace

std::optional<PaperFigure> trade_off_figure(const StudyAnalysis& analysis,
                                            const PairAnalysis& pair) {
  const Metric metric = metric_of(analysis, pair.b);
  PaperFigure made;
  made.name = fmt::format("trade-off-{}", pair.number);
  std::vector<analyse::TradeOffPoint> points = pair.trade_off.points;
  std::erase_if(points,
                [](const auto& point) { return !point.energy_joules || !point.performance; });
  if (points.empty()) return std::nullopt;
  std::map<std::string, size_t> numbers;
  std::string settings;
  double most_j = 0;
  for (const analyse::TradeOffPoint& point : pair.trade_off.points) {
    if (numbers.try_emplace(point.setting, numbers.size() + 1).second) {
      settings += fmt::format("{}{} {}", settings.empty() ? "" : ", ", numbers.size(),
                              paper_label(point.setting, 40));
    }
    if (point.energy_joules) most_j = std::max(most_j, *point.energy_joules);
  }
  const AxisUnit unit = energy_unit(most_j);
  made.table = {
      made.name,
      paper_caption(analysis,
                    fmt::format("Energy and {} of B in pair {}, alone and beside A; means over n "
                                "repetitions. Lines: the Pareto fronts ({} is better). Beside A "
                                "the energy is B's share of the pair's. Settings: {}.",
                                paper_label(metric.name, 40), paper_label(pair_label(pair), 60),
                                metric.higher_is_better ? "higher" : "lower", settings),
                    true),
      {"setting", "mode", "n", fmt::format("energy, {}", unit.name), metric.name, "front"},
      {Align::left, Align::left, Align::right, Align::right, Align::right, Align::left},
      {}};
  for (const analyse::TradeOffPoint& point : points) {
    made.table.rows.push_back(
        {point.setting, point.concurrent ? "beside A" : "alone", std::to_string(point.n),
         paper_number(*point.energy_joules / unit.size), paper_number(point.performance),
         point.on_pareto_front ? "yes" : "no"});
  }
  std::sort(points.begin(), points.end(), [](const auto& left, const auto& right) {
    return *left.energy_joules < *right.energy_joules;
  });
  std::string plot;
  size_t index = 0;
  for (const bool concurrent : {false, true}) {
    const char* const title = concurrent ? "beside A" : "alone";
    for (const bool front : {false, true}) {
      std::string block;
      for (const analyse::TradeOffPoint& point : points) {
        if (point.concurrent != concurrent || (front && !point.on_pareto_front)) continue;
        block += data_row({data_number(point.energy_joules), data_number(point.performance),
                           std::to_string(numbers.at(point.setting)), std::to_string(point.n),
                           point.setting});
      }
      if (block.empty()) continue;
      made.data +=
          fmt::format("{}# {}{}\n# energy (J)\tperformance\tnumber\tn\tsetting\n{}",
                      index == 0 ? "" : "\n\n", title, front ? ", Pareto front" : "", block);
      const std::string source =
          fmt::format("{}'{}.dat' index {} using ($1/{}):2", plot.empty() ? "" : ", \\\n    ",
                      made.name, index, unit.size);
      ++index;
      if (front) {
        plot += fmt::format("{} with lines linecolor rgb '{}' {} notitle", source,
                            concurrent ? together_colour : alone_colour,
                            concurrent ? "dashtype (6,3)" : "dashtype 1");
      } else {
        plot += fmt::format(
            "{} with points {} pointsize 0.8 linecolor rgb '{}' title '{}', \\\n    "
            "'' index {} using ($1/{}):2:3 with labels offset character {}, 0.5 notitle",
            source, concurrent ? "pointtype 8" : "pointtype 7",
            concurrent ? together_colour : alone_colour, title, index - 1, unit.size,
            concurrent ? "0.9" : "-0.9");
      }
    }
  }
  GnuplotScript script;
  script.name = made.name;
  script.title = "Energy and performance of B, alone and beside A";
  script.settings = fmt::format(
      "set xlabel 'energy of B ({})'\nset ylabel {}\n"
      "set offsets graph 0.08, graph 0.08, graph 0.1, graph 0.1\n",
      unit.name, gnuplot_string(paper_label(metric.name, 40)));
  script.panels = {{"", plot}};
  made.script = to_text(script);
  return made;
}

}  // namespace tandem::report
