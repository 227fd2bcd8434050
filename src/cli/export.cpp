#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <memory>

#include "analyse/planned_results.h"
#include "analyse/study_analysis.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "core/new_folder.h"
#include "core/text.h"
#include "report/csv_tables.h"
#include "report/mlflow_store.h"
#include "report/result_dictionary.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;
using report::StoredFile;

struct ExportOptions {
  OpenOptions open;
  std::string format;
  fs::path folder;
  bool as_json = false;
};

std::string as_text(const core::Json& document) {
  return document.dump(2, ' ', false, core::Json::error_handler_t::replace) + "\n";
}

std::vector<StoredFile> csv_files(const analyse::StudyAnalysis& analysis) {
  std::vector<StoredFile> files;
  for (report::CsvTable& table : report::csv_tables(analysis)) {
    files.push_back({table.file, std::move(table.content)});
  }
  return files;
}

std::vector<StoredFile> json_files(const analyse::StudyAnalysis& analysis,
                                   const std::vector<record::RunResult>& results) {
  core::Json list = core::Json::array();
  for (const record::RunResult& result : results) list.push_back(report::exported_document(result));
  return {{"results.json", as_text(list)},
          {"analysis.json", as_text(core::Json(analysis))},
          {"dictionary.json", as_text(report::result_dictionary_document())}};
}

/// A word of a command line as a person can paste it.
std::string for_shell(const std::string& word) {
  const bool is_plain = std::ranges::all_of(word, [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("/._-+").find(c) != std::string_view::npos;
  });
  if (is_plain) return word;
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return core::printable(quoted + "'", 2 * word.size() + 100);
}

/// Of every planned run the attempt that counts.
std::vector<record::RunResult> deciding_results(const study::Plan& plan,
                                                const std::vector<record::RunResult>& results) {
  std::map<std::string, std::vector<const record::RunResult*>> attempts;
  for (const record::RunResult& result : results) attempts[result.run_id].push_back(&result);
  std::vector<record::RunResult> deciding;
  for (const study::PlannedRun& run : plan.runs) {
    const auto of_run = attempts.find(run.id);
    if (of_run == attempts.end()) continue;
    if (const auto* result = record::deciding_attempt(of_run->second)) deciding.push_back(*result);
  }
  return deciding;
}

std::vector<StoredFile> mlflow_files(const OpenStudy& open,
                                     const std::vector<record::RunResult>& results,
                                     const fs::path& folder) {
  const fs::path mlruns = fs::absolute(folder).lexically_normal() / "mlruns";
  std::vector<StoredFile> files =
      report::mlflow_store(open.study.name, deciding_results(open.plan, results), mlruns);
  for (StoredFile& file : files) file.path = "mlruns" / file.path;
  return files;
}

void export_study(const ExportOptions& options) {
  const OpenStudy open = open_study(options.open);
  core::NewFolder made(options.folder);
  std::vector<std::string> problems;
  const std::vector<record::RunResult> results = open.store.read_all(&problems);
  for (const std::string& problem : problems) {
    fmt::print(stderr, "tandem: left out: {}\n", core::printable(problem, 2000));
  }
  std::vector<StoredFile> files;
  if (options.format == "mlflow") {
    files = mlflow_files(open, results, options.folder);
  } else {
    const analyse::StudyAnalysis analysis =
        analyse::analyse_study(open.study, open.plan, open.catalogue, results);
    files = options.format == "csv" ? csv_files(analysis) : json_files(analysis, results);
  }
  for (const StoredFile& file : files) made.write(file.path, file.content);
  made.keep();
  if (options.as_json) {
    return print_json({{"folder", options.folder.string()},
                       {"format", options.format},
                       {"results", results.size()},
                       {"files", files.size()},
                       {"left_out", problems}});
  }
  fmt::print("{}: {} files of {} results\n", core::printable(options.folder.string(), 4096),
             files.size(), results.size());
  if (options.format == "mlflow") {
    fmt::print("  mlflow ui --backend-store-uri {}\n",
               for_shell((options.folder / "mlruns").string()));
  }
}

}  // namespace

void add_export_command(CLI::App& app, core::ExitCode&) {
  CLI::App* command = app.add_subcommand(
      "export", "Write a study's results for other programs: CSV, JSON, MLflow's file store");
  command->footer(
      "Example: tandem export results/pilot --format csv --out tables\n"
      "         tandem export results/pilot --format mlflow --out for-mlflow\n"
      "What the columns, members, params, metrics and tags hold: docs/data-dictionary.md.");
  const auto options = std::make_shared<ExportOptions>();
  add_study_options(*command, options->open);
  command->add_option("--format", options->format, "csv, json or mlflow")
      ->required()
      ->check(CLI::IsMember({"csv", "json", "mlflow"}));
  command->add_option("--out", options->folder, "The new folder")->required();
  add_json_flag(*command, options->as_json);
  command->callback([options] { export_study(*options); });
}

}  // namespace tandem::cli
