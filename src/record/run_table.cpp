#include "record/run_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>
#include <optional>
#include <set>
#include <string_view>

#include "core/error.h"
#include "core/text.h"
#include "record/cells.h"
#include "record/csv_reader.h"

namespace tandem::record {
namespace {

constexpr size_t no_column = std::numeric_limits<size_t>::max();
constexpr std::int32_t most_repetitions = 10'000'000;
/// Between a sleeping board and a rack: beyond, a unit is wrong.
constexpr double least_power_w = 0.01;
constexpr double most_power_w = 1e6;

bool same_value(double left, double right) {
  return std::abs(left - right) <= 1e-9 * std::max(std::abs(left), std::abs(right));
}

/// Text to index, for the few names that a table of many rows repeats.
class Names {
 public:
  void add(const std::string& name, std::uint16_t index) { index_.emplace(name, index); }
  std::optional<std::uint16_t> find(std::string_view name) const {
    const auto found = index_.find(name);
    return found == index_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::map<std::string, std::uint16_t, std::less<>> index_;
};

class TableReader {
 public:
  TableReader(std::istream& in, const std::string& source, RunTable& table)
      : csv_(in, source, table.map.separator), source_(source), table_(table), map_(table.map) {
    for (size_t i = 0; i < map_.models.size(); ++i) {
      models_.add(map_.models[i].name, static_cast<std::uint16_t>(i));
    }
  }

  void read_all() {
    read_header();
    while (csv_.next(fields_)) {
      ++table_.rows_read;
      TableRow row;
      row.row = static_cast<std::uint32_t>(csv_.row());
      if (read_row(row)) {
        table_.rows.push_back(row);
      } else {
        ++table_.rows_left_out;
      }
    }
  }

 private:
  struct HyperparameterColumn {
    size_t place;
    std::string name;
    std::uint16_t index;
    std::vector<double> defaults;  ///< of each model
  };

  void read_header() {
    if (!csv_.next(fields_)) {
      throw core::UserError(source_, {{"row 1", "an empty file", "a header with column names"}});
    }
    core::Diagnostics diagnostics(source_);
    for (const std::string_view field : fields_) {
      const std::string name(trimmed(field));
      if (std::ranges::find(header_, name) != header_.end()) {
        diagnostics.add("row 1", "the column " + core::in_quotes(name) + " twice", "once");
      }
      header_.push_back(name);
    }
    const auto place_of = [&](const std::string& column) {
      if (column.empty()) return no_column;
      const auto found = std::ranges::find(header_, column);
      if (found != header_.end()) return static_cast<size_t>(found - header_.begin());
      diagnostics.add("row 1", "no column " + core::in_quotes(column), expected_column(column));
      return no_column;
    };
    model_ = place_of(map_.model);
    partner_ = place_of(map_.partner);
    run_ = place_of(map_.run);
    repetition_ = place_of(map_.repetition);
    order_ = place_of(map_.order);
    outcome_ = place_of(map_.outcome);
    changed_ = place_of(map_.changed_hyperparameter);
    value_ = place_of(map_.changed_value);
    energy_ = place_of(map_.energy ? map_.energy->column : "");
    duration_ = place_of(map_.duration ? map_.duration->column : "");
    performance_ = place_of(map_.performance);
    for (const auto& [name, column] : map_.hyperparameters) {
      hyperparameters_.push_back({place_of(column), name, index_of_hyperparameter(name), {}});
      for (const MappedModel& model : map_.models) {
        hyperparameters_.back().defaults.push_back(model.defaults.at(name));
      }
    }
    for (const std::string& column : map_.ignored) place_of(column);
    diagnostics.throw_if_any();
    const std::vector<std::string> mapped = map_.columns();
    for (const std::string& column : header_) {
      const auto names = [&](const std::vector<std::string>& list) {
        return std::ranges::find(list, column) != list.end();
      };
      if (!names(mapped) && !names(map_.ignored)) table_.unmapped_columns.push_back(column);
    }
  }

  std::string expected_column(const std::string& column) const {
    const std::vector<std::string> nearest = core::nearest_names(column, header_);
    if (!nearest.empty()) return "perhaps " + core::list_of_choices(nearest);
    std::vector<std::string> quoted;
    for (const std::string& name : header_) quoted.push_back(core::in_quotes(name));
    return core::printable("one of the header's: " + core::list_of_choices(quoted), 300);
  }

  std::uint16_t index_of_hyperparameter(std::string_view name) {
    std::vector<std::string>& names = table_.hyperparameters;
    const auto found = std::ranges::find(names, name);
    const auto index = static_cast<std::uint16_t>(found - names.begin());
    if (found == names.end()) names.emplace_back(name);
    return index;
  }

  void report(size_t column, const std::string& found, const std::string& expected,
              bool row_left_out) {
    table_.report(
        {csv_.row(), column == no_column ? "" : header_[column], found, expected, row_left_out});
  }

  bool is_missing(std::string_view text) const {
    return std::ranges::find(map_.missing, text) != map_.missing.end();
  }

  std::string_view cell(size_t column) const { return trimmed(fields_[column]); }

  /// False when the row's place in the study is unclear; it was reported then.
  bool read_row(TableRow& row) {
    if (fields_.size() != header_.size()) {
      report(no_column, fmt::format("{} cells", fields_.size()),
             fmt::format("{}, as in the header", header_.size()), true);
      return false;
    }
    if (!read_models(row) || !read_repetition(row) || !read_setting(row)) return false;
    if (run_ != no_column) row.run = std::hash<std::string_view>{}(cell(run_));
    if (outcome_ != no_column) {
      row.ok = std::ranges::find(map_.ok_outcomes, cell(outcome_)) != map_.ok_outcomes.end();
    }
    read_figures(row);
    return true;
  }

  std::optional<std::uint16_t> model_in(size_t column) {
    const std::optional<std::uint16_t> found = models_.find(cell(column));
    if (!found) {
      std::vector<std::string> names;
      for (const MappedModel& model : map_.models) names.push_back(model.name);
      const std::vector<std::string> nearest =
          core::nearest_names(std::string(cell(column)), names);
      report(column, core::in_quotes(cell(column)),
             nearest.empty() ? "a model of the mapping"
                             : "a model of the mapping, perhaps " + core::list_of_choices(nearest),
             true);
    }
    return found;
  }

  bool read_models(TableRow& row) {
    const std::optional<std::uint16_t> model = model_in(model_);
    if (!model) return false;
    row.model = *model;
    if (is_missing(cell(partner_))) return true;
    const std::optional<std::uint16_t> partner = model_in(partner_);
    if (!partner) return false;
    row.partner = *partner;
    if (row.partner != row.model) return true;
    report(partner_, core::in_quotes(cell(partner_)), "another model than the row's own", true);
    return false;
  }

  bool read_repetition(TableRow& row) {
    if (repetition_ == no_column) return true;
    const std::string_view text = cell(repetition_);
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), row.repetition);
    if (error == std::errc() && end == text.data() + text.size() && row.repetition >= 1 &&
        row.repetition <= most_repetitions) {
      return true;
    }
    report(repetition_, core::in_quotes(text), "a whole number, from 1", true);
    return false;
  }

  bool read_setting(TableRow& row) {
    return changed_ != no_column ? read_changed(row) : read_values(row);
  }

  bool read_changed(TableRow& row) {
    const std::string_view name = cell(changed_);
    if (is_missing(name)) return true;
    const study::Hyperparameters& defaults = map_.models[row.model].defaults;
    const auto at_default = defaults.find(std::string(name));
    if (at_default == defaults.end()) {
      report(changed_, core::in_quotes(name),
             fmt::format("a hyperparameter whose default for {} is in the mapping",
                         core::printable(map_.models[row.model].name)),
             true);
      return false;
    }
    const std::optional<double> value = number_in(cell(value_), map_.decimal);
    if (!value) {
      report(value_, core::in_quotes(cell(value_)), "the hyperparameter's value", true);
      return false;
    }
    if (same_value(*value, at_default->second)) return true;
    row.changed = index_of_hyperparameter(name);
    row.value = *value;
    return true;
  }

  bool read_values(TableRow& row) {
    for (const HyperparameterColumn& column : hyperparameters_) {
      const std::optional<double> value = number_in(cell(column.place), map_.decimal);
      if (!value) {
        report(column.place, core::in_quotes(cell(column.place)), "a number", true);
        return false;
      }
      if (same_value(*value, column.defaults[row.model])) continue;
      if (row.changed != TableRow::none) {
        report(column.place, core::in_quotes(cell(column.place)),
               fmt::format("the default, {}: {} is changed already",
                           core::format_number(column.defaults[row.model]),
                           table_.hyperparameters[row.changed]),
               true);
        return false;
      }
      row.changed = column.index;
      row.value = *value;
    }
    return true;
  }

  /// Missing when the cell is empty or no number, which is reported.
  double figure_in(size_t column, const char* expected) {
    if (column == no_column) return TableRow::missing;
    const std::string_view text = cell(column);
    const std::optional<double> value = number_in(text, map_.decimal);
    if (value) return *value;
    if (is_missing(text)) {
      ++table_.missing_cells[header_[column]];
    } else {
      report(column, core::in_quotes(text), expected, false);
    }
    return TableRow::missing;
  }

  /// A figure that can only be positive.
  double quantity_in(size_t column, const std::optional<MappedQuantity>& quantity) {
    if (!quantity) return TableRow::missing;
    const double value = figure_in(column, "a number without its unit, which the mapping says");
    if (!(value <= 0)) return value * quantity->factor;
    report(column, core::in_quotes(cell(column)), "more than 0", false);
    return TableRow::missing;
  }

  void read_figures(TableRow& row) {
    row.energy_j = quantity_in(energy_, map_.energy);
    row.duration_s = quantity_in(duration_, map_.duration);
    row.performance = figure_in(performance_, "a number");
    row.order = figure_in(order_, "a number, from 0");
    if (row.order < 0) {
      report(order_, core::in_quotes(cell(order_)), "a number, from 0", false);
      row.order = TableRow::missing;
    }
    const double power_w = row.energy_j / row.duration_s;
    if (power_w < least_power_w || power_w > most_power_w) {
      report(energy_,
             fmt::format("{:.3g} J in {:.3g} s, which is {:.3g} W", row.energy_j, row.duration_s,
                         power_w),
             "another power: is the unit of the energy or of the duration right?", false);
    }
  }

  CsvReader csv_;
  const std::string& source_;
  RunTable& table_;
  const TableMap& map_;
  Names models_;
  std::vector<std::string> header_;
  std::vector<std::string_view> fields_;
  std::vector<HyperparameterColumn> hyperparameters_;
  size_t model_ = no_column, partner_ = no_column, run_ = no_column, repetition_ = no_column;
  size_t order_ = no_column, outcome_ = no_column, changed_ = no_column, value_ = no_column;
  size_t energy_ = no_column, duration_ = no_column, performance_ = no_column;
};

}  // namespace

void RunTable::report(TableProblem problem) {
  ++problem_count;
  if (problems.size() < most_problems) problems.push_back(std::move(problem));
}

RunTable read_run_table(std::istream& in, const std::string& source, TableMap map) {
  RunTable table;
  table.map = std::move(map);
  table.file = source;
  TableReader(in, source, table).read_all();
  return table;
}

RunTable read_run_table(const std::filesystem::path& file, TableMap map) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    throw core::UserError(
        fmt::format("can't open {}: {}", core::in_quotes(file.string()), std::strerror(errno)));
  }
  return read_run_table(in, file.string(), std::move(map));
}

void to_json(core::Json& json, const TableProblem& problem) {
  json = {{"row", problem.row},
          {"column", problem.column},
          {"found", problem.found},
          {"expected", problem.expected},
          {"row_left_out", problem.row_left_out}};
}

core::Json reading_report(const RunTable& table) {
  return {{"file", table.file},
          {"map", table.map.file.string()},
          {"simulated", table.map.simulated},
          {"rows_read", table.rows_read},
          {"rows_left_out", table.rows_left_out},
          {"problem_count", table.problem_count},
          {"problems", table.problems},
          {"missing_cells", table.missing_cells},
          {"unmapped_columns", table.unmapped_columns}};
}

}  // namespace tandem::record
