#include "record/table_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "core/text.h"

namespace tandem::record {
namespace {

using core::Reading;

constexpr auto repository = "table";
/// One reason for the many readings that a table has no place for.
const Reading& not_in_table() {
  static const Reading missing = Reading::missing("not in the table");
  return missing;
}
constexpr std::uint32_t no_row = std::numeric_limits<std::uint32_t>::max();

std::string workload_id(const std::string& model) {
  return std::string(repository) + "/" + model;
}

/// `x0.2`: six digits, so that what was rounded in the table is one level. Where the default is 0
/// there is no ratio.
std::string level_name(double value, double at_default) {
  return at_default != 0 ? fmt::format("x{:.6g}", value / at_default)
                         : fmt::format("{:.6g}", value);
}

study::LevelExpression level_expression(double value, double at_default) {
  if (at_default == 0) return study::LevelExpression(value);
  return study::LevelExpression::times(value / at_default);
}

/// Where the run of B's setting in one repetition stands: indices into RunTable::rows.
struct Cell {
  std::uint32_t b = no_row;  ///< beside A
  std::uint32_t a = no_row;  ///< A's row of the same run
  bool is_doubled = false;
};

/// By setting (its number in the table), then by repetition from 1.
using Cells = std::map<std::uint16_t, std::vector<Cell>>;

Cell& cell_of(Cells& cells, std::uint16_t setting, std::int32_t repetition) {
  std::vector<Cell>& column = cells[setting];
  const auto place = static_cast<size_t>(repetition - 1);
  if (place >= column.size()) column.resize(place + 1);
  return column[place];
}

Cell found(const Cells& cells, std::uint16_t setting, std::int32_t repetition) {
  const auto column = cells.find(setting);
  const auto place = static_cast<size_t>(repetition - 1);
  return column == cells.end() || place >= column->second.size() ? Cell{} : column->second[place];
}

struct Pair {
  std::uint16_t a = 0;
  std::uint16_t b = 0;
  std::set<std::uint16_t> settings;  ///< of B, that the table has, alone or beside A
  std::int32_t repetitions = 0;
  Cells cells;
};

constexpr std::uint32_t no_run = std::numeric_limits<std::uint32_t>::max();

/// A planned run and the rows that it was made of: indices into RunTable::rows.
struct TableRun {
  std::uint32_t b = no_row;  ///< of a training alone its row
  std::uint32_t a = no_row;
  std::uint32_t experiment = no_run;
  std::int32_t repetition = 1;
  bool is_doubled = false;

  bool is_there() const { return !is_doubled && (b != no_row || a != no_row); }
  std::uint32_t known_row() const { return b != no_row ? b : a; }
};

bool energies_differ(const RunTable& table, const TableRun& run) {
  if (run.a == no_row || run.b == no_row) return false;
  // Of numbers that one meter gave and a table may have rounded differently.
  constexpr double rounding = 1e-6;
  const double known_j = table.rows[run.b].energy_j;
  return std::abs(table.rows[run.a].energy_j - known_j) > rounding * std::abs(known_j);
}

/// What an experiment is, by which a run that the table lacks is known.
std::string describe(const TableMap& map, std::uint16_t a, std::uint16_t b,
                     const study::Experiment& experiment, std::int32_t repetition) {
  const auto name = [&](std::uint16_t model) { return map.models[model].name; };
  const std::string models = experiment.concurrent ? name(a) + " + " + name(b)
                             : experiment.of_a     ? name(a)
                                                   : name(b);
  return fmt::format("{}, {}, repetition {}", models, experiment.setting, repetition);
}

/// What the repetitions of a run have in common.
struct TableExperiment {
  std::uint16_t a = 0;  ///< indices into TableMap::models
  std::uint16_t b = 0;
  study::Experiment experiment;
  study::Setting setting;
};

/// The cells of a pair: its experiments in each repetition.
struct PairCells {
  std::int32_t repetitions = 0;
  std::vector<study::Experiment> experiments;
};

/// The planned runs, pair by pair, and their cells.
struct PlacedRuns {
  std::vector<TableExperiment> experiments;
  std::vector<TableRun> runs;
  std::vector<PairCells> cells_of_pairs;
  std::vector<std::uint32_t> run_of_cell;  ///< by pair, repetition and experiment; into runs
};

/// Makes the result of a run from its rows whenever it is asked for. What the repetitions of an
/// experiment have in common is kept, for the experiments that were asked for last.
class TableRuns : public StudyRuns {
 public:
  /// Numbers the runs in the order in which they were made; those that the table lacks are first.
  TableRuns(const RunTable& table, PlacedRuns placed)
      : table_(table), map_(table.map), placed_(std::move(placed)) {
    order_.resize(placed_.runs.size());
    std::iota(order_.begin(), order_.end(), std::uint32_t{0});
    if (!map_.order.empty()) {
      std::stable_sort(order_.begin(), order_.end(), [&](std::uint32_t left, std::uint32_t right) {
        return position_of(placed_.runs[left]) < position_of(placed_.runs[right]);
      });
    }
    number_.resize(order_.size());
    for (std::uint32_t run = 0; run < order_.size(); ++run) number_[order_[run]] = run;
  }

  /// The numbers of the runs, pair by pair.
  const std::vector<std::uint32_t>& pair_by_pair() const { return number_; }

  size_t size() const override { return order_.size(); }
  /// Where in the table it stands: `row 17`, `rows 17+18`; of one that isn't there what it is.
  std::string id(size_t run) const override {
    std::string text;
    name(planned(run), text);
    return text;
  }
  const study::RunSpec& spec(size_t run) const override { return of_repetition(planned(run)).spec; }
  const RunResult* deciding(size_t run) const override {
    if (!planned(run).is_there()) return nullptr;
    RunResult& result = of_repetition(planned(run));
    fill_in(planned(run), result);
    return &result;
  }
  size_t attempts(size_t run) const override { return planned(run).is_there() ? 1 : 0; }
  void for_each_cell(const std::function<void(const study::Cell&)>& use) const override {
    size_t next = 0;
    for (size_t pair = 0; pair < placed_.cells_of_pairs.size(); ++pair) {
      const auto& [repetitions, experiments] = placed_.cells_of_pairs[pair];
      std::vector<study::Cell> cells;
      for (const study::Experiment& experiment : experiments) {
        cells.push_back({pair, experiment, 0, 0});
      }
      for (std::int32_t repetition = 1; repetition <= repetitions; ++repetition) {
        for (study::Cell& cell : cells) {
          cell.repetition = repetition;
          cell.run = number_[placed_.run_of_cell[next++]];
          use(cell);
        }
      }
    }
  }

 private:
  /// Of as many experiments as this, results are kept to be filled in again.
  static constexpr size_t most_kept = 1024;
  struct Kept {
    std::uint32_t experiment = no_run;
    RunResult result;
  };

  const TableRow& row(std::uint32_t index) const { return table_.rows[index]; }
  const TableRun& planned(size_t run) const { return placed_.runs[order_[run]]; }

  /// Below all others where there is none.
  double position_of(const TableRun& run) const {
    const std::uint32_t index = run.known_row();
    return index == no_row || std::isnan(row(index).order)
               ? -std::numeric_limits<double>::infinity()
               : row(index).order;
  }

  void name(const TableRun& run, std::string& text) const {
    text.clear();
    if (!run.is_there()) {
      const TableExperiment& of = placed_.experiments[run.experiment];
      text = describe(map_, of.a, of.b, of.experiment, run.repetition);
    } else if (run.b != no_row && run.a != no_row) {
      const auto [smaller, larger] = std::minmax(row(run.a).row, row(run.b).row);
      text.append("rows ").append(fmt::format_int(smaller).c_str());
      text.append("+").append(fmt::format_int(larger).c_str());
    } else {
      text.append("row ").append(fmt::format_int(row(run.known_row()).row).c_str());
    }
  }

  /// The kept result of the run's experiment with its repetition filled in, and nothing else.
  RunResult& of_repetition(const TableRun& run) const {
    if (kept_.empty()) kept_.resize(std::min(most_kept, placed_.experiments.size()));
    Kept& kept = kept_[run.experiment % kept_.size()];
    if (kept.experiment != run.experiment) {
      kept = {run.experiment, common_part(placed_.experiments[run.experiment])};
    }
    kept.result.spec.repetition = run.repetition;
    for (study::ParticipantSpec& participant : kept.result.spec.participants) {
      participant.seed = run.repetition;
    }
    for (ParticipantResult& training : kept.result.participants) {
      training.spec.seed = run.repetition;
    }
    return kept.result;
  }

  RunResult common_part(const TableExperiment& of) const {
    RunResult run;
    const auto add = [&](std::uint16_t model, const study::Hyperparameters& hyperparameters) {
      run.spec.participants.push_back({workload_id(map_.models[model].name), hyperparameters, 1});
      run.participants.push_back(common_part(run.spec.participants.back(), map_.models[model]));
    };
    if (of.experiment.concurrent || of.experiment.of_a) add(of.a, map_.models[of.a].defaults);
    if (!of.experiment.of_a) add(of.b, of.setting.hyperparameters);
    run.barrier = "as measured elsewhere";
    run.machine.cpu_model = "not stated";
    run.gpu_energy_total_joules.joules = run.cpu_energy_total_joules.joules =
        Reading::missing("the table doesn't tell GPU and CPU apart");
    run.gpu_energy_cross_check_joules.joules = not_in_table();
    for (Reading* reading :
         {&run.start_skew_seconds, &run.overlap_fraction, &run.dram_energy_joules,
          &run.gpu_energy_above_idle_joules, &run.cpu_energy_above_idle_joules,
          &run.gpu_util_avg_percent, &run.gpu_power_avg_watts, &run.gpu_memory_peak_mib}) {
      *reading = not_in_table();
    }
    return run;
  }

  ParticipantResult common_part(const study::ParticipantSpec& spec,
                                const MappedModel& model) const {
    ParticipantResult training;
    training.spec = spec;
    training.performance_metric = model.metric;
    training.higher_is_better = model.higher_is_better;
    training.data = map_.data;
    for (Reading* reading :
         {&training.start_s, &training.cpu_time_seconds, &training.memory_peak_mib,
          &training.memory_pss_peak_mib, &training.io_read_mib, &training.io_written_mib,
          &training.gpu_memory_peak_mib, &training.gpu_sm_util_avg_percent,
          &training.tensor_memory_peak_mib, &training.gpu_energy_share_joules}) {
      *reading = not_in_table();
    }
    return training;
  }

  Reading figure(double value, const char* what, const TableRow& of) const {
    if (!std::isnan(value)) return value;
    return Reading::missing(fmt::format("row {} of the table has no {}", of.row, what));
  }

  void fill_in(const TableRun& of, RunResult& run) const {
    name(of, run.run_id);
    const bool concurrent = run.spec.concurrent();
    if (!run.outcome.ok()) {
      run.outcome = {};
      for (ParticipantResult& training : run.participants) training.outcome = {};
    }
    if (concurrent) fill_in(of.a, true, run.participants[0]);
    fill_in(of.b, concurrent, run.participants.back());
    for (const std::uint32_t index : {of.a, of.b}) {
      if (index == no_row || row(index).ok) continue;
      run.outcome = {
          Outcome::Status::failed, "failed",
          fmt::format("the outcome in row {} is none of those that count", row(index).row),
          "Look up what happened where the run was made."};
      run.participants[concurrent && index == of.b ? 1 : 0].outcome = run.outcome;
    }
    run.makespan_seconds = run.participants.back().duration_seconds;
    if (concurrent) {
      run.makespan_seconds =
          core::both(run.participants[0].duration_seconds, run.participants[1].duration_seconds,
                     [](double a, double b) { return std::max(a, b); });
    }
    const Reading total = energy_of_run(of, run);
    run.total_energy_joules.joules = total;
    run.total_energy_joules.source =
        total ? core::EnergySource::imported : core::EnergySource::none;
    run.total_energy_joules.model = map_.energy_measured_by;
    label_position(row(of.known_row()).order, run.started_at);
  }

  /// A label whose order is that of the numbers; empty where there is none.
  static void label_position(double position, std::string& label) {
    label.clear();
    if (std::isnan(position)) return;
    // Of whole numbers the same text, for far less time.
    const auto whole = static_cast<std::int64_t>(std::min(position, 1e15));
    if (static_cast<double>(whole) == position) {
      fmt::format_to(std::back_inserter(label), "position {:010}.000000", whole);
    } else {
      fmt::format_to(std::back_inserter(label), "position {:017.6f}", position);
    }
  }

  void fill_in(std::uint32_t index, bool is_concurrent, ParticipantResult& training) const {
    training.training_success = false;
    training.epochs_done = 0;
    training.energy_share_model.clear();
    if (index == no_row) {
      training.duration_seconds = training.performance = training.cpu_energy_share_joules =
          Reading::missing("the table has no row for this training of the run");
      return;
    }
    const TableRow& own = row(index);
    training.training_success = own.ok;
    const auto epochs = training.spec.hyperparameters.find("epochs");
    if (epochs != training.spec.hyperparameters.end() && epochs->second >= 0 &&
        epochs->second < 1e9) {
      training.epochs_done = static_cast<int>(std::lround(epochs->second));
    }
    training.duration_seconds = figure(own.duration_s, "duration", own);
    training.performance = figure(own.performance, "performance", own);
    static const Reading of_run =
        Reading::missing("the table has the energy of the run, not of each training");
    training.cpu_energy_share_joules =
        is_concurrent && map_.energy_is_of_run ? of_run : figure(own.energy_j, "energy", own);
    training.energy_share_model = "imported";
  }

  Reading energy_of_run(const TableRun& of, const RunResult& run) const {
    const Reading& first = run.participants[0].cpu_energy_share_joules;
    if (!run.spec.concurrent()) return first;
    if (!map_.energy_is_of_run) {
      return core::both(first, run.participants[1].cpu_energy_share_joules, std::plus<>());
    }
    const TableRow& known = row(of.known_row());
    if (!energies_differ(table_, of)) return figure(known.energy_j, "energy", known);
    return Reading::missing(fmt::format("rows {} and {} of the run state different energies of it",
                                        row(of.a).row, known.row));
  }

  const RunTable& table_;
  const TableMap& map_;
  PlacedRuns placed_;
  std::vector<std::uint32_t> order_;   ///< of each number the run among the placed ones
  std::vector<std::uint32_t> number_;  ///< of each placed run
  mutable std::vector<Kept> kept_;
};

class StudyBuilder {
 public:
  explicit StudyBuilder(RunTable& table)
      : table_(table),
        map_(table.map),
        is_reported_(table.rows.size()),
        is_used_(table.rows.size()),
        run_of_row_(table.rows.size(), no_run) {}

  StudyInTable build() {
    check_repetitions();
    number_settings();
    join_rows();
    if (pairs_.empty()) {
      throw core::UserError(table_.file,
                            {{"column " + core::in_quotes(map_.partner),
                              "no row of a training beside another, of those that could be read",
                              "at least one pair"}});
    }
    place_alone();
    StudyInTable built{catalogue(), study(), nullptr};
    PlacedRuns placed;
    for (size_t pair = 0; pair < pairs_.size(); ++pair) add_runs(pair, built, placed);
    report_unused();
    built.runs = std::make_unique<TableRuns>(table_, std::move(placed));
    return built;
  }

 private:
  static constexpr std::uint16_t at_default = 0;  ///< the number of the setting

  const TableRow& row(std::uint32_t index) const { return table_.rows[index]; }

  /// A number that is none, as a year, would ask for as many repetitions.
  void check_repetitions() const {
    std::set<std::int32_t> repetitions;
    std::int32_t before = 0;
    for (const TableRow& row : table_.rows) {
      if (row.repetition != before) repetitions.insert(before = row.repetition);
    }
    if (repetitions.empty()) return;
    const auto largest = static_cast<size_t>(*repetitions.rbegin());
    if (largest <= 10 * repetitions.size() + 100) return;
    throw core::UserError(
        table_.file,
        {{"column " + core::in_quotes(map_.repetition),
          fmt::format("{} different numbers, the largest {}", repetitions.size(), largest),
          "repetitions that count from 1"}});
  }

  /// Finds the distinct settings and notes each row's.
  void number_settings() {
    settings_ = {"default"};
    std::map<std::tuple<std::uint16_t, std::uint16_t, double>, std::uint16_t> known;
    for (const TableRow& row : table_.rows) {
      if (row.changed == TableRow::none) {
        setting_of_row_.push_back(at_default);
        continue;
      }
      const auto [place, is_new] =
          known.try_emplace({row.model, row.changed, row.value}, at_default);
      if (is_new) place->second = number_setting(row);
      setting_of_row_.push_back(place->second);
    }
  }

  std::uint16_t number_setting(const TableRow& row) {
    const std::string& name = table_.hyperparameters[row.changed];
    const double value_at_default = map_.models[row.model].defaults.at(name);
    const std::string level = level_name(row.value, value_at_default);
    const double ratio = value_at_default != 0 ? row.value / value_at_default : row.value;
    levels_[row.changed].try_emplace(
        level, std::pair(ratio, level_expression(row.value, value_at_default)));
    const std::string setting = name + "_" + level;
    const auto place = std::ranges::find(settings_, setting);
    const auto number = static_cast<std::uint16_t>(place - settings_.begin());
    if (place == settings_.end()) settings_.push_back(setting);
    return number;
  }

  void report(std::uint32_t row_index, const std::string& column, const std::string& found,
              const std::string& expected) {
    if (is_reported_[row_index]) return;
    is_reported_[row_index] = true;
    table_.report({row(row_index).row, column, found, expected, true});
    ++table_.rows_left_out;
  }

  /// Brings the two rows of each pair's run together.
  void join_rows() {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> beside;
    for (std::uint32_t i = 0; i < table_.rows.size(); ++i) {
      if (!row(i).alone()) beside.emplace_back(row(i).run, i);
    }
    const Roles roles = find_roles(beside);
    add_pairs(roles);
    if (map_.run.empty()) {
      for (const auto& [run, index] : beside) place_pair(index, no_row, roles);
      return;
    }
    std::sort(beside.begin(), beside.end());
    for (size_t begin = 0; begin < beside.size();) {
      size_t end = begin + 1;
      while (end < beside.size() && beside[end].first == beside[begin].first) ++end;
      join(std::span(beside).subspan(begin, end - begin), roles);
      begin = end;
    }
  }

  /// Which models of two were changed, the smaller index first.
  using Roles = std::map<std::pair<std::uint16_t, std::uint16_t>, std::pair<bool, bool>>;
  Roles find_roles(const std::vector<std::pair<std::uint64_t, std::uint32_t>>& beside) const {
    Roles roles;
    for (const auto& [run, index] : beside) {
      const TableRow& own = row(index);
      auto& [smaller, larger] = roles[std::minmax(own.model, own.partner)];
      if (own.changed != TableRow::none) (own.model < own.partner ? smaller : larger) = true;
    }
    return roles;
  }

  /// In the order of the mapping; those with the roles swapped behind all others.
  void add_pairs(const Roles& roles) {
    const auto add = [&](std::uint16_t a, std::uint16_t b) {
      pair_index_[{a, b}] = pairs_.size();
      pairs_.emplace_back();
      pairs_.back().a = a;
      pairs_.back().b = b;
    };
    for (const auto& [models, moves] : roles) {
      if (moves.second || !moves.first) add(models.first, models.second);
      if (moves.first && !moves.second) add(models.second, models.first);
    }
    for (const auto& [models, moves] : roles) {
      if (moves.first && moves.second) add(models.second, models.first);
    }
  }

  void join(std::span<const std::pair<std::uint64_t, std::uint32_t>> same_run, const Roles& roles) {
    const std::uint32_t first = same_run[0].second;
    if (same_run.size() == 1) return place_pair(first, no_row, roles);
    const std::uint32_t second = same_run[1].second;
    const TableRow& left = row(first);
    const TableRow& right = row(second);
    const auto reject = [&](const std::string& found, const std::string& expected) {
      for (const auto& [run, index] : same_run) report(index, map_.run, found, expected);
    };
    if (same_run.size() > 2) {
      return reject(fmt::format("{} rows of one run", same_run.size()),
                    "the two trainings of a run, or one of them");
    }
    if (left.model != right.partner || left.partner != right.model ||
        left.repetition != right.repetition) {
      return reject(fmt::format("rows {} and {} of one run", left.row, right.row),
                    "each other's models as partners and the same repetition");
    }
    if (left.changed != TableRow::none && right.changed != TableRow::none) {
      return reject("hyperparameters of both models changed", "those of one of them");
    }
    place_pair(first, second, roles);
  }

  /// Puts a run into its cell; into one of each role where both models are B in turn.
  void place_pair(std::uint32_t first, std::uint32_t second, const Roles& roles) {
    const TableRow& own = row(first);
    const auto [smaller, larger] = std::minmax(own.model, own.partner);
    const auto [smaller_moves, larger_moves] = roles.at({smaller, larger});
    const auto place = [&](std::uint16_t a, std::uint16_t b) {
      const bool first_is_b = own.model == b;
      const std::uint32_t of_b = first_is_b ? first : second;
      const std::uint32_t of_a = first_is_b ? second : first;
      if (of_a != no_row && row(of_a).changed != TableRow::none) return;
      // A's row alone doesn't say at which setting of B it was.
      if (of_b == no_row && (smaller_moves || larger_moves)) {
        const std::string expected = "one that says what the partner was set to";
        return report(of_a, map_.run, "no row of its partner in this run",
                      map_.run.empty() ? expected + ", in the same run by the mapping's column run"
                                       : expected);
      }
      put(pairs_[pair_index_.at({a, b})], of_b, of_a);
    };
    if (larger_moves || !smaller_moves) place(smaller, larger);
    if (smaller_moves) place(larger, smaller);
  }

  void put(Pair& pair, std::uint32_t of_b, std::uint32_t of_a) {
    const TableRow& known = row(of_b != no_row ? of_b : of_a);
    const std::uint16_t setting = of_b != no_row ? setting_of_row_[of_b] : at_default;
    pair.settings.insert(setting);
    pair.repetitions = std::max(pair.repetitions, known.repetition);
    Cell& cell = cell_of(pair.cells, setting, known.repetition);
    // Without a run column the rows of one run come one by one.
    const bool completes = map_.run.empty() && (cell.b == no_row) != (cell.a == no_row) &&
                           (of_b != no_row) == (cell.b == no_row);
    if (cell.is_doubled || ((cell.b != no_row || cell.a != no_row) && !completes)) {
      return report_doubled(cell, {of_b, of_a});
    }
    if (of_b != no_row) cell.b = of_b;
    if (of_a != no_row) cell.a = of_a;
  }

  /// `again`: the rows of the later run, one of which may be none.
  void report_doubled(Cell& cell, std::initializer_list<std::uint32_t> again) {
    const std::uint32_t before = cell.b != no_row ? cell.b : cell.a;
    for (const std::uint32_t index : {cell.b, cell.a}) {
      if (index == no_row) continue;
      report(index, "", "a run that is twice in the table", "one row for it");
    }
    for (const std::uint32_t index : again) {
      if (index == no_row) continue;
      report(index, "", fmt::format("the same run as row {}", row(before).row),
             "another repetition, or one of them alone: neither counts");
    }
    cell.is_doubled = true;
  }

  /// Rows that are right but have no place in the study.
  void report_unused() {
    for (std::uint32_t i = 0; i < table_.rows.size(); ++i) {
      if (is_used_[i] || is_reported_[i]) continue;
      const auto is_in = [&](auto member) {
        return std::ranges::find(pairs_, row(i).model, member) != pairs_.end();
      };
      if (!row(i).alone()) {
        report(i, "", "a row that no run of the study takes", "one that a pair's run takes");
      } else if (!is_in(&Pair::a) && !is_in(&Pair::b)) {
        report(i, map_.model, "a training alone of a model that is in no pair",
               "a row of the model beside another");
      } else {
        report(i, "", "a training alone at another setting than the default",
               "the default: in its pairs it is the other model that is changed");
      }
    }
  }

  void place_alone() {
    alone_.resize(map_.models.size());
    for (std::uint32_t i = 0; i < table_.rows.size(); ++i) {
      if (!row(i).alone()) continue;
      Cell& cell = cell_of(alone_[row(i).model], setting_of_row_[i], row(i).repetition);
      if (cell.b != no_row) {
        report_doubled(cell, {i});
      } else {
        cell.b = i;
      }
    }
    for (Pair& pair : pairs_) {
      for (const auto& [setting, column] : alone_[pair.b]) {
        pair.settings.insert(setting);
        pair.repetitions = std::max(pair.repetitions, static_cast<std::int32_t>(column.size()));
      }
      const auto alone_a = alone_[pair.a].find(at_default);
      if (alone_a == alone_[pair.a].end()) continue;
      pair.repetitions =
          std::max(pair.repetitions, static_cast<std::int32_t>(alone_a->second.size()));
    }
  }

  study::Catalogue catalogue() const {
    std::vector<study::Workload> workloads;
    for (const MappedModel& model : map_.models) {
      study::Workload workload;
      workload.repo = repository;
      workload.model = model.name;
      workload.title = model.name;
      workload.catalogue_position = static_cast<int>(workloads.size());
      workload.catalogue.memory_mb = model.memory_mb.value_or(TableRow::missing);
      workload.catalogue.gpu_util_percent = model.gpu_util_percent.value_or(TableRow::missing);
      for (const auto& [name, value] : model.defaults) {
        study::ManifestHyperparameter entry;
        entry.name = name;
        entry.default_value = {value, value};
        entry.least = -std::numeric_limits<double>::infinity();
        entry.most = std::numeric_limits<double>::infinity();
        workload.hyperparameters.push_back(entry);
      }
      workload.performance_metric = model.metric;
      workload.higher_is_better = model.higher_is_better;
      workload.manifest = map_.file;
      workloads.push_back(workload);
    }
    return study::Catalogue(std::move(workloads));
  }

  study::Study study() const {
    study::Study study;
    study.name = map_.name;
    study.file = map_.file;
    study.order = study::RunOrder::as_listed;
    for (const Pair& pair : pairs_) {
      const MappedModel& a = map_.models[pair.a];
      const MappedModel& b = map_.models[pair.b];
      study.pairs.push_back({workload_id(a.name), workload_id(b.name), a.defaults, b.defaults});
      study.repetitions = std::max(study.repetitions, static_cast<int>(pair.repetitions));
    }
    for (const auto& [hyperparameter, levels] : levels_) {
      study::MutatedHyperparameter mutated{table_.hyperparameters[hyperparameter], {}};
      std::vector<std::tuple<double, std::string, study::LevelExpression>> sorted;
      for (const auto& [name, level] : levels) sorted.emplace_back(level.first, name, level.second);
      std::sort(sorted.begin(), sorted.end(), [](const auto& left, const auto& right) {
        return std::get<0>(left) < std::get<0>(right);
      });
      for (const auto& [ratio, name, expression] : sorted) {
        mutated.levels.push_back({name, expression});
      }
      study.mutated.push_back(mutated);
    }
    return study;
  }

  /// The runs of a pair's cells, in the table or not.
  void add_runs(size_t index, StudyInTable& built, PlacedRuns& placed) {
    const Pair& pair = pairs_[index];
    const std::vector<study::Setting> settings =
        study::settings_of(built.study, built.study.pairs[index], built.catalogue);
    PairCells cells{pair.repetitions, {}};
    std::vector<std::uint16_t> numbers;
    for (const study::Experiment& experiment : study::experiments_of(settings)) {
      const auto number = static_cast<std::uint16_t>(
          std::ranges::find(settings_, experiment.setting) - settings_.begin());
      if (!pair.settings.contains(number)) continue;
      cells.experiments.push_back(experiment);
      numbers.push_back(number);
    }
    std::vector<std::uint32_t> known(cells.experiments.size(), no_run);
    for (std::int32_t repetition = 1; repetition <= pair.repetitions; ++repetition) {
      for (size_t i = 0; i < numbers.size(); ++i) {
        const study::Experiment& experiment = cells.experiments[i];
        const Cell cell = found(experiment.concurrent ? pair.cells
                                : experiment.of_a     ? alone_[pair.a]
                                                      : alone_[pair.b],
                                numbers[i], repetition);
        for (const std::uint32_t row_of_cell : {cell.b, cell.a}) {
          if (row_of_cell != no_row) is_used_[row_of_cell] = true;
        }
        TableRun run{cell.b, cell.a, known[i], repetition, cell.is_doubled};
        const auto setting = std::ranges::find(settings, experiment.setting, &study::Setting::name);
        if (const std::optional<std::uint32_t> earlier =
                earlier_run(run, pair, experiment, placed)) {
          placed.run_of_cell.push_back(*earlier);
          continue;
        }
        if (known[i] == no_run) {
          known[i] = run.experiment = static_cast<std::uint32_t>(placed.experiments.size());
          placed.experiments.push_back({pair.a, pair.b, experiment, *setting});
        }
        placed.run_of_cell.push_back(static_cast<std::uint32_t>(placed.runs.size()));
        placed.runs.push_back(run);
        report_energies(run);
      }
    }
    placed.cells_of_pairs.push_back(std::move(cells));
  }

  /// A training alone answers in every pair of its model; a run of two models that were both
  /// changed answers in either role.
  std::optional<std::uint32_t> earlier_run(const TableRun& run, const Pair& pair,
                                           const study::Experiment& experiment,
                                           const PlacedRuns& placed) {
    const auto next = static_cast<std::uint32_t>(placed.runs.size());
    if (run.is_there()) {
      std::uint32_t& first = run_of_row_[std::min(run.a, run.b)];
      if (first == no_run) first = next;
      if (first == next) return std::nullopt;
      const TableRun& before = placed.runs[first];
      const bool same = std::minmax(before.a, before.b) == std::minmax(run.a, run.b);
      return same ? std::optional(first) : std::nullopt;
    }
    const auto [place, is_new] = run_without_result_.try_emplace(
        describe(map_, pair.a, pair.b, experiment, run.repetition), next);
    return is_new ? std::nullopt : std::optional(place->second);
  }

  /// Where the rows have the energy of their run, both say the same.
  void report_energies(const TableRun& run) {
    if (!map_.energy_is_of_run || !run.is_there() || !energies_differ(table_, run)) return;
    const TableRow& known = row(run.b);
    table_.report({known.row, map_.energy->column, core::format_energy(known.energy_j),
                   fmt::format("the {} of row {}, for both have the energy of their run",
                               core::format_energy(row(run.a).energy_j), row(run.a).row),
                   false});
  }

  RunTable& table_;
  const TableMap& map_;
  /// Of each hyperparameter: level's name to ratio and expression.
  std::map<std::uint16_t, std::map<std::string, std::pair<double, study::LevelExpression>>> levels_;
  std::vector<Pair> pairs_;
  std::map<std::pair<std::uint16_t, std::uint16_t>, size_t> pair_index_;  ///< (A, B)
  std::vector<Cells> alone_;                                              ///< of each model
  std::vector<std::string> settings_;
  std::vector<bool> is_reported_;              ///< by row
  std::vector<bool> is_used_;                  ///< by row: a cell refers to it
  std::vector<std::uint16_t> setting_of_row_;  ///< indices into settings_
  std::vector<std::uint32_t> run_of_row_;      ///< by row: the run made of it
  std::unordered_map<std::string, std::uint32_t> run_without_result_;  ///< by what it is
};

}  // namespace

StudyInTable study_in(RunTable& table) {
  return StudyBuilder(table).build();
}

TableStudy study_of(RunTable& table) {
  StudyInTable found = study_in(table);
  const auto& runs = static_cast<const TableRuns&>(*found.runs);
  TableStudy study{std::move(found.catalogue), std::move(found.study), {}, {}};
  for (size_t run = 0; run < runs.size(); ++run) {
    study.plan.runs.push_back({runs.spec(run), runs.id(run), 0});
  }
  runs.for_each_cell([&](const study::Cell& cell) { study.plan.cells.push_back(cell); });
  for (const std::uint32_t run : runs.pair_by_pair()) {
    if (const RunResult* const result = runs.deciding(run)) study.results.push_back(*result);
  }
  return study;
}

}  // namespace tandem::record
