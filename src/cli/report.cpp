#include <fmt/format.h>

#include <memory>

#include "analyse/study_analysis.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/run_samples.h"
#include "core/file.h"
#include "report/html_report.h"
#include "report/terminal_summary.h"

namespace tandem::cli {
namespace {

struct ReportOptions {
  OpenOptions open;
  std::filesystem::path output;
  bool as_json = false;
};

void report(const ReportOptions& options) {
  const OpenStudy open = open_study(options.open);
  std::vector<std::string> problems;
  const std::vector<record::RunResult> results = open.store.read_all(&problems);
  const analyse::StudyAnalysis analysis =
      analyse::analyse_study(open.study, open.plan, open.catalogue, results);
  const auto tell_problems = [&problems] {
    for (const std::string& problem : problems) {
      fmt::print(stderr, "tandem: left out: {}\n", problem);
    }
  };
  if (options.as_json) {
    tell_problems();
    return print_json(analysis);
  }
  const report::RunTraces traces = traces_of_runs(open.store, results, problems);
  tell_problems();
  const std::filesystem::path file =
      options.output.empty() ? open.store.folder() / "report.html" : options.output;
  core::make_folders(open.store.folder());
  core::write_file_atomically(file, report::html_report(analysis, traces));
  fmt::print("{}\nReport: {}\n", report::terminal_summary(analysis), file.string());
}

}  // namespace

void add_report_command(CLI::App& app, core::ExitCode&) {
  CLI::App* command =
      app.add_subcommand("report", "Analyse a study; print a summary and write the HTML report");
  command->footer(
      "Example: tandem report results/pilot\n"
      "Works on a study that is still running: it shows what is there and what is missing.\n"
      "The page holds the analysis and the traces of all runs; it needs no network.");
  const auto options = std::make_shared<ReportOptions>();
  add_study_options(*command, options->open);
  command->add_option("--output", options->output,
                      "The HTML file (default: report.html in the study's folder)");
  add_json_flag(*command, options->as_json);
  command->callback([options] { report(*options); });
}

}  // namespace tandem::cli
