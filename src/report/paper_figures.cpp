#include "report/paper_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/text.h"
#include "report/paper_parts.h"
#include "report/row_figure.h"

namespace tandem::report {
namespace {

using analyse::EffectSummary;
using analyse::PairAnalysis;
using analyse::StudyAnalysis;

/// What fits a page.
constexpr size_t most_pairs = 20;

RowValue row_value(const EffectSummary& summary) {
  return {summary.percent, summary.interval_percent, summary.n};
}
RowValue row_value(const analyse::Estimate& estimate) {
  return {estimate.mean, estimate.interval, estimate.n};
}

constexpr const char* about_intervals = "Whiskers: 95 % intervals over n values; none for n = 1.";

double most_of(const std::vector<RowPanel>& panels) {
  double most = 0;
  for (const RowPanel& panel : panels) {
    for (const RowSeries& series : panel.series) {
      for (const RowValue& value : series.values) {
        if (value.value) most = std::max(most, std::abs(*value.value));
      }
    }
  }
  return most;
}

std::vector<std::string> labels_of(Pairs pairs) {
  std::vector<std::string> labels;
  for (const PairAnalysis& pair : pairs) labels.push_back(pair_label(pair));
  return labels;
}

/// A series of the pairs' values.
RowSeries series_of(Pairs pairs, const std::string& title,
                    const std::function<RowValue(const PairAnalysis&)>& value) {
  RowSeries series{title, {}};
  for (const PairAnalysis& pair : pairs) series.values.push_back(value(pair));
  return series;
}

std::optional<PaperFigure> comparison(const StudyAnalysis& analysis, Pairs pairs,
                                      const std::string& suffix) {
  // The first setting is the default.
  const auto at_default = [](analyse::Estimate analyse::Comparison::*figure) {
    return [figure](const PairAnalysis& pair) {
      return pair.comparisons.empty()
                 ? RowValue{core::Reading::missing("no setting"), std::nullopt, 0}
                 : row_value(pair.comparisons.front().*figure);
    };
  };
  using analyse::Comparison;
  RowPanel time{"time for both", {}, {}};
  time.series = {
      series_of(pairs, "one after the other", at_default(&Comparison::solo_duration_seconds)),
      series_of(pairs, "together", at_default(&Comparison::makespan_seconds))};
  RowPanel energy{"energy of both", {}, {}};
  energy.series = {
      series_of(pairs, "one after the other", at_default(&Comparison::solo_energy_joules)),
      series_of(pairs, "together", at_default(&Comparison::pair_energy_joules))};
  time.unit = time_unit(most_of({time}));
  energy.unit = energy_unit(most_of({energy}));
  RowFigure figure;
  figure.name = "comparison" + suffix;
  figure.title = "Time and energy of each pair, one after the other and together";
  figure.caption =
      paper_caption(analysis,
                    fmt::format("{}, both at their default setting; means over n repetitions. {}",
                                figure.title, about_intervals),
                    true);
  figure.rows = labels_of(pairs);
  figure.panels = {time, energy};
  return draw_rows(figure);
}

std::optional<PaperFigure> effects(const StudyAnalysis& analysis, Pairs pairs,
                                   const std::string& suffix) {
  RowFigure figure;
  figure.name = "effects" + suffix;
  figure.title = "What running together changes";
  figure.caption = paper_caption(
      analysis,
      fmt::format("{}: makespan_overhead (below 0: together was faster) and energy_saving (above "
                  "0: together needed less) of each pair over its settings and repetitions. {}",
                  figure.title, about_intervals),
      true);
  figure.rows = labels_of(pairs);
  for (const char* effect : {"makespan_overhead", "energy_saving"}) {
    figure.panels.push_back(
        {effect, {"%", 1}, {series_of(pairs, effect, [&](const PairAnalysis& pair) {
           return row_value(analyse::summary_of(pair.summaries, effect));
         })}});
  }
  return draw_rows(figure);
}

/// The values of all pairs, the pair as the unit.
RowValue over_pairs(const RowSeries& series) {
  std::vector<double> values;
  for (const RowValue& value : series.values) {
    if (value.value) values.push_back(*value.value);
  }
  return row_value(analyse::estimate_mean(values));
}

/// `all`: the pairs of the study, over which the last row of the last figure is.
std::optional<PaperFigure> sensitivity(const StudyAnalysis& analysis, Pairs pairs,
                                       const std::string& suffix, size_t number,
                                       const std::string& hyperparameter) {
  const Pairs all = analysis.pairs;
  const bool with_mean = all.size() > 1 && &pairs.back() == &all.back();
  RowFigure figure;
  figure.name = fmt::format("sensitivity-{}{}", number, suffix);
  figure.title = "Sensitivity to " + core::printable(hyperparameter, 60) + ", alone and together";
  figure.caption = paper_caption(
      analysis,
      fmt::format("{}: ln of the response's ratio to its default over ln of the hyperparameter's; "
                  "of each pair the mean over n repetitions{}. {}",
                  figure.title,
                  with_mean ? ", in the last row over n pairs (each with the same weight)" : "",
                  about_intervals),
      true);
  figure.bars = false;
  figure.rows = labels_of(pairs);
  if (with_mean) figure.rows.emplace_back("all pairs");
  for (const analyse::Response response :
       {analyse::Response::performance, analyse::Response::energy, analyse::Response::duration}) {
    using analyse::SensitivityEstimates;
    RowPanel panel{analyse::name_of(response), {}, {}};
    const auto add = [&](const char* title, analyse::Estimate SensitivityEstimates::*mode) {
      const auto value = [&](const PairAnalysis& pair) {
        return row_value(
            analyse::sensitivity_estimates(pair.sensitivities, hyperparameter, response).*mode);
      };
      RowSeries series = series_of(pairs, title, value);
      if (with_mean) series.values.push_back(over_pairs(series_of(all, title, value)));
      panel.series.push_back(std::move(series));
    };
    add("alone", &SensitivityEstimates::solo);
    add("together", &SensitivityEstimates::concurrent);
    figure.panels.push_back(std::move(panel));
  }
  return draw_rows(figure);
}

}  // namespace

std::vector<PaperFigure> paper_figures(const StudyAnalysis& analysis) {
  std::vector<PaperFigure> figures;
  const auto add = [&](std::optional<PaperFigure> figure) {
    if (figure) figures.push_back(std::move(*figure));
  };
  const std::vector<std::string> hyperparameters =
      analyse::hyperparameters_of(analyse::sensitivities_of(analysis));
  const Pairs all = analysis.pairs;
  for (size_t first = 0; first < all.size(); first += most_pairs) {
    const Pairs pairs = all.subspan(first, std::min(most_pairs, all.size() - first));
    const std::string suffix = first == 0 ? "" : fmt::format("-{}", first / most_pairs + 1);
    add(comparison(analysis, pairs, suffix));
    add(effects(analysis, pairs, suffix));
    add(heat_map_figure(analysis, pairs, suffix));
    for (size_t i = 0; i < hyperparameters.size(); ++i) {
      add(sensitivity(analysis, pairs, suffix, i + 1, hyperparameters[i]));
    }
  }
  add(needs_figure(analysis));
  for (const PairAnalysis& pair : analysis.pairs) add(trade_off_figure(analysis, pair));
  add(session_figure(analysis));
  return figures;
}

std::vector<std::string> drawn_files(const PaperFigure& figure) {
  std::vector<std::string> names;
  for (const char* kind : {"pdf", "svg"}) {
    for (const char* columns : {"1col", "2col"}) {
      names.push_back(fmt::format("{}-{}.{}", figure.name, columns, kind));
    }
  }
  return names;
}

std::vector<PaperFile> paper_files(const std::vector<PaperFigure>& figures,
                                   const std::vector<PaperTable>& tables) {
  std::vector<PaperFile> files;
  const auto add_table = [&](const PaperTable& table) {
    files.push_back({table.name + ".tex", latex_table(table)});
    files.push_back({table.name + ".md", markdown_table(table)});
  };
  for (const PaperFigure& figure : figures) {
    files.push_back({figure.name + ".dat", figure.data});
    files.push_back({figure.name + ".gp", figure.script});
    files.push_back({figure.name + ".txt", core::printable(figure.table.caption, 4000) + "\n"});
    add_table(figure.table);
  }
  for (const PaperTable& table : tables) add_table(table);
  return files;
}

}  // namespace tandem::report
