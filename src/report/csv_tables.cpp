#include "report/csv_tables.h"

#include <fmt/format.h>

#include <functional>
#include <map>

#include "report/result_dictionary.h"

namespace tandem::report {
namespace {

using analyse::EffectSummary;
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
  void add(const std::string& name, const std::string& row_is,
           const std::vector<Column<Item>>& columns, const std::vector<Item>& items) {
    std::string content;
    DescribedTable& described = dictionary_.emplace_back(DescribedTable{name + ".csv", row_is, {}});
    for (const Column<Item>& column : columns) {
      content += (content.empty() ? "" : ",") + column.name;
      described.columns.push_back({column.name, column.unit, column.meaning});
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

  /// Adds the tables that are about the others.
  void finish() {
    dictionary_.push_back(
        {"missing.csv",
         "an empty cell of another table",
         {{"table", "text", "the table with the empty cell"},
          {"row", "whole number", "its row there: 1 is the first below the header"},
          {"column", "text", "its column"},
          {"reason", "text", "why there is no number"}}});
    tables_.push_back({"missing.csv", missing_.content});
    std::string dictionary = "table,column,unit,meaning\n";
    for (const DescribedTable& table : dictionary_) {
      const std::string name = table.file.substr(0, table.file.find('.'));
      for (const DescribedColumn& column : table.columns) {
        dictionary += fmt::format("{},{},{},{}\n", name, column.name, quoted(column.unit),
                                  quoted(column.meaning));
      }
    }
    tables_.push_back({"dictionary.csv", dictionary});
  }
  const std::vector<CsvTable>& tables() const { return tables_; }
  const std::vector<DescribedTable>& dictionary() const { return dictionary_; }

 private:
  std::vector<CsvTable> tables_;
  std::vector<DescribedTable> dictionary_;
  MissingCells missing_;
};

std::string joined_names(const std::vector<core::Caution>& cautions) {
  std::string names;
  for (const core::Caution& caution : cautions) names += (names.empty() ? "" : " ") + caution.name;
  return names;
}

Reading of_import(const analyse::RunStatus& run, Reading record::ImportRecord::*figure) {
  if (!run.measured) return Reading::missing(run.message);
  if (!run.measured->imported) return Reading::missing("not an imported run");
  return *run.measured->imported.*figure;
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
      text<Run>("device", "that made it, of several as the study names them; empty with one",
                [](const Run& run) { return run.device; }),
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
      text<Run>("imported_from", "file and rows of a run that was measured elsewhere; else empty",
                [](const Run& run) {
                  return run.measured && run.measured->imported ? run.measured->imported->source
                                                                : std::string();
                }),
      number<Run>("stated_energy_joules", "J", "of an imported run: what its source states",
                  [](const Run& run) {
                    return of_import(run, &record::ImportRecord::stated_energy_joules);
                  }),
      number<Run>("stated_energy_difference_percent", "%",
                  "(energy from the trace − stated) / stated",
                  [](const Run& run) {
                    return of_import(run, &record::ImportRecord::energy_difference_percent);
                  }),
      number<Run>("start_temperature_c", "°C", "of the GPU at the start",
                  [](const Run& run) {
                    if (!run.measured) return Reading::missing(run.message);
                    return run.measured->gpu ? run.measured->gpu->at_start.temperature_c
                                             : Reading::missing("no GPU");
                  }),
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
      text<Training>("scale", "full, quick, or not stated of an imported run",
                     [](const Training& row) { return row.scale; }),
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

/// Low or high end of an interval.
Reading limit_of(const std::optional<analyse::Interval>& interval, bool low) {
  if (!interval) return Reading::missing("no interval");
  return low ? interval->low : interval->high;
}

struct PairRow {
  const analyse::PairAnalysis* pair;
  const EffectSummary* with;
  const EffectSummary* without;       ///< null where no run is marked: the same
  const analyse::PairAdvice* advice;  ///< null for effects that none rests on
};

std::vector<Column<PairRow>> pair_columns() {
  const auto without = [](const PairRow& row) -> const EffectSummary& {
    return row.without != nullptr ? *row.without : *row.with;
  };
  return {
      whole<PairRow>("pair", "number of the pair in the study, from 1",
                     [](const PairRow& row) { return static_cast<long long>(row.pair->number); }),
      text<PairRow>("a", "workload A", [](const PairRow& row) { return row.pair->a; }),
      text<PairRow>("b", "workload B", [](const PairRow& row) { return row.pair->b; }),
      text<PairRow>("type", "memory classes of A and B",
                    [](const PairRow& row) { return row.pair->type; }),
      text<PairRow>("complementarity", "complementary, competing or neutral",
                    [](const PairRow& row) { return row.pair->complementarity; }),
      number<PairRow>("memory_mb", "MB", "the catalogue's memory of both models",
                      [](const PairRow& row) { return Reading(row.pair->memory_mb); }),
      number<PairRow>("gpu_util_percent", "%", "the catalogue's GPU utilisation of both models",
                      [](const PairRow& row) { return Reading(row.pair->gpu_util_percent); }),
      text<PairRow>("effect", "as in effects.csv",
                    [](const PairRow& row) { return row.with->effect; }),
      whole<PairRow>("n", "independent values",
                     [](const PairRow& row) { return static_cast<long long>(row.with->n); }),
      number<PairRow>("percent", "%", "mean effect",
                      [](const PairRow& row) { return row.with->percent; }),
      number<PairRow>(
          "low", "%", "95 % interval",
          [](const PairRow& row) { return limit_of(row.with->interval_percent, true); }),
      number<PairRow>(
          "high", "%", "95 % interval",
          [](const PairRow& row) { return limit_of(row.with->interval_percent, false); }),
      whole<PairRow>("n_without_marked", "the same without the runs that are marked doubtful",
                     [=](const PairRow& row) { return static_cast<long long>(without(row).n); }),
      number<PairRow>("percent_without_marked", "%", "mean effect without them",
                      [=](const PairRow& row) { return without(row).percent; }),
      number<PairRow>(
          "low_without_marked", "%", "95 % interval without them",
          [=](const PairRow& row) { return limit_of(without(row).interval_percent, true); }),
      number<PairRow>(
          "high_without_marked", "%", "95 % interval without them",
          [=](const PairRow& row) { return limit_of(without(row).interval_percent, false); }),
      text<PairRow>("advice", "together, apart, undecided or unknown; empty for other effects",
                    [](const PairRow& row) {
                      return row.advice == nullptr ? "" : name_of(row.advice->verdict);
                    }),
      text<PairRow>("rank", "1 + pairs whose interval is wholly better; empty without an interval",
                    [](const PairRow& row) {
                      const bool ranked = row.advice != nullptr && row.advice->rank > 0;
                      return ranked ? std::to_string(row.advice->rank) : "";
                    }),
  };
}

std::vector<PairRow> pair_rows(const StudyAnalysis& analysis) {
  std::map<std::string, std::vector<const analyse::PairAdvice*>> advice_on;
  for (const analyse::Advice& advice : analysis.advice) {
    std::vector<const analyse::PairAdvice*>& of_pair = advice_on[advice.effect];
    of_pair.resize(analysis.pairs.size());
    for (const analyse::PairAdvice& entry : advice.pairs) of_pair[entry.pair] = &entry;
  }
  std::vector<PairRow> rows;
  for (size_t i = 0; i < analysis.pairs.size(); ++i) {
    const analyse::PairAnalysis& pair = analysis.pairs[i];
    for (size_t effect = 0; effect < pair.summaries.size(); ++effect) {
      PairRow row{&pair, &pair.summaries[effect], nullptr, nullptr};
      if (i < analysis.without_marked.pair_summaries.size()) {
        row.without = &analysis.without_marked.pair_summaries[i][effect];
      }
      const auto advice = advice_on.find(row.with->effect);
      if (advice != advice_on.end()) row.advice = advice->second[i];
      rows.push_back(row);
    }
  }
  return rows;
}

struct PointRow {
  const analyse::PairAnalysis* pair;
  const analyse::TradeOffPoint* point;
};

std::vector<Column<PointRow>> point_columns() {
  return {
      whole<PointRow>("pair", "number of the pair in the study, from 1",
                      [](const PointRow& row) { return static_cast<long long>(row.pair->number); }),
      text<PointRow>("setting", "of B", [](const PointRow& row) { return row.point->setting; }),
      text<PointRow>("mode", "solo or concurrent",
                     [](const PointRow& row) {
                       return std::string(row.point->concurrent ? "concurrent" : "solo");
                     }),
      whole<PointRow>("n", "runs behind the means",
                      [](const PointRow& row) { return static_cast<long long>(row.point->n); }),
      number<PointRow>("energy_joules", "J", "of B; in a pair its share",
                       [](const PointRow& row) { return row.point->energy_joules; }),
      number<PointRow>("performance", "see trainings.csv", "of B",
                       [](const PointRow& row) { return row.point->performance; }),
      number<PointRow>("duration_seconds", "s", "of B",
                       [](const PointRow& row) { return row.point->duration_seconds; }),
      number<PointRow>("energy_delay_product", "J s", "energy × duration",
                       [](const PointRow& row) { return row.point->energy_delay_product; }),
      number<PointRow>("marginal_efficiency", "1/J",
                       "gain of performance / increase of energy against the default",
                       [](const PointRow& row) { return row.point->marginal_efficiency; }),
      flag<PointRow>("on_pareto_front",
                     "no other setting is as good in energy and performance and "
                     "better in one",
                     [](const PointRow& row) { return row.point->on_pareto_front; }),
      number<PointRow>("front_probability", "1", "share of bootstrap resamples on the front",
                       [](const PointRow& row) { return row.point->front_probability; }),
      number<PointRow>("weighted_cost", "1", "with the weights that were given (docs/analysis.md)",
                       [](const PointRow& row) { return row.point->weighted_cost; }),
  };
}

struct BestRow {
  const analyse::PairAnalysis* pair;
  const analyse::BestSetting* best;
};

std::vector<Column<BestRow>> best_columns() {
  return {
      whole<BestRow>("pair", "number of the pair in the study, from 1",
                     [](const BestRow& row) { return static_cast<long long>(row.pair->number); }),
      text<BestRow>("objective",
                    "performance, energy, energy_delay_product, energy_efficiency or weighted_cost",
                    [](const BestRow& row) { return row.best->objective; }),
      text<BestRow>("solo", "best setting of B alone; empty where it isn't known",
                    [](const BestRow& row) { return row.best->solo; }),
      text<BestRow>("concurrent", "best setting of B beside A",
                    [](const BestRow& row) { return row.best->concurrent; }),
      flag<BestRow>("moves", "whether they differ",
                    [](const BestRow& row) { return row.best->moves(); }),
      number<BestRow>("solo_probability", "1", "share of resamples in which it is the best alone",
                      [](const BestRow& row) { return row.best->solo_probability; }),
      number<BestRow>("concurrent_probability", "1", "the same beside A",
                      [](const BestRow& row) { return row.best->concurrent_probability; }),
      number<BestRow>("moves_probability", "1", "share of resamples in which the two differ",
                      [](const BestRow& row) { return row.best->moves_probability; }),
  };
}

std::vector<Column<analyse::PartnerResponse>> partner_columns() {
  using Entry = analyse::PartnerResponse;
  return {
      whole<Entry>("pair", "number of the pair in the study, from 1",
                   [](const Entry& row) { return static_cast<long long>(row.pair) + 1; }),
      text<Entry>("setting", "of B", [](const Entry& row) { return row.setting; }),
      whole<Entry>("repetition", "of the study, from 1",
                   [](const Entry& row) { return row.repetition; }),
      text<Entry>("response", "of A: performance, energy or duration",
                  [](const Entry& row) { return name_of(row.response); }),
      number<Entry>("change", "ratio", "against A beside B at its default; 0.1 is 10 %",
                    [](const Entry& row) { return row.change; }),
  };
}

std::vector<Column<analyse::NoiseFloor>> noise_columns() {
  using Entry = analyse::NoiseFloor;
  return {
      text<Entry>("response", "performance, energy or duration",
                  [](const Entry& row) { return name_of(row.response); }),
      text<Entry>(
          "mode", "solo or concurrent",
          [](const Entry& row) { return std::string(row.concurrent ? "concurrent" : "solo"); }),
      whole<Entry>("experiments", "made at least twice",
                   [](const Entry& row) { return static_cast<long long>(row.experiments); }),
      whole<Entry>("n", "runs of them",
                   [](const Entry& row) { return static_cast<long long>(row.n); }),
      number<Entry>("percent", "%", "root mean square difference of two runs of one experiment",
                    [](const Entry& row) { return row.percent; }),
  };
}

std::vector<Column<analyse::Finding>> finding_columns() {
  using Entry = analyse::Finding;
  return {
      text<Entry>("topic", "what it is about", [](const Entry& row) { return row.topic; }),
      text<Entry>("question", "RQ1 to RQ4 or H0; empty for none",
                  [](const Entry& row) { return row.question; }),
      text<Entry>("verdict", "of a single test, see docs/analysis.md; empty for several",
                  [](const Entry& row) { return row.verdict; }),
      text<Entry>("text", "the sentence", [](const Entry& row) { return row.text; }),
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
  analyse::TestResult alternative;
  analyse::TestResult equivalence;
  bool marked_left_out = false;
};

std::vector<Column<TestRow>> test_columns() {
  return {
      text<TestRow>("family", "the tests that were adjusted together",
                    [](const TestRow& row) { return row.family; }),
      text<TestRow>("of", "what was tested", [](const TestRow& row) { return row.of; }),
      flag<TestRow>("marked_left_out", "true: without the runs that are marked doubtful",
                    [](const TestRow& row) { return row.marked_left_out; }),
      text<TestRow>("unit", "of estimate and interval",
                    [](const TestRow& row) { return row.unit; }),
      number<TestRow>("estimate", "see unit", "of the effect",
                      [](const TestRow& row) { return row.estimate; }),
      number<TestRow>("low", "see unit", "95 % interval; of omega squared 90 %",
                      [](const TestRow& row) { return limit_of(row.interval, true); }),
      number<TestRow>("high", "see unit", "the same",
                      [](const TestRow& row) { return limit_of(row.interval, false); }),
      whole<TestRow>("n", "values that entered",
                     [](const TestRow& row) { return static_cast<long long>(row.test.n); }),
      text<TestRow>("test", "its name", [](const TestRow& row) { return row.test.name; }),
      number<TestRow>("statistic", "1", "of the test",
                      [](const TestRow& row) { return row.test.statistic; }),
      number<TestRow>("p_value", "1", "raw", [](const TestRow& row) { return row.test.p_value; }),
      number<TestRow>("adjusted_p", "1", "within the family",
                      [](const TestRow& row) { return row.adjusted_p; }),
      text<TestRow>("rank_test", "the rank alternative's name",
                    [](const TestRow& row) { return row.alternative.name; }),
      number<TestRow>("rank_p", "1", "its raw p-value",
                      [](const TestRow& row) { return row.alternative.p_value; }),
      number<TestRow>("equivalence_p", "1", "of TOST with the study's bound",
                      [](const TestRow& row) { return row.equivalence.p_value; }),
  };
}

void add_effect_tests(const std::vector<analyse::OverallEffect>& effects, bool marked_left_out,
                      std::vector<TestRow>& rows) {
  for (const analyse::OverallEffect& effect : effects) {
    rows.push_back({"overall effects (Holm)", effect.summary.effect, "%", effect.summary.percent,
                    effect.summary.interval_percent, effect.t_test, effect.adjusted_p,
                    effect.wilcoxon_test, effect.equivalence.test, marked_left_out});
  }
}

void add_sensitivity_test(const analyse::SensitivityTest& test, const std::string& family,
                          const std::string& where, bool marked_left_out,
                          std::vector<TestRow>& rows) {
  rows.push_back(
      {family,
       fmt::format("sensitivity of {} to {}{}", name_of(test.response), test.hyperparameter, where),
       "difference of log forms", test.difference.mean, test.difference.interval, test.t_test,
       test.adjusted_p, test.wilcoxon_test, test.equivalence.test, marked_left_out});
}

void add_sensitivity_tests(const std::vector<analyse::SensitivityTest>& tests, bool marked_left_out,
                           std::vector<TestRow>& rows) {
  for (const analyse::SensitivityTest& test : tests) {
    add_sensitivity_test(
        test, test.confirmatory ? "H0 (Holm)" : "other sensitivities (Benjamini–Hochberg)", "",
        marked_left_out, rows);
  }
}

/// The tests of RQ2 and RQ3, and of what no one asked for.
void add_exploratory_tests(const StudyAnalysis& analysis, std::vector<TestRow>& rows) {
  const analyse::TestResult no_equivalence =
      analyse::no_test("", 0, "equivalence is not tested in this family");
  const analyse::TestResult no_rank_test =
      analyse::no_test("", 0, "no rank alternative in this family");
  for (const analyse::PartnerEffect& effect : analysis.partner_effects) {
    rows.push_back({"partner effects (Benjamini–Hochberg)",
                    fmt::format("{} of A with B at {}", name_of(effect.response), effect.setting),
                    "%", effect.summary.percent, effect.summary.interval_percent, effect.t_test,
                    effect.adjusted_p, effect.wilcoxon_test, no_equivalence});
  }
  const auto add_kinds = [&](const char* family, const std::string& of, const auto& grouping) {
    rows.push_back({family, of, "partial omega squared", grouping.omega_squared.value,
                    grouping.omega_squared.interval, grouping.anova, grouping.adjusted_p,
                    grouping.kruskal_wallis, no_equivalence});
  };
  for (const analyse::EffectGrouping& grouping : analysis.groupings) {
    add_kinds("effects by kind of pair (Benjamini–Hochberg)",
              fmt::format("{} by {}", grouping.effect, grouping.by), grouping);
  }
  for (const analyse::SensitivityGrouping& grouping : analysis.sensitivity_groupings) {
    add_kinds("change of sensitivity by kind of pair (Benjamini–Hochberg)",
              fmt::format("sensitivity of {} to {} by {}", name_of(grouping.response),
                          grouping.hyperparameter, grouping.by),
              grouping);
  }
  for (const analyse::KindInteraction& interaction : analysis.kind_interactions) {
    rows.push_back({"change of sensitivity by kind and hyperparameter (Benjamini–Hochberg)",
                    fmt::format("sensitivity of {}: {} (by {})", name_of(interaction.response),
                                interaction.term, interaction.by),
                    "partial omega squared", interaction.omega_squared.value,
                    interaction.omega_squared.interval, interaction.anova, interaction.adjusted_p,
                    no_rank_test, no_equivalence});
  }
  for (const analyse::PairRelation& relation : analysis.relations) {
    rows.push_back(
        {"effects against the pair's needs (Benjamini–Hochberg)",
         fmt::format("{} per {:g} of {}", relation.effect, relation.step, relation.predictor),
         "percentage points", relation.slope.value, relation.slope.interval, relation.t_test,
         relation.adjusted_p, relation.rank.test, no_equivalence});
  }
  for (const analyse::CovariateEffect& effect : analysis.covariates) {
    rows.push_back({"covariates (Benjamini–Hochberg)",
                    fmt::format("{} per {:g} {} of {}", effect.response, effect.step, effect.unit,
                                effect.covariate),
                    "%", effect.percent.value, effect.percent.interval, effect.t_test,
                    effect.adjusted_p, no_rank_test, no_equivalence});
  }
}

std::vector<TestRow> test_rows(const StudyAnalysis& analysis) {
  std::vector<TestRow> rows;
  add_effect_tests(analysis.overall, false, rows);
  add_sensitivity_tests(analysis.sensitivity_tests, false, rows);
  for (const analyse::PairSensitivityTest& within : analysis.sensitivity_tests_within_pairs) {
    add_sensitivity_test(within.test, "H0 within pairs (Benjamini–Hochberg)",
                         fmt::format(", pair {}", within.pair + 1), false, rows);
  }
  add_exploratory_tests(analysis, rows);
  add_effect_tests(analysis.without_marked.overall, true, rows);
  add_sensitivity_tests(analysis.without_marked.sensitivity_tests, true, rows);
  return rows;
}

Tables tables_of(const StudyAnalysis& analysis) {
  Tables tables;
  tables.add("runs", "a planned run", run_columns(), analysis.runs);
  tables.add("trainings", "a training of a run", training_columns(), analysis.trainings);
  std::vector<EffectRow> effects;
  std::vector<PointRow> points;
  std::vector<BestRow> best;
  std::vector<analyse::PartnerResponse> partners;
  for (const analyse::PairAnalysis& pair : analysis.pairs) {
    for (const analyse::BlockEffects& block : pair.effects) {
      for (const analyse::EffectColumn& effect : analyse::effect_columns()) {
        effects.push_back({&pair, &block, &effect});
      }
    }
    partners.insert(partners.end(), pair.partner_responses.begin(), pair.partner_responses.end());
    for (const analyse::TradeOffPoint& point : pair.trade_off.points) {
      points.push_back({&pair, &point});
    }
    for (const analyse::BestSetting& setting : pair.trade_off.best) {
      best.push_back({&pair, &setting});
    }
  }
  tables.add("effects", "an effect of a pair at a setting in a repetition", effect_columns(),
             effects);
  tables.add("sensitivities",
             "a response of B to a level of a hyperparameter in a mode and repetition",
             sensitivity_columns(), analyse::sensitivities_of(analysis));
  tables.add("partner_responses", "a response of A to B's setting in a repetition",
             partner_columns(), partners);
  tables.add("pairs", "an effect of a pair, over its blocks", pair_columns(), pair_rows(analysis));
  tables.add("trade_off", "a setting of a pair in a mode", point_columns(), points);
  tables.add("best_settings", "an objective of a pair", best_columns(), best);
  tables.add("tests", "a test over the study", test_columns(), test_rows(analysis));
  tables.add("noise_floors", "a response in a mode", noise_columns(), analysis.noise_floors);
  tables.add("findings", "a sentence of the report", finding_columns(), analysis.findings);
  tables.finish();
  return tables;
}

}  // namespace

std::vector<CsvTable> csv_tables(const StudyAnalysis& analysis) {
  return tables_of(analysis).tables();
}

std::vector<DescribedTable> data_dictionary() {
  return tables_of(StudyAnalysis()).dictionary();
}

std::string data_dictionary_markdown() {
  std::string text =
      "# Data dictionary\n\n"
      "What the columns of `tandem analyse STUDY --csv DIR` and `tandem export STUDY --format csv` "
      "hold, and below them what\n"
      "the other formats of `tandem export` hold; the same stands in their `dictionary.csv` and "
      "`dictionary.json`.\nCSV as in RFC 4180, UTF-8, a header, `.` in numbers; an empty cell has "
      "no "
      "number, and `missing.csv` says\nwhy. A text that a spreadsheet would take for a formula has "
      "an apostrophe before it. This page is written by\n`build/dev/bin/make_data_dictionary`.\n";
  for (const DescribedTable& table : data_dictionary()) {
    text += fmt::format("\n## {}\nA row is {}.\n\n| column | unit | meaning |\n|---|---|---|\n",
                        table.file, table.row_is);
    for (const DescribedColumn& column : table.columns) {
      text += fmt::format("| `{}` | {} | {} |\n", column.name, column.unit, column.meaning);
    }
  }
  return text + result_dictionary_markdown();
}

}  // namespace tandem::report
