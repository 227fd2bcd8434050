#include "record/power_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "core/error.h"
#include "core/text.h"
#include "record/cells.h"
#include "record/csv_reader.h"

namespace tandem::record {
namespace {

constexpr double no_value = std::numeric_limits<double>::quiet_NaN();
/// Of one column: a trace may have a million cells without a number.
constexpr size_t most_bad_cells = 3;

/// What a signal of one device can be, in the unit of PowerTrace; beyond, a unit is wrong.
struct Plausible {
  double least;
  double most;
  const char* what;
};
Plausible plausible(MappedSignal::Kind kind) {
  switch (kind) {
    case MappedSignal::Kind::gpu_power:
      return {0.5, 3000, "a mean of 0.5 W to 3000 W"};
    case MappedSignal::Kind::cpu_power:
      return {0.1, 3000, "a mean of 0.1 W to 3000 W"};
    case MappedSignal::Kind::gpu_utilisation:
      return {0, 100, "0 % to 100 %"};
    case MappedSignal::Kind::gpu_memory:
      return {0, 1 << 20, "0 MiB to 1 TiB"};
  }
  return {0, 0, ""};
}

/// `; in mW it would be 250 W`: what the same numbers would be in other units that make sense.
std::string other_units(double in_unit, const MappedSignal& signal) {
  struct Other {
    const char* name;
    double factor;
  };
  const std::array<Other, 3> units = {{{"mW", 1e-3}, {"W", 1}, {"kW", 1e3}}};
  if (!signal.is_power()) return "";
  const Plausible range = plausible(signal.kind);
  for (const auto& [name, factor] : units) {
    const double watts = in_unit * factor;
    if (name == signal.quantity.unit || watts < range.least || watts > range.most) continue;
    return fmt::format("; in {} it would be {:.3g} W", name, watts);
  }
  return "";
}

class TraceReader {
 public:
  TraceReader(std::istream& in, const std::string& source, const TraceMap& map,
              ImportProblems& problems)
      : in_(in), source_(source), map_(map), problems_(problems) {}

  PowerTrace read() {
    trace_.values.resize(map_.signals.size());
    if (!read_header()) return std::move(trace_);
    while (trace_.unusable.empty() && next()) read_row();
    tell_more_bad_cells();
    if (is_no_csv_) return std::move(trace_);
    if (trace_.t_s.empty()) {
      add(0, "", "no sample", "at least two", "the trace has no energy");
      return std::move(trace_);
    }
    check_steps();
    for (size_t i = 0; i < map_.signals.size(); ++i) check_values(i);
    return std::move(trace_);
  }

 private:
  void add(size_t row, const std::string& column, std::string found, std::string expected,
           std::string consequence = "") {
    problems_.add(
        {source_, row, column, std::move(found), std::move(expected), std::move(consequence)});
  }

  /// One file that is no CSV is no reason to stop: the others' runs have theirs.
  bool next() {
    try {
      if (!csv_) csv_.emplace(in_, source_, map_.separator);
      return csv_->next(fields_);
    } catch (const core::UserError& error) {
      const core::Problem& problem = error.problems().front();
      trace_.unusable = fmt::format("it is no CSV: {} in {}", problem.found, problem.place);
      add(csv_ ? csv_->row() : 1, "", problem.found, problem.expected, "the trace is not used");
      is_no_csv_ = true;
      return false;
    }
  }

  bool read_header() {
    if (!next()) {
      if (is_no_csv_) return false;
      add(0, "", "an empty file", "a header with column names", "the trace has no energy");
      return false;
    }
    std::vector<std::string> header;
    core::Diagnostics diagnostics(source_);
    for (const std::string_view field : fields_) header.emplace_back(trimmed(field));
    cells_ = header.size();
    const auto place_of = [&](const std::string& column) {
      const auto place = std::ranges::find(header, column);
      const auto count = std::ranges::count(header, column);
      if (count > 1) {
        diagnostics.add("row 1", "the column " + core::in_quotes(column) + " twice", "once");
      } else if (count == 0) {
        const std::vector<std::string> nearest = core::nearest_names(column, header);
        std::vector<std::string> quoted;
        for (const std::string& name : header) quoted.push_back(core::in_quotes(name));
        diagnostics.add(
            "row 1", "no column " + core::in_quotes(column),
            nearest.empty()
                ? core::printable("one of the header's: " + core::list_of_choices(quoted), 300)
                : "perhaps " + core::list_of_choices(nearest));
      }
      return static_cast<size_t>(place - header.begin());
    };
    time_ = place_of(map_.time);
    for (const MappedSignal& signal : map_.signals) {
      places_.push_back(place_of(signal.quantity.column));
    }
    diagnostics.throw_if_any();
    return true;
  }

  /// Lists the first bad cells of a column and counts the others.
  void add_bad_cell(const std::string& column, std::string_view cell, const std::string& expected,
                    const char* consequence) {
    if (++bad_cells_[column] <= most_bad_cells) {
      add(csv_->row(), column, core::in_quotes(cell), expected, consequence);
    }
  }

  void tell_more_bad_cells() {
    for (const auto& [column, count] : bad_cells_) {
      if (count <= most_bad_cells) continue;
      add(0, column, fmt::format("{} more such cells", count - most_bad_cells), "none");
      problems_.add_uncounted(count - most_bad_cells - 1);
    }
  }

  void read_row() {
    if (fields_.size() != cells_) {
      add_bad_cell("", fmt::format("{} cells", fields_.size()),
                   fmt::format("{}, as in the header", cells_), "the row is left out");
      return;
    }
    const std::string_view time = trimmed(fields_[time_]);
    const std::optional<double> t_s = seconds_in(time, map_.time_format, map_.decimal);
    if (!t_s) {
      add_bad_cell(map_.time, time, expected_time(map_.time_format), "the row is left out");
      return;
    }
    if (!trace_.t_s.empty() && *t_s < trace_.t_s.back()) {
      trace_.unusable = fmt::format("its times run backwards by {:.6g} s in row {}",
                                    trace_.t_s.back() - *t_s, csv_->row());
      add(csv_->row(), map_.time,
          fmt::format("{}, {:.6g} s before the row above", core::in_quotes(time),
                      trace_.t_s.back() - *t_s),
          "times that never decrease", "the trace is not used");
      return;
    }
    trace_.t_s.push_back(*t_s);
    for (size_t i = 0; i < places_.size(); ++i) {
      trace_.values[i].push_back(value_in(trimmed(fields_[places_[i]]), map_.signals[i]));
    }
  }

  double value_in(std::string_view cell, const MappedSignal& signal) {
    if (cell.empty()) return no_value;
    const std::optional<double> number = number_in(cell, map_.decimal);
    if (!number) {
      add_bad_cell(signal.quantity.column, cell,
                   "a number without its unit, which the mapping says", "the sample is missing");
      return no_value;
    }
    if (*number < 0) {
      add_bad_cell(signal.quantity.column, cell, "0 or more", "the sample is missing");
      return no_value;
    }
    // The product of a number and its unit may be none.
    const double value = *number * signal.quantity.factor;
    return std::isfinite(value) ? value : no_value;
  }

  void check_steps() {
    const std::vector<double>& t_s = trace_.t_s;
    const bool is_absolute = map_.time_format.kind != TimeFormat::Kind::run_s;
    constexpr double year_2200_s = 7.26e9;
    constexpr double year_2000_s = 9.46e8;
    if (is_absolute && (t_s.back() > year_2200_s || t_s.front() < year_2000_s)) {
      add(0, map_.time, fmt::format("times about {:.6g} s after 1970", t_s.back()),
          "times between the years 2000 and 2200: are they in the unit that the mapping says?");
    }
    if (t_s.size() < 3) return;
    std::vector<double> steps_s;
    for (size_t i = 1; i < t_s.size(); ++i) steps_s.push_back(t_s[i] - t_s[i - 1]);
    const auto middle = steps_s.begin() + static_cast<std::ptrdiff_t>(steps_s.size() / 2);
    std::ranges::nth_element(steps_s, middle);
    // A second's resolution gives equal times.
    if (*middle > 120 || (*middle > 0 && *middle < 5e-4)) {
      add(0, map_.time, fmt::format("a sample every {:.3g} s", *middle),
          "one every 0.0005 s to 120 s: are the times in the unit that the mapping says?");
    }
  }

  void check_values(size_t index) {
    const MappedSignal& signal = map_.signals[index];
    double sum = 0, most = 0;
    size_t count = 0;
    for (const double value : trace_.values[index]) {
      if (std::isnan(value)) continue;
      sum += value;
      most = std::max(most, value);
      ++count;
    }
    if (count == 0) {
      add(0, signal.quantity.column, "no number in the whole column", "at least two",
          "the signal is missing");
      return;
    }
    const Plausible range = plausible(signal.kind);
    const double figure = signal.is_power() ? sum / static_cast<double>(count) : most;
    const char* unit = signal.is_power()                                    ? "W"
                       : signal.kind == MappedSignal::Kind::gpu_utilisation ? "%"
                                                                            : "MiB";
    if (figure < range.least || figure > range.most) {
      add(0, signal.quantity.column,
          fmt::format("{} {:.3g} {}", signal.is_power() ? "a mean of" : "as much as", figure, unit),
          fmt::format("{}: is the unit of the mapping, {}, right?{}", range.what,
                      signal.quantity.unit, other_units(figure / signal.quantity.factor, signal)),
          "the figure stays");
    } else if (signal.kind == MappedSignal::Kind::gpu_utilisation && most > 0 && most <= 1 &&
               signal.quantity.unit == "%") {
      add(0, signal.quantity.column, fmt::format("never more than {:.3g} %", most),
          "more at some time: is it a share of 1 rather than %?", "the figure stays");
    }
  }

  std::istream& in_;
  std::optional<CsvReader> csv_;  ///< its first bytes may be none of a CSV already
  const std::string& source_;
  const TraceMap& map_;
  ImportProblems& problems_;
  PowerTrace trace_;
  std::vector<std::string_view> fields_;
  bool is_no_csv_ = false;
  size_t cells_ = 0;  ///< of the header
  size_t time_ = 0;
  std::vector<size_t> places_;  ///< of the signals
  std::map<std::string, size_t> bad_cells_;
};

}  // namespace

PowerTrace read_power_trace(std::istream& in, const std::string& source, const TraceMap& map,
                            ImportProblems& problems) {
  return TraceReader(in, source, map, problems).read();
}

}  // namespace tandem::record
