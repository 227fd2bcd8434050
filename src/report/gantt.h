#pragma once

#include <string>
#include <vector>

#include "core/language.h"

namespace tandem::report {

/// A run in a Gantt picture.
struct GanttBar {
  size_t row = 0;  ///< index into Gantt::rows
  double start_s = 0;
  double end_s = 0;
  bool concurrent = false;
  std::string title;  ///< what a pointer shows: the run, its times
};

/// Who does what when. Rows are devices.
struct Gantt {
  std::vector<std::string> rows;
  std::vector<GanttBar> bars;
  double end_s = 0;
};

/// For a terminal: a line a row, `#` where mostly pairs run, `-` where mostly single trainings, ` `
/// where mostly nothing, and a time axis.
std::string gantt_text(const Gantt& gantt, size_t width, const core::Texts& texts);

/// As an SVG element without colours of its own: bars have the classes `pair` and `solo`. With a
/// title for readers of screens.
std::string gantt_svg(const Gantt& gantt);

}  // namespace tandem::report
