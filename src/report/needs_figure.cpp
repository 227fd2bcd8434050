#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "core/text.h"
#include "report/gnuplot_script.h"
#include "report/paper_parts.h"
#include "report/paper_text.h"
#include "report/row_figure.h"

namespace tandem::report {
namespace {

using analyse::PairAnalysis;
using analyse::StudyAnalysis;

constexpr const char* kinds[] = {"complementary", "competing", "neutral"};

const analyse::PairRelation* relation_of(const StudyAnalysis& analysis, const std::string& effect,
                                         const std::string& predictor) {
  const auto found = std::find_if(
      analysis.relations.begin(), analysis.relations.end(),
      [&](const auto& each) { return each.effect == effect && each.predictor == predictor; });
  return found == analysis.relations.end() || found->points.empty() ? nullptr : &*found;
}

GnuplotPanel draw(const StudyAnalysis& analysis, const analyse::PairRelation& relation,
                  const std::string& name, size_t index, std::string& data) {
  const bool memory = relation.predictor == "memory_mb";
  const std::string source = fmt::format("'{}.dat' index {}", name, index);
  data += fmt::format("{}# pair\t{}\t{} (percent)\tkind\tname\n", index == 0 ? "" : "\n\n",
                      relation.predictor, relation.effect);
  std::set<size_t> present;
  const auto [least, most] =
      std::minmax_element(relation.points.begin(), relation.points.end(),
                          [](const auto& left, const auto& right) { return left.x < right.x; });
  for (const analyse::PairPoint& point : relation.points) {
    const PairAnalysis& pair = analysis.pairs.at(point.pair);
    const auto kind = static_cast<size_t>(
        std::find(std::begin(kinds), std::end(kinds), pair.complementarity) - std::begin(kinds));
    present.insert(kind);
    data += data_row({std::to_string(pair.number), data_number(point.x), data_number(point.y),
                      std::to_string(kind), pair.title});
  }
  GnuplotPanel panel;
  panel.settings = fmt::format(
      "  set xlabel '{}'\n  set ylabel '{} (%)'\n",
      memory ? "memory of both models (MB)" : "GPU utilisation of both (%)", relation.effect);
  const char* signs[] = {"pointtype 9", "pointtype 4", "pointtype 7"};
  const char* colours[] = {together_colour, third_colour, alone_colour};
  for (const size_t kind : present) {
    panel.plot += fmt::format(
        "{} using ($4 == {} ? $2 : NaN):3 with points {} pointsize 0.7 linecolor rgb '{}' title "
        "'{}', \\\n    ",
        source, kind, signs[kind], colours[kind], kinds[kind]);
  }
  panel.plot += source + " using 2:3:1 with labels offset character 0.9, 0.5 notitle";
  if (relation.slope.value && relation.intercept.value) {
    panel.plot += fmt::format(
        ", \\\n    [{}:{}] {} + ({}) * x / {} with lines linecolor rgb 'black' dashtype (8,4) "
        "title "
        "'least squares'",
        least->x, most->x, *relation.intercept.value, *relation.slope.value, relation.step);
  }
  return panel;
}

}  // namespace

std::optional<PaperFigure> needs_figure(const StudyAnalysis& analysis) {
  PaperFigure made;
  made.name = "needs";
  made.table = {
      made.name,
      paper_caption(
          analysis,
          "Effects against what both models need by the catalogue, a point a pair (its number); "
          "lines are least squares, where there are pairs enough. Slope in percentage points.",
          false),
      {"effect", "against", "per", "n", "slope [95 %]", "R²", "p adjusted"},
      {Align::left, Align::left, Align::right, Align::right, Align::right, Align::right,
       Align::right},
      {}};
  GnuplotScript script;
  for (const auto& [effect, predictor] : {std::pair{"interference_b", "memory_mb"},
                                          std::pair{"makespan_overhead", "gpu_util_percent"}}) {
    if (const analyse::PairRelation* relation = relation_of(analysis, effect, predictor)) {
      script.panels.push_back(
          draw(analysis, *relation, made.name, script.panels.size(), made.data));
    }
  }
  if (script.panels.empty()) return std::nullopt;
  for (const analyse::PairRelation& relation : analysis.relations) {
    made.table.rows.push_back({relation.effect, relation.predictor, paper_number(relation.step),
                               std::to_string(relation.points.size()),
                               with_interval(relation.slope.value, relation.slope.interval),
                               paper_number(relation.r_squared),
                               paper_number(relation.adjusted_p)});
  }
  script.name = made.name;
  script.title = "Effects against what the pairs need";
  script.settings = "set offsets graph 0.08, graph 0.08, graph 0.1, graph 0.1\n";
  script.panel_height_cm = 6;
  made.script = to_text(script);
  return made;
}

}  // namespace tandem::report
