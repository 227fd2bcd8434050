#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyse/statistics/result.h"
#include "core/reading.h"
#include "report/text_table.h"

namespace tandem::report {

/// A table for a paper. Cells are text from anywhere; it is escaped where the table is written.
struct PaperTable {
  std::string name;     ///< of its files and its label: `comparison`
  std::string caption;  ///< with what has to be known of the figures
  std::vector<std::string> headers;
  std::vector<Align> alignments;
  std::vector<std::vector<std::string>> rows;
};

/// A `table` environment with booktabs' rules; `\label{tab:NAME}`.
std::string latex_table(const PaperTable& table);
/// A table as GitHub and Pandoc read it, the caption above it.
std::string markdown_table(const PaperTable& table);

/// `12.34`, `−0.056`: four digits.
std::string paper_number(double value);
/// The number, or `missing`.
std::string paper_number(const core::Reading& reading);
/// `12.34 [11.9, 12.8]` in units of this size; the number alone where there is no interval.
std::string with_interval(const core::Reading& value,
                          const std::optional<analyse::Interval>& interval, double unit = 1);

}  // namespace tandem::report
