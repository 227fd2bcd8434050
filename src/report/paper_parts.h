#pragma once

#include <optional>
#include <span>
#include <string>

#include "report/paper_figures.h"

// The figures of paper_figures, each in a file of its own; nothing where there is no number to
// draw.
namespace tandem::report {

using Pairs = std::span<const analyse::PairAnalysis>;

/// `3 mnist + densenet121`.
std::string pair_label(const analyse::PairAnalysis& pair);
/// The text, and the flags that have to be known beside it.
std::string paper_caption(const analyse::StudyAnalysis& analysis, const std::string& text,
                          bool with_energy);

/// Pairs and their effects; `suffix` ends the name.
std::optional<PaperFigure> heat_map_figure(const analyse::StudyAnalysis& analysis, Pairs pairs,
                                           const std::string& suffix);
/// Effects against what the pairs need.
std::optional<PaperFigure> needs_figure(const analyse::StudyAnalysis& analysis);
/// Energy and performance of B with the Pareto fronts.
std::optional<PaperFigure> trade_off_figure(const analyse::StudyAnalysis& analysis,
                                            const analyse::PairAnalysis& pair);
/// The runs over time.
std::optional<PaperFigure> session_figure(const analyse::StudyAnalysis& analysis);

}  // namespace tandem::report
