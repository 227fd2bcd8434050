#pragma once

#include <string>
#include <vector>

#include "analyse/study_analysis.h"
#include "report/gantt.h"
#include "report/paper_table.h"

namespace tandem::report {

/// A figure for a paper, which gnuplot draws: its script reads `NAME.dat` in the folder it is run
/// in and writes `NAME-1col.pdf`, `NAME-2col.pdf` and the same as SVG.
struct PaperFigure {
  std::string name;    ///< of its files: `comparison`
  std::string data;    ///< blocks of columns parted by tabs; a missing number is `?`
  std::string script;  ///< of gnuplot 5.4; any text from outside is quoted in it
  PaperTable table;    ///< the same numbers; its caption is the figure's
};

/// What a study's results can be drawn of: comparison and effects of each pair with intervals, heat
/// map pair × metric, sensitivities solo and concurrent, effects against needs with fits, the
/// Pareto fronts of each pair, the session over time. Figures of pairs hold at most twenty; the
/// rest stands in further ones (`effects-2`). What no run has numbers for isn't drawn.
std::vector<PaperFigure> paper_figures(const analyse::StudyAnalysis& analysis);

/// Tables that have no figure: the tests of the effects and of H0.
std::vector<PaperTable> paper_tables(const analyse::StudyAnalysis& analysis);

struct PaperFile {
  std::string name;
  std::string content;
};
/// What stands beside the drawn figures: of each its data, its script, its caption (`.txt`) and its
/// numbers as a table for LaTeX and for Markdown; then the other tables.
std::vector<PaperFile> paper_files(const std::vector<PaperFigure>& figures,
                                   const std::vector<PaperTable>& tables);
/// What the figure's script writes.
std::vector<std::string> drawn_files(const PaperFigure& figure);

/// What has to be known beside a figure: `energy estimated`, `synthetic data`, `quick scale`, `17
/// of 26 runs count`, `3 runs marked doubtful`. `with_energy`: whether it shows joules.
std::vector<std::string> paper_flags(const analyse::StudyAnalysis& analysis, bool with_energy);

/// The session over time: a row a device, further ones where runs on it overlap.
Gantt session_gantt(const analyse::StudyAnalysis& analysis);

}  // namespace tandem::report
