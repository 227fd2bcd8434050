#include "report/text_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/text.h"
#include "report/gantt.h"
#include "report/paper_parts.h"
#include "report/paper_text.h"
#include "report/row_figure.h"
#include "report/terminal_summary.h"
#include "report/text_table.h"

namespace tandem::report {
namespace {

using analyse::EffectSummary;
using analyse::PairAnalysis;
using analyse::StudyAnalysis;
using core::Reading;
using fmt::arg;

constexpr size_t label_columns = 24;
constexpr size_t number_columns = 24;

std::string padded(const std::string& text, size_t columns) {
  const std::string cut = paper_label(text, columns - 1);
  return cut + std::string(columns - display_width(cut), ' ');
}

std::string repeated(const char* sign, size_t times) {
  std::string text;
  for (size_t i = 0; i < times; ++i) text += sign;
  return text;
}

std::string with_short_interval(const Reading& value,
                                const std::optional<analyse::Interval>& interval, double unit,
                                const core::Texts& texts) {
  if (!value) return texts("number.missing");
  const std::string number = paper_number(*value / unit);
  if (!interval) return number;
  const auto end = [&](double each) {
    const double number_of_unit = each / unit;
    const bool wide = std::abs(number_of_unit) >= 1000 && std::abs(number_of_unit) < 1e5;
    std::string text = wide ? fmt::format("{:.0f}", number_of_unit)  // 1.23e+03 needs more columns
                            : fmt::format("{:.3g}", number_of_unit);
    return text.starts_with('-') ? "−" + text.substr(1) : text;
  };
  return fmt::format("{} [{}, {}]", number, end(interval->low), end(interval->high));
}

/// A device's name within 20 columns; the number of a row of runs that overlap stays.
std::string row_label(const std::string& row) {
  const size_t number = row.rfind(" (");
  if (number == std::string::npos || row.size() - number > 6) return paper_label(row, 20);
  const std::string end = paper_label(row.substr(number), 6);
  return paper_label(row.substr(0, number), 20 - display_width(end)) + end;
}

class Writer {
 public:
  Writer(const StudyAnalysis& analysis, bool colour, size_t width)
      : analysis_(analysis),
        texts_(core::Texts::in(analysis.options.language)),
        colour_(colour),
        width_(width) {}

  std::string text() {
    text_ = terminal_summary(analysis_, width_);
    if (analysis_.quality.ok == 0) return text_;
    comparison(texts_("text_report.time"), &analyse::Comparison::solo_duration_seconds,
               &analyse::Comparison::makespan_seconds, time_unit, false);
    comparison(texts_("text_report.energy"), &analyse::Comparison::solo_energy_joules,
               &analyse::Comparison::pair_energy_joules, energy_unit, true);
    effects();
    sensitivities();
    fronts();
    session();
    return text_;
  }

 private:
  size_t bar_columns() const { return width_ - label_columns - number_columns - 4; }

  void heading(const std::string& title, bool with_energy) {
    const std::vector<std::string> flags = paper_flags(analysis_, with_energy);
    const std::string line = flags.empty() ? title
                                           : texts_("text_report.flags", arg("title", title),
                                                    arg("flags", texts_.clauses(flags)));
    text_ += "\n";
    for (const std::string& part : wrap(line, width_)) text_ += part + "\n";
  }

  std::string number(const Reading& reading) const {
    return reading ? paper_number(*reading) : texts_("number.missing");
  }

  void line(std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    text_ += text + "\n";
  }

  /// A bar of one of the modes; blue is alone.
  std::string bar(size_t columns, bool together) const {
    const std::string signs = repeated(together ? "▒" : "█", columns);
    if (!colour_ || columns == 0) return signs;
    return fmt::format("\x1b[{}m{}\x1b[0m", together ? 33 : 34, signs);
  }

  void comparison(const std::string& title, analyse::Estimate analyse::Comparison::*solo,
                  analyse::Estimate analyse::Comparison::*pair, AxisUnit (*unit_of)(double),
                  bool with_energy) {
    double most = 0;
    for (const PairAnalysis& each : analysis_.pairs) {
      if (each.comparisons.empty()) continue;
      most = std::max(most, (each.comparisons.front().*solo).mean.value_or(0));
      most = std::max(most, (each.comparisons.front().*pair).mean.value_or(0));
    }
    if (most <= 0) return;
    const AxisUnit unit = unit_of(most);
    heading(texts_("text_report.comparison", arg("title", title), arg("unit", unit.name)),
            with_energy);
    for (const PairAnalysis& each : analysis_.pairs) {
      if (each.comparisons.empty()) continue;
      line(paper_label(pair_label(each), width_));
      for (const bool together : {false, true}) {
        const analyse::Estimate& estimate = each.comparisons.front().*(together ? pair : solo);
        const double share = std::max(0.0, estimate.mean.value_or(0)) / most;
        const auto columns =
            static_cast<size_t>(std::lround(share * static_cast<double>(bar_columns())));
        line(padded(texts_(together ? "text_report.together" : "text_report.one_after_the_other"),
                    label_columns) +
             bar(columns, together) + " " +
             with_short_interval(estimate.mean, estimate.interval, unit.size, texts_) +
             fmt::format(" n={}", estimate.n));
      }
    }
  }

  void effects() {
    for (const char* const effect : {"makespan_overhead", "energy_saving"}) {
      double least = 0, most = 0;
      for (const PairAnalysis& pair : analysis_.pairs) {
        const double percent = analyse::summary_of(pair.summaries, effect).percent.value_or(0);
        least = std::min(least, percent);
        most = std::max(most, percent);
      }
      if (most == least) continue;
      const bool with_energy = effect == std::string_view("energy_saving");
      heading(
          texts_(with_energy ? "text_report.saving" : "text_report.faster", arg("effect", effect)),
          with_energy);
      const auto columns = static_cast<double>(bar_columns() - 1);
      const auto place = [&](double value) {
        return static_cast<size_t>(std::lround((value - least) / (most - least) * columns));
      };
      const size_t zero = place(0);
      for (const PairAnalysis& pair : analysis_.pairs) {
        const EffectSummary& summary = analyse::summary_of(pair.summaries, effect);
        const size_t end = place(summary.percent.value_or(0));
        const size_t from = std::min(zero, end), to = std::max(zero, end);
        const std::string left = std::string(from, ' ') + bar(zero - from, true);
        const std::string right = bar(to - zero, true) + std::string(bar_columns() - 1 - to, ' ');
        line(padded(pair_label(pair), label_columns) + left + "│" + right + " " +
             with_short_interval(summary.percent, summary.interval_percent, 1, texts_) +
             fmt::format(" n={}", summary.n));
      }
    }
  }

  void sensitivities() {
    for (const std::string& hyperparameter :
         analyse::hyperparameters_of(analyse::sensitivities_of(analysis_))) {
      for (const analyse::Response response :
           {analyse::Response::performance, analyse::Response::energy,
            analyse::Response::duration}) {
        sensitivity(hyperparameter, response);
      }
    }
  }

  void sensitivity(const std::string& hyperparameter, analyse::Response response) {
    std::vector<analyse::SensitivityEstimates> rows;
    double least = 0, most = 0;
    bool any = false;
    for (const PairAnalysis& pair : analysis_.pairs) {
      rows.push_back(analyse::sensitivity_estimates(pair.sensitivities, hyperparameter, response));
      for (const Reading& mean : {rows.back().solo.mean, rows.back().concurrent.mean}) {
        any = any || mean.has_value();
        least = std::min(least, mean.value_or(0));
        most = std::max(most, mean.value_or(0));
      }
    }
    if (!any) return;
    heading(
        texts_("text_report.sensitivity", arg("response", texts_.word(analyse::name_of(response))),
               arg("hyperparameter", core::printable(hyperparameter, 40))),
        response == analyse::Response::energy);
    const double range = most > least ? most - least : 1;
    const auto place = [&](double value) {
      return static_cast<size_t>(
          std::lround((value - least) / range * static_cast<double>(bar_columns() - 1)));
    };
    for (size_t i = 0; i < rows.size(); ++i) {
      std::vector<std::string> axis(bar_columns(), "·");
      axis[place(0)] = "│";
      const Reading &solo = rows[i].solo.mean, &together = rows[i].concurrent.mean;
      if (solo) axis[place(*solo)] = "o";
      if (together) axis[place(*together)] = solo && place(*solo) == place(*together) ? "*" : "x";
      line(padded(pair_label(analysis_.pairs[i]), label_columns) +
           fmt::format("{} {}, {} n={}", fmt::join(axis, ""), number(solo), number(together),
                       rows[i].solo.n));
    }
  }

  void fronts() {
    heading(texts_("text_report.fronts"), true);
    for (const PairAnalysis& pair : analysis_.pairs) {
      line(paper_label(pair_label(pair), width_));
      for (const bool concurrent : {false, true}) {
        std::vector<std::string> settings;
        for (const analyse::TradeOffPoint& point : pair.trade_off.points) {
          const bool on_it = point.concurrent == concurrent && point.on_pareto_front;
          if (on_it) settings.push_back(core::printable(point.setting, 60));
        }
        const std::string names =
            settings.empty() ? texts_("text_report.not_known") : texts_.list(settings);
        std::string label = texts_(concurrent ? "text_report.beside_a" : "text_report.alone");
        for (const std::string& part : wrap(names, width_ - 12)) {
          line(label + part);
          label = std::string(12, ' ');
        }
      }
    }
  }

  void session() {
    Gantt gantt = session_gantt(analysis_);
    if (gantt.bars.empty()) return;
    for (std::string& row : gantt.rows) row = row_label(row);
    heading(texts_("text_report.session"), false);
    text_ += gantt_text(gantt, width_, texts_);
  }

  const StudyAnalysis& analysis_;
  const core::Texts& texts_;
  bool colour_;
  size_t width_;
  std::string text_;
};

}  // namespace

std::string text_report(const StudyAnalysis& analysis, bool colour, size_t width) {
  return Writer(analysis, colour, width).text();
}

}  // namespace tandem::report
