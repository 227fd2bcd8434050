#include <cmath>
#include <sstream>
#include <string>

#include "core/error.h"
#include "fuzz.h"
#include "record/run_table.h"

using tandem::fuzz::as_text;
using tandem::fuzz::require;
using tandem::record::RunTable;
using tandem::record::TableMap;
using tandem::record::TableRow;

namespace {

TableMap mapping() {
  const auto document = tandem::core::parse_json(R"({
    "name": "t", "missing": ["NA"], "decimal": ",", "separator": ";",
    "columns": {"model": "m", "partner": "p", "run": "r", "repetition": "n",
                "outcome": {"column": "o", "ok": ["ok"]}, "hyperparameters": {"lr": "l", "ep": "e"},
                "energy": {"column": "j", "unit": "kJ", "of": "run", "measured_by": "x"},
                "duration": {"column": "s", "unit": "min"}, "performance": "a"},
    "models": {"A": {"defaults": {"lr": 1, "ep": 2}, "metric": {"name": "a", "direction": "higher_is_better"}},
               "B": {"defaults": {"lr": 3, "ep": 4}, "metric": {"name": "a", "direction": "lower_is_better"}}}})",
                                                 "map.json");
  return tandem::record::parse_table_map(document, "map.json");
}

void require_positive(double figure) {
  require(std::isnan(figure) || figure > 0, "more than 0 or missing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TableMap map = mapping();
  std::istringstream in("m;p;r;n;o;l;e;j;s;a\n" + std::string(as_text(data, size)));
  try {
    const RunTable table = tandem::record::read_run_table(in, "table.csv", map);
    require(table.rows.size() + table.rows_left_out == table.rows_read,
            "each row is kept or counted");
    require(table.problem_count >= table.rows_left_out, "what is left out is told");
    for (const TableRow& row : table.rows) {
      require(row.model < 2 && (row.alone() || (row.partner < 2 && row.partner != row.model)),
              "models");
      require(row.repetition >= 1, "repetitions count from 1");
      require(row.changed == TableRow::none || row.changed < table.hyperparameters.size(), "names");
      require(row.changed == TableRow::none || std::isfinite(row.value),
              "a changed value is there");
      require_positive(row.energy_j);
      require_positive(row.duration_s);
      require(!std::isinf(row.performance), "finite or missing");
    }
  } catch (const tandem::core::UserError&) {
  }
  return 0;
}
