#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>

#include "cli/commands.h"
#include "cli/imported_runs.h"
#include "cli/options.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "core/new_folder.h"
#include "core/text.h"
#include "record/imported_study.h"
#include "record/run_descriptions.h"
#include "record/run_store.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;

struct ImportOptions {
  fs::path table;
  fs::path descriptions;
  fs::path map;
  fs::path traces;
  fs::path results;
  bool dry_run = false;
  bool as_json = false;
};

/// The runs as their source has them: a table, from a file or made of descriptions.
struct Source {
  record::RunTable table;
  std::map<std::uint32_t, record::RowTrace> rows;
  std::vector<std::string> places;  ///< of rows of descriptions; empty for a table

  std::string place_of(std::uint32_t row) const {
    const size_t index = row - 2;
    if (places.empty()) {
      return fmt::format("{}, row {}", fs::path(table.file).filename().string(), row);
    }
    return index < places.size() ? places[index] : table.file;
  }
};

/// What an import makes, before anything is written.
struct Imported {
  record::TableStudy study;
  std::vector<size_t> order;
};

std::ifstream opened(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in || fs::is_directory(file)) {
    throw core::UserError(
        fmt::format("can't open {}: {}", core::in_quotes(file.string()),
                    fs::is_directory(file) ? "it is a folder" : std::strerror(errno)));
  }
  return in;
}

Source read_source(const ImportOptions& options, const record::TableMap& map,
                   record::ImportProblems& problems) {
  Source source;
  if (!options.table.empty()) {
    std::ifstream in = opened(options.table);
    source.table = read_run_table(in, options.table.string(), map);
    std::ifstream again = opened(options.table);
    source.rows = read_row_traces(again, options.table.string(), source.table, problems);
    return source;
  }
  record::DescribedRuns described = record::read_run_descriptions(options.descriptions, map);
  source.places = std::move(described.places);
  std::istringstream in(described.table);
  source.table = read_run_table(in, options.descriptions.string(), described.map);
  std::istringstream again(described.table);
  source.rows = read_row_traces(again, options.descriptions.string(), source.table, problems);
  return source;
}

/// A problem with a row of a table that was made of descriptions is one of a description.
record::ImportProblem at_its_place(record::ImportProblem problem, const Source& source) {
  if (source.places.empty() || problem.file != source.table.file || problem.row < 2) {
    return problem;
  }
  problem.file = source.place_of(static_cast<std::uint32_t>(problem.row));
  problem.row = 0;
  return problem;
}

void add_table_problems(const record::RunTable& table, record::ImportProblems& problems) {
  for (const record::TableProblem& problem : table.problems) {
    problems.add({table.file, problem.row, problem.column, problem.found, problem.expected,
                  problem.row_left_out ? "the row is left out" : ""});
  }
  problems.add_uncounted(table.problem_count - table.problems.size());
}

fs::path folder_for(const ImportOptions& options, const std::string& name) {
  if (!options.results.empty()) return options.results;
  const bool names_a_folder = !name.empty() && name.size() <= 100 && name[0] != '.' &&
                              name[0] != '-' && std::ranges::all_of(name, [](unsigned char c) {
                                return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
                              });
  if (names_a_folder) return fs::path("results") / name;
  throw core::UserError("the command line", {{"--results", "nothing",
                                              "a folder, for the study's name, " +
                                                  core::in_quotes(name) + ", is none"}});
}

core::Json differences_document(const std::vector<record::RunResult>& results) {
  std::vector<double> percent;
  for (const record::RunResult& result : results) {
    const core::Reading& difference = result.imported->energy_difference_percent;
    if (difference) percent.push_back(*difference);
  }
  if (percent.empty()) return nullptr;
  std::ranges::sort(percent);
  const size_t middle = percent.size() / 2;
  const double median =
      percent.size() % 2 == 1 ? percent[middle] : (percent[middle - 1] + percent[middle]) / 2;
  return {{"runs", percent.size()},
          {"median_percent", median},
          {"least_percent", percent.front()},
          {"most_percent", percent.back()}};
}

core::Json report_of(const ImportOptions& options, const Source& source, const Imported& imported,
                     const record::ImportProblems& problems) {
  core::Json failed = core::Json::array();
  size_t with_energy = 0;
  for (const record::RunResult& result : imported.study.results) {
    with_energy += result.total_energy_joules.joules.has_value() ? 1 : 0;
    if (result.outcome.ok()) continue;
    failed.push_back({{"run_id", result.run_id},
                      {"source", result.imported->source},
                      {"outcome", result.outcome.name},
                      {"message", result.outcome.message}});
  }
  core::Json list = core::Json::array();
  for (const record::ImportProblem& problem : problems.list()) {
    list.push_back(at_its_place(problem, source));
  }
  core::Json table = reading_report(source.table);
  table.erase("problems");
  return {{"experiment_name", imported.study.study.name},
          {"imported_at", core::wall_clock_label()},
          {"table", std::move(table)},
          {"traces",
           options.traces.empty() ? core::Json(nullptr) : core::Json(options.traces.string())},
          {"planned", imported.study.plan.runs.size()},
          {"runs", imported.study.results.size()},
          {"runs_with_energy", with_energy},
          {"energy_difference", differences_document(imported.study.results)},
          {"failed_runs", std::move(failed)},
          {"problem_count", problems.count()},
          {"problems", std::move(list)}};
}

/// Completes each run and, unless it is a dry run, writes it into the folder.
void import_runs(const ImportOptions& options, const Source& source, Imported& imported,
                 const std::vector<std::string>& trace_files, record::ImportProblems& problems,
                 const std::optional<record::RunStore>& store) {
  ImportedRuns runs(
      source.table, source.rows, [&](std::uint32_t row) { return source.place_of(row); },
      options.traces, problems);
  imported.order = runs.order(imported.study.results);
  // Runs are found by the names that study_of gave them until they are complete.
  record::TableStudy named = imported.study;
  record::name_like_recorded(named);
  for (const size_t index : imported.order) {
    record::RunResult& result = imported.study.results[index];
    const std::optional<TraceSlice> slice = runs.complete(result);
    result.run_id = named.results[index].run_id;
    result.spec = named.results[index].spec;
    result.machine = named.results[index].machine;
    if (!store) continue;
    result.attempt = store->begin_attempt(result.run_id);
    if (slice) {
      write_samples(store->attempt_folder(result.run_id, result.attempt) / "samples.csv", *slice,
                    *source.table.map.traces);
    }
    store->finish_attempt(result);
  }
  imported.study.plan = std::move(named.plan);
  runs.list_unused(trace_files);
}

void print_report(const core::Json& report, const fs::path& folder, bool dry_run) {
  fmt::print("Imported study {}: {} runs of {}, {} failed\n",
             core::printable(report["experiment_name"].get<std::string>()),
             report["runs"].get<size_t>(), report["planned"].get<size_t>(),
             report["failed_runs"].size());
  fmt::print("  energy      of {} runs{}\n", report["runs_with_energy"].get<size_t>(),
             report["traces"].is_null() ? ", as the source states it" : ", from their traces");
  if (const core::Json& difference = report["energy_difference"]; !difference.is_null()) {
    fmt::print(
        "  difference  {:+.1f} % in the median of {} runs, {:+.1f} % to {:+.1f} %:\n"
        "              the traces against what the source states\n",
        difference["median_percent"].get<double>(), difference["runs"].get<size_t>(),
        difference["least_percent"].get<double>(), difference["most_percent"].get<double>());
  }
  constexpr size_t most_shown = 10;
  for (size_t i = 0; i < std::min(most_shown, report["failed_runs"].size()); ++i) {
    const core::Json& failed = report["failed_runs"][i];
    print_wrapped(fmt::format("  failed      {}: {}",
                              core::printable(failed["source"].get<std::string>()),
                              core::printable(failed["message"].get<std::string>())));
  }
  fmt::print("  problems    {}\n", report["problem_count"].get<size_t>());
  if (dry_run) {
    fmt::print("  folder      none: a dry run\n");
  } else {
    fmt::print("  folder      {}\n", core::printable(folder.string(), 4096));
  }
}

void print_problems(const core::Json& report) {
  constexpr size_t most = 20;
  const core::Json& problems = report["problems"];
  for (size_t i = 0; i < std::min(most, problems.size()); ++i) {
    const core::Json& entry = problems[i];
    const record::ImportProblem problem{
        entry["file"].get<std::string>(),     entry["row"].get<size_t>(),
        entry["column"].get<std::string>(),   entry["found"].get<std::string>(),
        entry["expected"].get<std::string>(), entry["consequence"].get<std::string>()};
    fmt::print(stderr, "tandem: {}\n", problem.text());
  }
  const auto count = report["problem_count"].get<size_t>();
  if (count > most) {
    fmt::print(stderr,
               "tandem: {} more problems; import.json and --json have the first {} of all\n",
               count - most, record::ImportProblems::most_kept);
  }
}

void check_options(const ImportOptions& options, const record::TableMap& map) {
  if (!map.trainings.empty() && options.descriptions.empty()) {
    throw core::UserError(map.file.string(), {{"$.trainings", core::in_quotes(map.trainings),
                                               "nothing with --table: a row is one training"}});
  }
  if (map.traces && options.traces.empty()) {
    throw core::UserError(map.file.string(),
                          {{"$.traces", "what the traces hold", "their folder: --traces DIR"}});
  }
  if (!map.traces && !options.traces.empty()) {
    throw core::UserError(
        map.file.string(),
        {{"$.traces", "nothing", "what the traces of --traces hold (docs/import.md)"}});
  }
  std::error_code code;
  if (!options.traces.empty() && !fs::is_directory(options.traces, code)) {
    throw core::UserError(
        fmt::format("{} is no folder of traces", core::in_quotes(options.traces.string())));
  }
}

std::string as_text(const core::Json& document) {
  return document.dump(2, ' ', false, core::Json::error_handler_t::replace) + "\n";
}

void import_study(const ImportOptions& options) {
  if (options.table.empty() == options.descriptions.empty()) {
    throw core::UserError("what to import: --table FILE or --descriptions DIR, one of them");
  }
  const record::TableMap map = record::read_table_map(options.map);
  check_options(options, map);
  const fs::path folder = folder_for(options, map.name);
  // Before the new folder is there, which may lie among the traces.
  std::vector<std::string> files;
  if (!options.traces.empty()) files = trace_files(options.traces, options.table);
  std::optional<core::NewFolder> made;
  if (!options.dry_run) made.emplace(folder);
  record::ImportProblems problems;
  Source source = read_source(options, map, problems);
  Imported imported{study_of(source.table), {}};
  add_table_problems(source.table, problems);
  std::optional<record::RunStore> store;
  if (made) store.emplace(made->path());
  import_runs(options, source, imported, files, problems, store);
  const core::Json report = report_of(options, source, imported, problems);
  if (made) {
    core::write_file_atomically(made->path() / "map.json", core::read_file(options.map));
    core::write_file_atomically(made->path() / "import.json", as_text(report));
    core::write_file_atomically(made->path() / "plan.json",
                                as_text(record::plan_document(imported.study.plan)));
    core::write_file_atomically(made->path() / "study.json",
                                as_text(record::study_document(imported.study)));
    made->keep();
  }
  if (options.as_json) {
    core::Json document = report;
    document["dry_run"] = options.dry_run;
    document["folder"] = options.dry_run ? core::Json(nullptr) : core::Json(folder.string());
    return print_json(document);
  }
  print_problems(report);
  print_report(report, folder, options.dry_run);
}

}  // namespace

void add_import_command(CLI::App& app, core::ExitCode&) {
  CLI::App* command = app.add_subcommand(
      "import", "Make a study's folder of runs that were measured elsewhere, with their traces");
  command->footer(
      "Example: tandem import --table runs.csv --map map.json --results results/older\n"
      "         tandem import --table runs.csv --map map.json --traces power --dry-run\n"
      "         tandem import --descriptions runs --map map.json --traces power\n"
      "What can't be meant is listed with its place and never mended; docs/import.md says how.");
  const auto options = std::make_shared<ImportOptions>();
  command->add_option("--table", options->table, "CSV file of the runs, a row a training");
  command->add_option("--descriptions", options->descriptions,
                      "In its place: a folder of JSON files, one a run");
  command
      ->add_option("--map", options->map,
                   "JSON file that says what the columns, members and traces hold")
      ->required();
  command->add_option("--traces", options->traces, "Folder of the runs' power traces (CSV)");
  command->add_option("--results", options->results,
                      "The new study's folder (default: results/<name in the mapping>)");
  command->add_flag("--dry-run", options->dry_run, "Read everything and list the problems only");
  add_json_flag(*command, options->as_json);
  command->callback([options] { import_study(*options); });
}

}  // namespace tandem::cli
