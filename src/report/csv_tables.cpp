#include "report/csv_tables.h"

#include <fmt/format.h>

#include <functional>

namespace tandem::report {
namespace {

using analyse::StudyAnalysis;
using core::Reading;

std::string quoted(const std::string& text) {
  std::string cell = text;
  if (!cell.empty() && std::string_view("=+-@\t\r").find(cell[0]) != std::string_view::npos) {
    cell.insert(0, "'");
  }
  if (cell.find_first_of(",\"\n\r") == std::string::npos) return cell;
  std::string inside;
  for (const char character : cell) inside += character == '"' ? "\"\"" : std::string(1, character);
  return '"' + inside + '"';
}

/// Why cells are empty.
struct MissingCells {
  std::string content = "table,row,column,reason\n";
};

/// One row while it is made; the row's number goes with the reasons of its empty cells.
class Row {
 public:
  Row(const std::string& table, size_t number, MissingCells& missing)
      : table_(table), number_(number), missing_(missing) {}
  void text(const std::string& value) { add(quoted(value)); }
  void number(const std::string& column, const Reading& value) {
    add(value ? fmt::format("{}", *value) : "");
    if (!value) {
      missing_.content +=
          fmt::format("{},{},{},{}\n", table_, number_, column, quoted(value.reason()));
    }
  }
  void whole(long long value) { add(std::to_string(value)); }
  void flag(bool value) { add(value ? "true" : "false"); }
  std::string line() const { return line_ + '\n'; }

 private:
  void add(const std::string& cell) {
    if (!first_) line_ += ',';
    first_ = false;
    line_ += cell;
  }
  const std::string& table_;
  size_t number_;
  MissingCells& missing_;
  std::string line_;
  bool first_ = true;
};

/// A column of a table whose rows are Items: its name, unit and meaning, and its cell.
template <typename Item>
struct Column {
  std::string name;
  std::string unit;
  std::string meaning;
  std::function<void(const Item&, Row&)> write;
};

template <typename Item>
Column<Item> text(const std::string& name, const std::string& meaning,
                  std::function<std::string(const Item&)> value) {
  return {name, "text", meaning, [value](const Item& item, Row& row) { row.text(value(item)); }};
}
template <typename Item>
Column<Item> number(const std::string& name, const std::string& unit, const std::string& meaning,
                    std::function<Reading(const Item&)> value) {
  return {name, unit, meaning,
          [name, value](const Item& item, Row& row) { row.number(name, value(item)); }};
}
template <typename Item>
Column<Item> whole(const std::string& name, const std::string& meaning,
                   std::function<long long(const Item&)> value) {
  return {name, "whole number", meaning,
          [value](const Item& item, Row& row) { row.whole(value(item)); }};
}
template <typename Item>
Column<Item> flag(const std::string& name, const std::string& meaning,
                  std::function<bool(const Item&)> value) {
  return {name, "true or false", meaning,
          [value](const Item& item, Row& row) { row.flag(value(item)); }};
}

class Tables {
 public:
  template <typename Item>
  void add(const std::string& name, const std::vector<Column<Item>>& columns,
           const std::vector<Item>& items) {
    std::string content;
    for (const Column<Item>& column : columns) {
      content += (content.empty() ? "" : ",") + column.name;
      dictionary_ += fmt::format("{},{},{},{}\n", name, column.name, quoted(column.unit),
                                 quoted(column.meaning));
    }
    content += '\n';
    size_t number = 0;
    for (const Item& item : items) {
      Row row(name, ++number, missing_);
      for (const Column<Item>& column : columns) column.write(item, row);
      content += row.line();
    }
    tables_.push_back({name + ".csv", content});
  }

  std::vector<CsvTable> finish() {
    dictionary_ +=
        "missing,table,text,the table with the empty cell\n"
        "missing,row,whole number,its row there: 1 is the first below the header\n"
        "missing,column,text,its column\n"
        "missing,reason,text,why there is no number\n";
    tables_.push_back({"missing.csv", missing_.content});
    tables_.push_back({"dictionary.csv", dictionary_});
    return std::move(tables_);
  }

 private:
  std::vector<CsvTable> tables_;
  MissingCells missing_;
  std::string dictionary_ = "table,column,unit,meaning\n";
};

std::string joined_names(const std::vector<core::Caution>& cautions) {
  std::string names;
  for (const core::Caution& caution : cautions) names += (names.empty() ? "" : " ") + caution.name;
  return names;
}

std::vector<Column<analyse::RunStatus>> run_columns() {
  using Run = analyse::RunStatus;
  return {
      text<Run>("run_id", "identity of the run; also in trainings.csv",
                [](const Run& run) { return run.run_id; }),
      text<Run>("what", "its workloads and setting", [](const Run& run) { return run.what; }),
      text<Run>("mode", "solo or concurrent",
                [](const Run& run) { return run.concurrent ? "concurrent" : "solo"; }),
      whole<Run>("repetition", "of the study, from 1",
                 [](const Run& run) { return run.repetition; }),
      whole<Run>("attempts", "attempts that left a result",
                 [](const Run& run) { return run.attempts; }),
      text<Run>("status", "ok, failed, invalid, interrupted or not run",
                [](const Run& run) { return run.status; }),
      text<Run>("outcome", "what happened, by its name in docs/outcomes.md",
                [](const Run& run) { return run.outcome; }),
      text<Run>("cautions", "names of what makes the figures doubtful, between spaces",
                [](const Run& run) { return joined_names(run.cautions); }),
      text<Run>("started_at", "wall clock at the start",
                [](const Run& run) { return run.started_at; }),
      number<Run>("makespan_seconds", "s", "start signal to the end of the last training",
                  [](const Run& run) { return run.makespan_seconds; }),
      number<Run>("total_energy_joules", "J", "GPU and CPU energy between start signal and end",
                  [](const Run& run) { return run.total_energy_joules.joules; }),
      text<Run>("total_energy_source", "how the energy was measured, or estimated",
                [](const Run& run) { return core::name_of(run.total_energy_joules.source); }),
      number<Run>("overlap_fraction", "1", "share of B's time during which A was training",
                  [](const Run& run) { return run.overlap_fraction; }),
  };
}

std::vector<Column<analyse::TrainingMetrics>> training_columns() {
  using Training = analyse::TrainingMetrics;
  std::vector<Column<Training>> columns = {
      text<Training>("run_id", "the run; also in runs.csv",
                     [](const Training& row) { return row.run_id; }),
      text<Training>("role", "solo, a or b", [](const Training& row) { return row.role; }),
      text<Training>("workload", "what was trained",
                     [](const Training& row) { return row.workload; }),
      text<Training>("partner", "what trained beside it; empty when solo",
                     [](const Training& row) { return row.partner; }),
      whole<Training>("repetition", "of the study, from 1",
                      [](const Training& row) { return row.repetition; }),
      text<Training>("hyperparameters", "as JSON",
                     [](const Training& row) { return core::Json(row.hyperparameters).dump(); }),
      flag<Training>("training_success", "exit code 0, all epochs, finite loss, metric reported",
                     [](const Training& row) { return row.training_success; }),
      text<Training>("outcome", "by its name in docs/outcomes.md",
                     [](const Training& row) { return row.outcome.name; }),
      whole<Training>("epochs_done", "epochs that ended",
                      [](const Training& row) { return row.epochs_done; }),
      text<Training>("performance_metric", "what the column performance holds",
                     [](const Training& row) { return row.performance_metric; }),
      flag<Training>("higher_is_better", "direction of that metric",
                     [](const Training& row) { return row.higher_is_better; }),
      text<Training>("total_energy_source", "how the energy was measured, or estimated",
                     [](const Training& row) { return core::name_of(row.total_energy_source); }),
      text<Training>("energy_share_model", "how the pair's energy was divided; empty when solo",
                     [](const Training& row) { return row.energy_share_model; }),
      text<Training>("data", "real or synthetic; empty when not stated",
                     [](const Training& row) { return row.data; }),
      text<Training>("scale", "full or quick", [](const Training& row) { return row.scale; }),
  };
  for (const analyse::MetricColumn& metric : analyse::metric_columns()) {
    columns.push_back(
        number<Training>(metric.name, *metric.unit == '\0' ? "1" : metric.unit,
                         "metric of the study (see docs/study-file.md)",
                         [value = metric.value](const Training& row) { return row.*value; }));
  }
  return columns;
}

struct EffectRow {
  const analyse::PairAnalysis* pair;
  const analyse::BlockEffects* block;
  const analyse::EffectColumn* effect;
};

std::vector<Column<EffectRow>> effect_columns() {
  return {
      whole<EffectRow>(
          "pair", "number of the pair in the study, from 1",
          [](const EffectRow& row) { return static_cast<long long>(row.pair->number); }),
      text<EffectRow>("a", "workload A", [](const EffectRow& row) { return row.pair->a; }),
      text<EffectRow>("b", "workload B", [](const EffectRow& row) { return row.pair->b; }),
      text<EffectRow>("type", "memory classes of A and B",
                      [](const EffectRow& row) { return row.pair->type; }),
      text<EffectRow>("complementarity", "complementary, competing or neutral",
                      [](const EffectRow& row) { return row.pair->complementarity; }),
      text<EffectRow>("setting", "of B", [](const EffectRow& row) { return row.block->setting; }),
      whole<EffectRow>("repetition", "of the study, from 1",
                       [](const EffectRow& row) { return row.block->repetition; }),
      text<EffectRow>("effect",
                      "makespan_overhead, energy_saving, …; _a and _b are of one training",
                      [](const EffectRow& row) { return std::string(row.effect->name); }),
      number<EffectRow>("value", "ratio", "the effect: 0.1 is 10 %",
                        [](const EffectRow& row) { return row.effect->value(*row.block); }),
      text<EffectRow>("concurrent_run", "run_id of the pair's run",
                      [](const EffectRow& row) { return row.block->concurrent_run; }),
      text<EffectRow>("solo_a_run", "run_id of A alone",
                      [](const EffectRow& row) { return row.block->solo_a_run; }),
      text<EffectRow>("solo_b_run", "run_id of B alone",
                      [](const EffectRow& row) { return row.block->solo_b_run; }),
  };
}

std::vector<Column<analyse::Sensitivity>> sensitivity_columns() {
  using Entry = analyse::Sensitivity;
  return {
      whole<Entry>("pair", "number of the pair in the study, from 1",
                   [](const Entry& row) { return static_cast<long long>(row.pair) + 1; }),
      text<Entry>("hyperparameter", "of B, that was moved",
                  [](const Entry& row) { return row.hyperparameter; }),
      text<Entry>("setting", "the level", [](const Entry& row) { return row.setting; }),
      whole<Entry>("repetition", "of the study, from 1",
                   [](const Entry& row) { return row.repetition; }),
      text<Entry>("response", "performance, energy or duration",
                  [](const Entry& row) { return name_of(row.response); }),
      text<Entry>(
          "mode", "solo or concurrent",
          [](const Entry& row) { return std::string(row.concurrent ? "concurrent" : "solo"); }),
      number<Entry>("percent_form", "ratio", "(Δy / y_default) / (Δx / x_default)",
                    [](const Entry& row) { return row.percent_form; }),
      number<Entry>("log_form", "ratio", "ln(y / y_default) / ln(x / x_default)",
                    [](const Entry& row) { return row.log_form; }),
  };
}

/// One test over the study, whatever its family.
struct TestRow {
  std::string family;
  std::string of;
  std::string unit;
  Reading estimate;
  std::optional<analyse::Interval> interval;
  analyse::TestResult test;
  Reading adjusted_p;
  analyse::TestResult equivalence;
};

std::vector<Column<TestRow>> test_columns() {
  const auto limit = [](const TestRow& row, bool low) {
    if (!row.interval) return Reading::missing("no interval");
    return Reading(low ? row.interval->low : row.interval->high);
  };
  return {
      text<TestRow>("family", "the tests that were adjusted together",
                    [](const TestRow& row) { return row.family; }),
      text<TestRow>("of", "what was tested", [](const TestRow& row) { return row.of; }),
      text<TestRow>("unit", "of estimate and interval",
                    [](const TestRow& row) { return row.unit; }),
      number<TestRow>("estimate", "see unit", "mean over pairs",
                      [](const TestRow& row) { return row.estimate; }),
      number<TestRow>("low", "see unit", "95 % interval",
                      [=](const TestRow& row) { return limit(row, true); }),
      number<TestRow>("high", "see unit", "95 % interval",
                      [=](const TestRow& row) { return limit(row, false); }),
      whole<TestRow>("n", "values that entered",
                     [](const TestRow& row) { return static_cast<long long>(row.test.n); }),
      text<TestRow>("test", "its name", [](const TestRow& row) { return row.test.name; }),
      number<TestRow>("statistic", "1", "of the test",
                      [](const TestRow& row) { return row.test.statistic; }),
      number<TestRow>("p_value", "1", "raw", [](const TestRow& row) { return row.test.p_value; }),
      number<TestRow>("adjusted_p", "1", "within the family",
                      [](const TestRow& row) { return row.adjusted_p; }),
      number<TestRow>("equivalence_p", "1", "of TOST with the study's bound",
                      [](const TestRow& row) { return row.equivalence.p_value; }),
  };
}

std::vector<TestRow> test_rows(const StudyAnalysis& analysis) {
  const analyse::TestResult none =
      analyse::no_test("", 0, "equivalence is not tested in this family");
  std::vector<TestRow> rows;
  for (const analyse::OverallEffect& effect : analysis.overall) {
    rows.push_back({"overall effects (Holm)", effect.summary.effect, "%", effect.summary.percent,
                    effect.summary.interval_percent, effect.t_test, effect.adjusted_p,
                    effect.equivalence.test});
  }
  for (const analyse::SensitivityTest& test : analysis.sensitivity_tests) {
    rows.push_back(
        {test.confirmatory ? "H0 (Holm)" : "other sensitivities (Benjamini–Hochberg)",
         fmt::format("sensitivity of {} to {}", name_of(test.response), test.hyperparameter),
         "difference of log forms", test.difference.mean, test.difference.interval, test.t_test,
         test.adjusted_p, test.equivalence.test});
  }
  for (const analyse::PartnerEffect& effect : analysis.partner_effects) {
    rows.push_back({"partner effects (Benjamini–Hochberg)",
                    fmt::format("{} of A with B at {}", name_of(effect.response), effect.setting),
                    "%", effect.summary.percent, effect.summary.interval_percent, effect.t_test,
                    effect.adjusted_p, none});
  }
  for (const analyse::EffectGrouping& grouping : analysis.groupings) {
    rows.push_back({"effects by kind of pair (Benjamini–Hochberg)",
                    fmt::format("{} by {}", grouping.effect, grouping.by), "partial omega squared",
                    grouping.omega_squared.value, grouping.omega_squared.interval, grouping.anova,
                    grouping.adjusted_p, none});
  }
  return rows;
}

}  // namespace

std::vector<CsvTable> csv_tables(const StudyAnalysis& analysis) {
  Tables tables;
  tables.add("runs", run_columns(), analysis.runs);
  tables.add("trainings", training_columns(), analysis.trainings);
  std::vector<EffectRow> effects;
  std::vector<analyse::Sensitivity> sensitivities;
  for (const analyse::PairAnalysis& pair : analysis.pairs) {
    for (const analyse::BlockEffects& block : pair.effects) {
      for (const analyse::EffectColumn& effect : analyse::effect_columns()) {
        effects.push_back({&pair, &block, &effect});
      }
    }
    sensitivities.insert(sensitivities.end(), pair.sensitivities.begin(), pair.sensitivities.end());
  }
  tables.add("effects", effect_columns(), effects);
  tables.add("sensitivities", sensitivity_columns(), sensitivities);
  tables.add("tests", test_columns(), test_rows(analysis));
  return tables.finish();
}

}  // namespace tandem::report
