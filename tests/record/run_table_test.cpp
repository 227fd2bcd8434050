#include "record/run_table.h"

#include <gmock/gmock.h>

#include <cmath>
#include <sstream>

#include "core/error.h"

namespace tandem::record {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto mapping = R"({
  "name": "Elsewhere",
  "ignored": ["comment"],
  "missing": ["NA"],
  "columns": {
    "model": "model", "partner": "beside", "run": "id", "repetition": "rep",
    "outcome": {"column": "status", "ok": ["ok"]},
    "hyperparameters": {"learning_rate": "lr", "epochs": "epochs"},
    "energy": {"column": "kJ", "unit": "kJ", "of": "training", "measured_by": "wall meter"},
    "duration": {"column": "minutes", "unit": "min"},
    "performance": "accuracy"
  },
  "models": {
    "mnist": {"defaults": {"learning_rate": 0.01, "epochs": 10},
              "metric": {"name": "accuracy", "direction": "higher_is_better"}},
    "word_lm": {"defaults": {"learning_rate": 1, "epochs": 4},
                "metric": {"name": "perplexity", "direction": "lower_is_better"}}
  }
})";
constexpr auto header = "model,beside,id,rep,status,lr,epochs,kJ,minutes,accuracy,comment\n";

TableMap map_of(const std::string& text) {
  return parse_table_map(core::parse_json(text, "map.json"), "map.json");
}

RunTable table_of(const std::string& rows, const std::string& map = mapping,
                  const std::string& first_row = header) {
  std::istringstream in(first_row + rows);
  return read_run_table(in, "runs.csv", map_of(map));
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  return text.replace(text.find(what), what.size(), with);
}

template <typename Action>
std::string message_of(Action action) {
  try {
    action();
  } catch (const core::UserError& error) {
    std::string message;
    for (const core::Problem& problem : error.problems()) {
      message += problem.place + ": " + problem.found + "; expected " + problem.expected + "\n";
    }
    return message;
  }
  return "no error";
}

std::string only_problem(const std::string& rows, const std::string& map = mapping,
                         const std::string& first_row = header) {
  const RunTable table = table_of(rows, map, first_row);
  if (table.problem_count != 1) return std::to_string(table.problem_count) + " problems";
  const TableProblem& problem = table.problems.front();
  return "row " + std::to_string(problem.row) + ", " + problem.column + ": " + problem.found +
         "; expected " + problem.expected + (problem.row_left_out ? "; left out" : "");
}

TEST(RunTable, ConvertsUnitsAndFindsWhatWasChanged) {
  const RunTable table = table_of(
      "mnist,,r1,1,ok,0.01,10,2,1.5,0.98,\n"
      "word_lm,mnist,r2,2,crashed,1,6,0.5,0.25,120,\"x, y\"\n");
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_THAT(table.problems, IsEmpty());
  EXPECT_THAT(table.unmapped_columns, IsEmpty());
  const TableRow& alone = table.rows[0];
  EXPECT_TRUE(alone.alone() && alone.ok);
  EXPECT_EQ(alone.changed, TableRow::none);
  EXPECT_EQ(alone.energy_j, 2000);
  EXPECT_EQ(alone.duration_s, 90);
  EXPECT_EQ(alone.performance, 0.98);
  const TableRow& beside = table.rows[1];
  EXPECT_EQ(table.map.models[beside.model].name, "word_lm");
  EXPECT_EQ(table.map.models[beside.partner].name, "mnist");
  EXPECT_FALSE(beside.ok);
  EXPECT_EQ(table.hyperparameters[beside.changed], "epochs");
  EXPECT_EQ(beside.value, 6);
  EXPECT_EQ(beside.repetition, 2);
  EXPECT_EQ(beside.row, 3u);
  EXPECT_NE(beside.run, alone.run);
}

TEST(RunTable, ReadsDecimalCommasWhereTheyAreDeclared) {
  const std::string map =
      replaced(mapping, "\"ignored\"", "\"separator\": \";\", \"decimal\": \",\", \"ignored\"");
  std::string rows = header;
  std::ranges::replace(rows, ',', ';');
  EXPECT_EQ(table_of("mnist;;r1;1;ok;0,01;10;2,5;1;0,98;\n", map, rows).rows.at(0).energy_j, 2500);
  EXPECT_THAT(only_problem("mnist;;r1;1;ok;0,01;10;2.5;1;0,98;\n", map, rows),
              HasSubstr("row 2, kJ: \"2.5\"; expected a number"));
}

TEST(RunTable, CountsEmptyCellsAsMissing) {
  const RunTable table =
      table_of("mnist,,r1,1,ok,0.01,10,,NA,0.9,\nmnist,,r2,2,ok,0.01,10,,1,0.9,\n");
  EXPECT_EQ(table.missing_cells.at("kJ"), 2u);
  EXPECT_EQ(table.missing_cells.at("minutes"), 1u);
  EXPECT_TRUE(std::isnan(table.rows.at(0).energy_j));
  EXPECT_THAT(table.problems, IsEmpty());
}

TEST(RunTable, ListsCellsThatAreNoNumbersWithRowAndColumn) {
  EXPECT_EQ(only_problem("mnist,,r1,1,ok,0.01,10,2 kJ,1,0.9,\n"),
            "row 2, kJ: \"2 kJ\"; expected a number without its unit, which the mapping says");
  EXPECT_EQ(only_problem("mnist,,r1,1,ok,0.01,10,2,1,inf,\n"),
            "row 2, accuracy: \"inf\"; expected a number");
  EXPECT_EQ(only_problem("mnist,,r1,1,ok,0.01,10,\"1,234\",1,0.9,\n"),
            "row 2, kJ: \"1,234\"; expected a number without its unit, which the mapping says");
  EXPECT_EQ(only_problem("mnist,,r1,1,ok,0.01,10,-2,1,0.9,\n"),
            "row 2, kJ: \"-2\"; expected more than 0");
  EXPECT_EQ(only_problem("mnist,,r1,1,ok,0.01,10,2,0,0.9,\n"),
            "row 2, minutes: \"0\"; expected more than 0");
}

TEST(RunTable, LeavesOutRowsWhosePlaceInTheStudyIsUnclear) {
  EXPECT_EQ(only_problem("mnits,,r1,1,ok,0.01,10,2,1,0.9,\n"),
            "row 2, model: \"mnits\"; expected a model of the mapping, perhaps mnist; left out");
  EXPECT_EQ(only_problem("mnist,mnist,r1,1,ok,0.01,10,2,1,0.9,\n"),
            "row 2, beside: \"mnist\"; expected another model than the row's own; left out");
  EXPECT_EQ(only_problem("mnist,,r1,0,ok,0.01,10,2,1,0.9,\n"),
            "row 2, rep: \"0\"; expected a whole number, from 1; left out");
  EXPECT_EQ(only_problem("mnist,,r1,1,ok,,10,2,1,0.9,\n"),
            "row 2, lr: \"\"; expected a number; left out");
  EXPECT_EQ(only_problem("mnist,,r1,1,ok,0.02,20,2,1,0.9,\n"),
            "row 2, lr: \"0.02\"; expected the default, 0.01: epochs is changed already; left out");
  EXPECT_EQ(only_problem("mnist,,r1,1\n"),
            "row 2, : 4 cells; expected 11, as in the header; left out");
  EXPECT_EQ(table_of("mnist,,r1,1\n").rows_left_out, 1u);
}

TEST(RunTable, DoubtsUnitsThatMakeAnImpossiblePower) {
  EXPECT_EQ(only_problem("mnist,,r1,1,ok,0.01,10,2,0.00001,0.9,\n"),
            "row 2, kJ: 2e+03 J in 0.0006 s, which is 3.33e+06 W; expected another power: is the "
            "unit of the energy or of the duration right?");
}

TEST(RunTable, KeepsTheFirstProblemsAndCountsTheRest) {
  std::string rows;
  for (int i = 0; i < 300; ++i) rows += "x,,r,1,ok,0.01,10,2,1,0.9,\n";
  const RunTable table = table_of(rows);
  EXPECT_EQ(table.problem_count, 300u);
  EXPECT_EQ(table.problems.size(), RunTable::most_problems);
}

TEST(RunTable, NamesColumnsThatAreNotMapped) {
  EXPECT_THAT(table_of("", mapping, replaced(header, "comment", "comment,host")).unmapped_columns,
              ElementsAre("host"));
}

TEST(RunTable, RefusesAHeaderWithoutTheMappedColumns) {
  EXPECT_EQ(message_of([] { table_of("", mapping, replaced(header, "minutes", "minuets")); }),
            "row 1: no column \"minutes\"; expected perhaps minuets\n");
  EXPECT_EQ(message_of([] { table_of("", mapping, replaced(header, ",id,", ",rep,")); }),
            "row 1: the column \"rep\" twice; expected once\n"
            "row 1: no column \"id\"; expected perhaps kJ, lr or beside\n");
  EXPECT_EQ(message_of([] { table_of("", mapping, ""); }),
            "row 1: an empty file; expected a header with column names\n");
}

TEST(TableMap, TakesAColumnThatNamesWhatWasChanged) {
  const std::string map = R"({"name": "x", "columns": {"model": "m", "partner": "p",
      "hyperparameter": "what", "value": "to", "duration": {"column": "s", "unit": "s"}},
      "models": {"a": {"defaults": {"epochs": 10}}, "b": {}}})";
  const std::string columns = "m,p,what,to,s\n";
  const RunTable table = table_of("a,b,,,5\na,b,epochs,10,5\na,b,epochs,20,9\n", map, columns);
  EXPECT_EQ(table.rows.at(0).changed, TableRow::none);
  EXPECT_EQ(table.rows.at(1).changed, TableRow::none);
  EXPECT_EQ(table.hyperparameters.at(table.rows.at(2).changed), "epochs");
  EXPECT_EQ(only_problem("b,a,epochs,20,9\n", map, columns),
            "row 2, what: \"epochs\"; expected a hyperparameter whose default for b is in the "
            "mapping; left out");
}

TEST(TableMap, ReportsEveryMistakeWithItsPath) {
  const auto mistakes = [](const std::string& what, const std::string& with) {
    return message_of([&] { map_of(replaced(mapping, what, with)); });
  };
  EXPECT_EQ(mistakes("\"unit\": \"kJ\"", "\"unit\": \"kj\""),
            "$.columns.energy.unit: \"kj\"; expected a unit: J, kJ, MJ, mJ, Wh or kWh\n");
  EXPECT_EQ(mistakes("\"of\": \"training\", ", ""),
            "$.columns.energy.of: nothing; expected training, or run where a pair's "
            "rows hold the energy that both used together\n");
  EXPECT_THAT(mistakes("\"lower_is_better\"", "\"down\""),
              HasSubstr("$.models.word_lm.metric.direction: \"down\"; expected "
                        "higher_is_better or lower_is_better"));
  EXPECT_THAT(
      mistakes("\"model\": \"model\"", "\"modle\": \"model\""),
      testing::AllOf(HasSubstr("$.columns.modle: an unknown member; expected perhaps model"),
                     HasSubstr("$.columns.model: nothing")));
  EXPECT_THAT(mistakes("\"epochs\": 10", "\"epoch\": 10"),
              HasSubstr("$.models.mnist.defaults.epochs: nothing; expected the default that "
                        "the values in column \"epochs\" are compared with"));
  EXPECT_THAT(mistakes("\"repetition\": \"rep\"", "\"repetition\": \"id\""),
              HasSubstr("$.columns: \"id\" twice; expected a column of its own for each"));
  EXPECT_THAT(mistakes("\"run\": \"id\"", "\"value\": \"id\""),
              HasSubstr("expected either hyperparameters, or hyperparameter and value"));
  EXPECT_THAT(mistakes("\"word_lm\"", "\"default\""),
              HasSubstr("$.models.default: a model called default; expected a name"));
  EXPECT_THAT(message_of([] { map_of("[]"); }), HasSubstr("$: []; expected an object"));
}

}  // namespace
}  // namespace tandem::record
