#include "record/imported_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "record/cells.h"
#include "record/csv_reader.h"

namespace tandem::record {
namespace {

using core::Json;

constexpr size_t no_column = std::numeric_limits<size_t>::max();
constexpr int imported_study_version = 1;

/// Reads the few columns of a table that RunTable has no place for.
class RowTraceReader {
 public:
  RowTraceReader(std::istream& in, const std::string& source, const RunTable& table,
                 ImportProblems& problems)
      : csv_(in, source, table.map.separator),
        source_(source),
        map_(table.map),
        problems_(problems) {}

  std::map<std::uint32_t, RowTrace> read() {
    std::map<std::uint32_t, RowTrace> rows;
    if (!csv_.next(fields_)) return rows;
    for (const std::string_view field : fields_) header_.emplace_back(trimmed(field));
    const size_t run = place_of(map_.run);
    const size_t file = place_of(map_.traces ? map_.traces->file : "");
    const size_t start = place_of(map_.traces ? map_.traces->start : "");
    const size_t end = place_of(map_.traces ? map_.traces->end : "");
    while (csv_.next(fields_)) {
      if (fields_.size() != header_.size()) continue;  // reported with the rest of the row
      RowTrace& row = rows[static_cast<std::uint32_t>(csv_.row())];
      row.run = cell(run);
      row.file = cell(file);
      row.start_s = time_in(start);
      row.end_s = time_in(end);
    }
    return rows;
  }

 private:
  size_t place_of(const std::string& column) const {
    if (column.empty()) return no_column;
    const auto found = std::ranges::find(header_, column);
    if (found != header_.end()) return static_cast<size_t>(found - header_.begin());
    const std::vector<std::string> nearest = core::nearest_names(column, header_);
    throw core::UserError(source_,
                          {{"row 1", "no column " + core::in_quotes(column),
                            nearest.empty() ? "the one that the mapping names"
                                            : "perhaps " + core::list_of_choices(nearest)}});
  }

  std::string cell(size_t column) const {
    return column == no_column ? "" : std::string(trimmed(fields_[column]));
  }

  std::optional<double> time_in(size_t column) {
    const std::string text = cell(column);
    if (std::ranges::find(map_.missing, text) != map_.missing.end()) return std::nullopt;
    const std::optional<double> t_s = seconds_in(text, map_.traces->window_format, map_.decimal);
    if (!t_s) {
      problems_.add({source_, csv_.row(), header_[column], core::in_quotes(text),
                     expected_time(map_.traces->window_format), "the time is missing"});
    }
    return t_s;
  }

  CsvReader csv_;
  const std::string& source_;
  const TableMap& map_;
  ImportProblems& problems_;
  std::vector<std::string> header_;
  std::vector<std::string_view> fields_;
};

/// A run's name stands in one row, or in the two rows of a pair.
void list_repeated_names(const std::map<std::uint32_t, RowTrace>& traces, const std::string& source,
                         const RunTable& table, ImportProblems& problems) {
  if (table.map.run.empty()) return;
  std::map<std::string, std::pair<std::uint32_t, bool>> first;  // row, alone
  for (const TableRow& row : table.rows) {
    const auto trace = traces.find(row.row);
    if (trace == traces.end() || trace->second.run.empty()) continue;
    const auto [place, is_new] =
        first.try_emplace(trace->second.run, std::pair(row.row, row.alone()));
    // Rows of pairs that don't fit together are reported where they are joined.
    if (is_new || (!row.alone() && !place->second.second)) continue;
    problems.add(
        {source, row.row, table.map.run, core::in_quotes(trace->second.run),
         fmt::format("another name: row {} has it, which is another run", place->second.first),
         "both rows stay"});
  }
}

Json workload_document(const study::Workload& workload) {
  study::Hyperparameters defaults;
  for (const study::ManifestHyperparameter& entry : workload.hyperparameters) {
    defaults[entry.name] = entry.default_value.full;
  }
  const auto figure = [](double value) { return std::isnan(value) ? Json(nullptr) : Json(value); };
  return {{"repo", workload.repo},
          {"model", workload.model},
          {"defaults", defaults},
          {"performance_metric", workload.performance_metric},
          {"higher_is_better", workload.higher_is_better},
          {"memory_mb", figure(workload.catalogue.memory_mb)},
          {"gpu_util_percent", figure(workload.catalogue.gpu_util_percent)}};
}

study::Workload workload_from(const Json& json, int position) {
  const auto figure = [&](const char* name) {
    return json.at(name).is_null() ? TableRow::missing : json.at(name).get<double>();
  };
  study::Workload workload;
  json.at("repo").get_to(workload.repo);
  json.at("model").get_to(workload.model);
  workload.title = workload.model;
  workload.catalogue_position = position;
  json.at("performance_metric").get_to(workload.performance_metric);
  json.at("higher_is_better").get_to(workload.higher_is_better);
  workload.catalogue.memory_mb = figure("memory_mb");
  workload.catalogue.gpu_util_percent = figure("gpu_util_percent");
  for (const auto& [name, value] : json.at("defaults").get<study::Hyperparameters>()) {
    study::ManifestHyperparameter entry;
    entry.name = name;
    entry.default_value = {value, value};
    entry.least = -std::numeric_limits<double>::infinity();
    entry.most = std::numeric_limits<double>::infinity();
    workload.hyperparameters.push_back(entry);
  }
  return workload;
}

study::Study study_from(const Json& json) {
  study::Study study;
  json.at("experiment_name").get_to(study.name);
  json.at("repetitions").get_to(study.repetitions);
  study.order = study::RunOrder::as_listed;
  for (const Json& pair : json.at("pairs")) {
    study.pairs.push_back({pair.at("a").get<std::string>(), pair.at("b").get<std::string>(),
                           pair.at("base_a").get<study::Hyperparameters>(),
                           pair.at("base_b").get<study::Hyperparameters>()});
  }
  for (const auto& [name, levels] : json.at("levels").items()) {
    study::MutatedHyperparameter mutated{name, {}};
    for (const auto& [level, text] : levels.items()) {
      const auto expression = study::LevelExpression::parse(text.get<std::string>());
      if (!expression) throw core::SystemError("no level: " + core::in_quotes(text.dump()));
      mutated.levels.push_back({level, *expression});
    }
    study.mutated.push_back(std::move(mutated));
  }
  return study;
}

study::Plan plan_from(const Json& json, size_t pairs) {
  study::Plan plan;
  for (const Json& run : json.at("runs")) {
    plan.runs.push_back({run.at("spec").get<study::RunSpec>(), run.at("run_id").get<std::string>(),
                         0, std::nullopt});
  }
  for (const Json& cell : json.at("cells")) {
    study::Experiment experiment{cell.at("number").get<int>(),
                                 cell.at("setting").get<std::string>(),
                                 cell.at("concurrent").get<bool>(), cell.at("of_a").get<bool>()};
    plan.cells.push_back({cell.at("pair").get<size_t>(), std::move(experiment),
                          cell.at("repetition").get<int>(), cell.at("run").get<size_t>()});
    if (plan.cells.back().pair >= pairs || plan.cells.back().run >= plan.runs.size()) {
      throw core::SystemError("a cell of a pair or a run that isn't there");
    }
  }
  return plan;
}

/// Each participant's workload must be known: the analysis asks for it.
void check_workloads(const TableStudy& study) {
  for (const study::PlannedRun& run : study.plan.runs) {
    if (run.spec.participants.empty() || run.spec.participants.size() > 2) {
      throw core::SystemError("a run without one or two participants");
    }
    for (const study::ParticipantSpec& participant : run.spec.participants) {
      study.catalogue.at(participant.workload);
    }
  }
  for (const study::StudyPair& pair : study.study.pairs) {
    study.catalogue.at(pair.a);
    study.catalogue.at(pair.b);
  }
}

}  // namespace

std::map<std::uint32_t, RowTrace> read_row_traces(std::istream& in, const std::string& source,
                                                  const RunTable& table, ImportProblems& problems) {
  std::map<std::uint32_t, RowTrace> traces = RowTraceReader(in, source, table, problems).read();
  list_repeated_names(traces, source, table, problems);
  return traces;
}

std::vector<std::uint32_t> rows_of(const RunResult& result) {
  std::vector<std::uint32_t> rows;
  std::string_view rest = result.run_id;
  rest.remove_prefix(std::min(rest.find(' ') + 1, rest.size()));
  while (!rest.empty()) {
    std::uint32_t row = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), row);
    if (error != std::errc()) break;
    rows.push_back(row);
    rest.remove_prefix(static_cast<size_t>(end - rest.data()));
    if (!rest.empty()) rest.remove_prefix(1);
  }
  return rows;
}

void name_like_recorded(TableStudy& made) {
  std::map<std::string, std::pair<study::RunSpec, std::string>> renamed;
  for (study::PlannedRun& run : made.plan.runs) {
    run.spec.instance = run.id;
    run.spec.machine_class = imported_machine;
    const std::string before = run.id;
    run.id = run.spec.id();
    renamed[before] = {run.spec, run.id};
  }
  for (RunResult& result : made.results) {
    const auto& [spec, id] = renamed.at(result.run_id);
    result.run_id = id;
    result.spec = spec;
    result.machine.cpu_model = imported_machine;
  }
}

Json study_document(const TableStudy& made) {
  Json models = Json::array();
  for (const study::Workload& workload : made.catalogue.workloads()) {
    models.push_back(workload_document(workload));
  }
  Json pairs = Json::array();
  for (const study::StudyPair& pair : made.study.pairs) {
    pairs.push_back(
        {{"a", pair.a}, {"b", pair.b}, {"base_a", pair.base_a}, {"base_b", pair.base_b}});
  }
  Json levels = Json::object();
  for (const study::MutatedHyperparameter& mutated : made.study.mutated) {
    Json of_one = Json::object();
    for (const study::Level& level : mutated.levels) of_one[level.name] = level.expression.text();
    levels[mutated.name] = std::move(of_one);
  }
  return {{"imported_study", imported_study_version},
          {"experiment_name", made.study.name},
          {"repetitions", made.study.repetitions},
          {"models", std::move(models)},
          {"pairs", std::move(pairs)},
          {"levels", std::move(levels)}};
}

Json plan_document(const study::Plan& plan) {
  Json runs = Json::array();
  for (const study::PlannedRun& run : plan.runs) {
    runs.push_back({{"run_id", run.id}, {"expected_s", run.expected_s}, {"spec", run.spec}});
  }
  Json cells = Json::array();
  for (const study::Cell& cell : plan.cells) {
    cells.push_back({{"pair", cell.pair},
                     {"number", cell.experiment.number},
                     {"setting", cell.experiment.setting},
                     {"concurrent", cell.experiment.concurrent},
                     {"of_a", cell.experiment.of_a},
                     {"repetition", cell.repetition},
                     {"run", cell.run}});
  }
  return {{"machine_class", imported_machine},
          {"block_devices", Json::object()},
          {"runs", std::move(runs)},
          {"cells", std::move(cells)}};
}

bool is_imported_study(const Json& document) {
  return document.is_object() && document.contains("imported_study");
}

TableStudy read_imported_study(const std::filesystem::path& folder) {
  std::filesystem::path file = folder / "study.json";
  try {
    const Json document = Json::parse(core::read_file(file));
    if (document.at("imported_study") != imported_study_version) {
      throw core::SystemError("imported_study is " + document.at("imported_study").dump() +
                              ", this tandem reads " + std::to_string(imported_study_version));
    }
    std::vector<study::Workload> workloads;
    for (const Json& model : document.at("models")) {
      workloads.push_back(workload_from(model, static_cast<int>(workloads.size())));
      workloads.back().manifest = file;
    }
    TableStudy study{study::Catalogue(std::move(workloads)), study_from(document), {}, {}};
    study.study.file = file;
    file = folder / "plan.json";
    study.plan = plan_from(Json::parse(core::read_file(file)), study.study.pairs.size());
    check_workloads(study);
    return study;
  } catch (const Json::exception& error) {
    throw core::SystemError(file.string() + ": not what tandem import wrote: " + error.what());
  } catch (const core::SystemError& error) {
    throw core::SystemError(file.string() + ": not what tandem import wrote: " + error.what());
  }
}

}  // namespace tandem::record
