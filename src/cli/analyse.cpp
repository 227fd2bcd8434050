#include <fmt/format.h>

#include <memory>

#include "analyse/study_analysis.h"
#include "cli/analysis_options.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "core/file.h"
#include "report/csv_tables.h"
#include "report/terminal_summary.h"

namespace tandem::cli {
namespace {

struct AnalyseOptions {
  OpenOptions open;
  AnalysisArguments analysis;
  std::filesystem::path csv_folder;
  bool as_json = false;
};

void analyse_command(const AnalyseOptions& options) {
  const OpenStudy open = open_study(options.open);
  const analyse::AnalysisOptions wanted = analysis_options(options.analysis, open.catalogue);
  std::vector<std::string> problems;
  const std::vector<record::RunResult> results = open.store.read_all(&problems);
  const analyse::StudyAnalysis analysis =
      analyse::analyse_study(open.study, open.plan, open.catalogue, results, wanted);
  for (const std::string& problem : problems) {
    fmt::print(stderr, "tandem: left out: {}\n", problem);
  }
  if (options.as_json) {
    print_json(analysis);
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

}  // namespace

void add_analyse_command(CLI::App& app, core::ExitCode&) {
  CLI::App* command = app.add_subcommand(
      "analyse", "Answer the study's questions from its runs; write tables for pandas and R");
  command->footer(
      "Example: tandem analyse results/pilot --csv tables\n"
      "         tandem analyse results/pilot --jobs mnist=10,densenet121=2 --weights energy=1\n"
      "Works on a study that is still running: it shows what is there and what is missing.");
  const auto options = std::make_shared<AnalyseOptions>();
  add_study_options(*command, options->open);
  add_analysis_options(*command, options->analysis);
  command->add_option("--csv", options->csv_folder,
                      "Write tidy tables and a dictionary of their columns into this folder");
  add_json_flag(*command, options->as_json);
  command->callback([options] { analyse_command(*options); });
}

}  // namespace tandem::cli
