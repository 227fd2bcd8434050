// Writes the figures and tables of made-up studies, for paper_test.py to look at:
// make_example_figures FOLDER plain|hostile
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>

#include "analyse/study_analysis.h"
#include "made_up_study.h"
#include "report/paper_figures.h"

namespace {

/// What breaks careless files, one a pair; the Python test has the same.
const char* const hostile_names[] = {
    "it's `id` \"$x\" @macro; quit",    "100 %s % 5 \\ \\n {/Bold x}",
    "</text><script>alert(1)</script>", "\\end{tabular} \\input{x} $a^2$ ~#&",
    "| [x](http://x.org) *b* _c_ <b>",
};

}  // namespace

int main(int argc, char** argv) {
  using namespace tandem;
  const std::string kind = argc == 3 ? argv[2] : "";
  if (kind != "plain" && kind != "hostile") {
    std::cerr << "usage: make_example_figures FOLDER plain|hostile\n";
    return 2;
  }
  const study::Catalogue catalogue = study::Catalogue::shipped();
  const study::Study study =
      test::made_up_study(kind == "plain" ? 12 : std::size(hostile_names), 3);
  const study::Plan plan = study::make_plan(study, catalogue, "made-up");
  std::vector<record::RunResult> results =
      test::made_up_results(plan, catalogue, {.noise = 0.04, .metered = kind == "plain"});
  if (kind == "hostile") {
    for (record::RunResult& result : results) {
      for (record::ParticipantResult& training : result.participants) {
        training.performance_metric = hostile_names[0];
      }
    }
  }
  // One after the other, ten to an hour.
  for (size_t i = 0; i < results.size(); ++i) {
    results[i].started_at =
        fmt::format("2025-11-{:02}T{:02}:{:02}:00.000Z", 10 + i / 240, i % 240 / 10, 6 * (i % 10));
    results[i].makespan_seconds = 300;
  }
  analyse::StudyAnalysis analysis = analyse::analyse_study(study, plan, catalogue, results);
  if (kind == "hostile") {
    for (size_t pair = 0; pair < analysis.pairs.size(); ++pair) {
      analysis.pairs[pair].title = hostile_names[pair];
      for (analyse::TradeOffPoint& point : analysis.pairs[pair].trade_off.points) {
        point.setting += hostile_names[pair];
      }
    }
    for (analyse::RunStatus& run : analysis.runs) {
      run.run_id = std::string("line one\nline two \x1b[2J \xff ") + hostile_names[1];
    }
  }
  const std::filesystem::path folder = argv[1];
  const std::vector<report::PaperFigure> figures = report::paper_figures(analysis);
  for (const report::PaperFile& file :
       report::paper_files(figures, report::paper_tables(analysis))) {
    std::ofstream(folder / file.name, std::ios::binary) << file.content;
  }
  for (const report::PaperFigure& figure : figures) {
    for (const std::string& name : report::drawn_files(figure)) std::cout << name << "\n";
  }
}
