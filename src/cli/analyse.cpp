#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "analyse/study_analysis.h"
#include "analyse/table_quality.h"
#include "cli/analysis_options.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "record/table_study.h"
#include "report/csv_tables.h"
#include "report/terminal_summary.h"

namespace tandem::cli {
namespace {

struct AnalyseOptions {
  OpenOptions open;
  AnalysisArguments analysis;
  std::filesystem::path table;
  std::filesystem::path map;
  std::filesystem::path csv_folder;
  bool as_json = false;
};

void print_problem(const std::string& file, const record::TableProblem& problem) {
  const std::string column =
      problem.column.empty() ? "" : ", column " + core::in_quotes(problem.column);
  fmt::print(stderr, "tandem: {}: row {}{}: found {}, expected {}{}\n", core::printable(file),
             problem.row, column, core::printable(problem.found), core::printable(problem.expected),
             problem.row_left_out ? " (the row is left out)" : "");
}

void print_problems(const record::RunTable& table) {
  constexpr size_t most = 20;
  for (size_t i = 0; i < std::min(most, table.problems.size()); ++i) {
    print_problem(table.file, table.problems[i]);
  }
  if (table.problem_count > most) {
    fmt::print(stderr, "tandem: {}: {} more problems; --json has the first {} of all\n",
               core::printable(table.file), table.problem_count - most,
               record::RunTable::most_problems);
  }
}

/// Prints the summary or the document, and writes the tables.
void show(const AnalyseOptions& options, const analyse::StudyAnalysis& analysis,
          const core::Json& reading_report = {}) {
  if (options.as_json) {
    core::Json document = analysis;
    if (!reading_report.is_null()) document["table"] = reading_report;
    print_json(document);
  } else {
    fmt::print("{}", report::terminal_summary(analysis));
  }
  if (options.csv_folder.empty()) return;
  core::make_folders(options.csv_folder);
  for (const report::CsvTable& table : report::csv_tables(analysis)) {
    core::write_file_atomically(options.csv_folder / table.file, table.content);
  }
  fmt::print(stderr, "tandem: tables in {}; dictionary.csv says what their columns hold\n",
             options.csv_folder.string());
}

void analyse_recorded(const AnalyseOptions& options) {
  const OpenStudy open = open_study(options.open);
  const analyse::AnalysisOptions wanted =
      analysis_options(options.analysis, open.catalogue, options.open.workloads);
  std::vector<std::string> problems;
  const std::vector<record::RunResult> results = open.store.read_all(&problems);
  const analyse::StudyAnalysis analysis =
      analyse::analyse_study(open.study, open.plan, open.catalogue, results, wanted);
  for (const std::string& problem : problems) {
    fmt::print(stderr, "tandem: left out: {}\n", core::printable(problem, 2000));
  }
  show(options, analysis);
}

void analyse_table(const AnalyseOptions& options) {
  const record::TableMap map = record::read_table_map(options.map);
  if (map.traces || !map.trainings.empty()) {
    throw core::UserError(options.map.string(),
                          {{map.traces ? "$.traces" : "$.trainings", "what only an import reads",
                            "a mapping without it, or 'tandem import', then 'tandem analyse'"}});
  }
  record::RunTable table = record::read_run_table(options.table, map);
  const record::StudyInTable found = record::study_in(table);
  analyse::AnalysisOptions wanted =
      analysis_options(options.analysis, found.catalogue, options.open.workloads);
  // A table may have a million runs.
  wanted.keeps_runs = options.as_json || !options.csv_folder.empty();
  analyse::StudyAnalysis analysis =
      analyse::analyse_study(found.study, found.catalogue, *found.runs, wanted);
  analyse::add_table_quality(table, analysis);
  print_problems(table);
  show(options, analysis, record::reading_report(table));
}

void analyse_command(const AnalyseOptions& options) {
  const bool has_table = !options.table.empty();
  if (has_table != !options.map.empty()) {
    throw core::UserError("--table and --map go together: the map says what the columns hold");
  }
  if (has_table != options.open.path.empty()) {
    throw core::UserError(has_table ? "either STUDY or --table, not both"
                                    : "what to analyse: STUDY, or --table FILE --map FILE");
  }
  has_table ? analyse_table(options) : analyse_recorded(options);
}

}  // namespace

void add_analyse_command(CLI::App& app, core::ExitCode&) {
  CLI::App* command = app.add_subcommand(
      "analyse", "Answer the study's questions from its runs; write tables for pandas and R");
  command->footer(
      "Example: tandem analyse results/pilot --csv tables\n"
      "         tandem analyse results/pilot --jobs mnist=10,densenet121=2 --weights energy=1\n"
      "         tandem analyse --table runs.csv --map map.json\n"
      "Works on a study that is still running: it shows what is there and what is missing.");
  const auto options = std::make_shared<AnalyseOptions>();
  add_study_options(*command, options->open);
  command->get_option("STUDY")->required(false);
  command->add_option("--table", options->table,
                      "In place of STUDY: a CSV file of runs that were measured elsewhere");
  command->add_option("--map", options->map,
                      "JSON file that says what its columns hold (docs/any-table.md)");
  add_analysis_options(*command, options->analysis);
  command->add_option("--csv", options->csv_folder,
                      "Write tidy tables and a dictionary of their columns into this folder");
  add_json_flag(*command, options->as_json);
  command->callback([options] { analyse_command(*options); });
}

}  // namespace tandem::cli
