#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyse/statistics/result.h"
#include "report/paper_figures.h"

namespace tandem::report {

/// A number with its interval and the values behind it.
struct RowValue {
  core::Reading value;
  std::optional<analyse::Interval> interval;
  size_t n = 0;
};

/// A value of each row, drawn alike.
struct RowSeries {
  std::string title;
  std::vector<RowValue> values;
};

/// The unit of an axis, and how many of the numbers' own units it is.
struct AxisUnit {
  std::string name;
  double size = 1;
};

/// Axes with one or two series over the rows of the figure.
struct RowPanel {
  std::string label;  ///< of the axis: `time for both`
  AxisUnit unit;
  std::vector<RowSeries> series;
};

/// Bars from zero, or signs with whiskers, a row a pair.
struct RowFigure {
  std::string name;
  std::string title;
  std::string caption;
  bool bars = true;
  std::vector<std::string> rows;
  std::vector<RowPanel> panels;
};

/// Panels without any number are left out; nothing when none is left.
std::optional<PaperFigure> draw_rows(const RowFigure& figure);

/// Seconds, minutes or hours.
AxisUnit time_unit(double most_s);
/// J, kJ or MJ.
AxisUnit energy_unit(double most_j);

// What stands in the data file of a figure.

/// `12.5`, or `?` where it is missing.
std::string data_number(const core::Reading& reading);
/// Cells parted by tabs, ended by a newline. Names stand last, where gnuplot doesn't read.
std::string data_row(const std::vector<std::string>& cells);

}  // namespace tandem::report
