#pragma once

#include <string>
#include <vector>

namespace tandem::report {

/// One set of axes of a figure.
struct GnuplotPanel {
  std::string settings;  ///< lines of gnuplot
  std::string plot;      ///< what follows `plot`
};

/// A figure's script: every panel in two sizes (a column of a journal, both columns) as PDF and
/// SVG.
struct GnuplotScript {
  std::string name;      ///< of the files
  std::string title;     ///< a comment
  std::string settings;  ///< of all panels, before anything is drawn; texts from outside stand here
  std::vector<GnuplotPanel> panels;
  double panel_height_cm = 6;
  bool side_by_side = true;  ///< panels in the wide figure; else below each other as in the narrow
};

std::string to_text(const GnuplotScript& script);

// The two modes, told apart by colour, lightness and hatching or line style and sign. The colours
// are Okabe's and Ito's (Color Universal Design, 2008), which colour-blind readers tell apart too.
constexpr const char* alone_colour = "#0072B2";
constexpr const char* together_colour = "#D55E00";
constexpr const char* third_colour = "#000000";

}  // namespace tandem::report
