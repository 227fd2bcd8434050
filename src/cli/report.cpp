#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "analyse/study_analysis.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/paper_output.h"
#include "cli/run_samples.h"
#include "core/file.h"
#include "report/html_report.h"
#include "report/terminal_summary.h"
#include "report/text_report.h"

namespace tandem::cli {
namespace {

struct ReportOptions {
  OpenOptions open;
  std::filesystem::path output;
  std::filesystem::path figures_folder;
  std::string language = "en";
  bool as_text = false;
  bool as_json = false;
};

/// On a terminal, unless its user wants none (no-color.org).
bool wants_colour() {
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  const bool refused = (no_color != nullptr && *no_color != '\0') ||
                       (terminal != nullptr && std::string(terminal) == "dumb");
  return !refused && ::isatty(STDOUT_FILENO) == 1;
}

void print_paper(const analyse::StudyAnalysis& analysis, const ReportOptions& options) {
  const std::vector<std::string> names = write_paper(analysis, options.figures_folder);
  if (options.as_json) {
    return print_json({{"folder", options.figures_folder.string()}, {"files", names}});
  }
  for (const std::string& name : names) fmt::print("{}\n", name);
  fmt::print(stderr, "tandem: {} files in {}; captions are in the .txt files\n", names.size(),
             options.figures_folder.string());
}

void report(const ReportOptions& options) {
  const OpenStudy open = open_study(options.open);
  std::vector<std::string> problems;
  const std::vector<record::RunResult> results = open.store.read_all(&problems);
  analyse::AnalysisOptions wanted;
  wanted.language = core::language_of(options.language).value();
  const analyse::StudyAnalysis analysis =
      analyse::analyse_study(open.study, open.plan, open.catalogue, results, wanted);
  const auto tell_problems = [&problems] {
    for (const std::string& problem : problems) {
      fmt::print(stderr, "tandem: left out: {}\n", problem);
    }
  };
  if (options.as_json || options.as_text || !options.figures_folder.empty()) {
    tell_problems();
    if (!options.figures_folder.empty()) return print_paper(analysis, options);
    if (options.as_json) return print_json(analysis);
    fmt::print("{}", report::text_report(analysis, wants_colour()));
    return;
  }
  const report::RunTraces traces = traces_of_runs(open.store, results, problems);
  tell_problems();
  const std::filesystem::path file =
      options.output.empty() ? open.store.folder() / "report.html" : options.output;
  core::make_folders(open.store.folder());
  core::write_file_atomically(file, report::html_report(analysis, traces));
  fmt::print("{}\n{}\n", report::terminal_summary(analysis),
             core::Texts::in(wanted.language)("summary.written", fmt::arg("file", file.string())));
}

}  // namespace

void add_report_command(CLI::App& app, core::ExitCode&) {
  CLI::App* command =
      app.add_subcommand("report", "Analyse a study; print a summary and write the HTML report");
  command->footer(
      "Example: tandem report results/pilot\n"
      "         tandem report results/pilot --figures paper\n"
      "         tandem report results/pilot --text\n"
      "         tandem report results/pilot --lang zh --output report.zh.html\n"
      "Works on a study that is still running: it shows what is there and what is missing.\n"
      "The page holds the analysis and the traces of all runs; it needs no network.");
  const auto options = std::make_shared<ReportOptions>();
  add_study_options(*command, options->open);
  command->add_option("--output", options->output,
                      "The HTML file (default: report.html in the study's folder)");
  command->add_option("--figures", options->figures_folder,
                      "Instead, write figures (PDF, SVG) and tables (LaTeX, Markdown) for a paper "
                      "into this folder; needs gnuplot");
  CLI::Option* const language =
      command
          ->add_option("--lang", options->language,
                       "Language of the report: en, zh (names, file formats and the figures for "
                       "papers stay English)")
          ->check(CLI::IsMember({"en", "zh"}))
          ->capture_default_str();
  language->excludes("--figures");
  CLI::Option* const text = command->add_flag(
      "--text", options->as_text, "Instead, print the whole report with bars, for a terminal");
  text->excludes("--figures");
  add_json_flag(*command, options->as_json);
  command->callback([options] { report(*options); });
}

}  // namespace tandem::cli
