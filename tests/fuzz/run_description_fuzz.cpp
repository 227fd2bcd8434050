#include <algorithm>
#include <sstream>
#include <string>

#include "core/error.h"
#include "fuzz.h"
#include "record/imported_study.h"
#include "record/run_descriptions.h"

using tandem::core::Json;
using tandem::fuzz::as_text;
using tandem::fuzz::require;
namespace record = tandem::record;

namespace {

record::TableMap mapping() {
  const auto document = tandem::core::parse_json(R"({
    "name": "t", "trainings": "x",
    "columns": {"model": "m", "partner": "p", "run": "r", "repetition": "n.n",
                "outcome": {"column": "o", "ok": ["ok"]}, "hyperparameters": {"lr": "l"},
                "energy": {"column": "j", "unit": "J", "of": "run", "measured_by": "x"}},
    "models": {"A": {"defaults": {"lr": 1}}, "B": {"defaults": {"lr": 3}}},
    "traces": {"file": "f", "window": {"start": "b", "end": "e", "format": "iso8601"},
               "time": {"column": "t", "format": "unix_ms"},
               "signals": {"gpu_power": {"column": "w", "unit": "W"}},
               "longest_gap_s": 5, "measured_by": "m"}})",
                                                 "map.json");
  return record::parse_table_map(document, "map.json");
}

void read(const record::DescribedRuns& runs) {
  std::istringstream in(runs.table);
  record::RunTable table = record::read_run_table(in, "runs", runs.map);
  require(table.rows_read == runs.places.size(), "a place for each row");
  std::istringstream again(runs.table);
  record::ImportProblems problems;
  const auto traces = record::read_row_traces(again, "runs", table, problems);
  require(traces.size() == table.rows_read, "each row's trace");
  record::TableStudy study = record::study_of(table);
  for (const record::RunResult& result : study.results) {
    const auto rows = record::rows_of(result);
    require(!rows.empty() && rows.size() <= 2, "one row or two");
    for (const auto row : rows) require(traces.contains(row), "rows that are there");
  }
  record::name_like_recorded(study);
  for (const tandem::study::PlannedRun& run : study.plan.runs) {
    require(run.id.find_first_of("/\\ \n\t") == std::string::npos && run.id.size() > 2,
            "a folder's name");
  }
}

}  // namespace

/// Documents one after the other, between bytes 1.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const record::TableMap map = mapping();
  std::vector<std::pair<std::string, Json>> documents;
  std::istringstream in{std::string(as_text(data, size))};
  for (std::string text; std::getline(in, text, '\x01');) {
    try {
      documents.emplace_back(std::to_string(documents.size()) + ".json",
                             tandem::core::parse_json(text, "d.json"));
    } catch (const tandem::core::UserError&) {
    }
  }
  try {
    read(record::table_of_descriptions(documents, map));
  } catch (const tandem::core::UserError&) {
  }
  return 0;
}
