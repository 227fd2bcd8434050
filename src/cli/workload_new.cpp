#include <fmt/format.h>
#include <unistd.h>

#include <iostream>
#include <map>
#include <memory>

#include "cli/commands.h"
#include "cli/manifest_questions.h"
#include "cli/new_file.h"
#include "cli/options.h"
#include "core/file.h"
#include "core/text.h"

namespace tandem::cli {
namespace {

namespace fs = std::filesystem;
using core::Json;

struct Options {
  fs::path file;
  std::map<std::string, std::vector<std::string>> answers;  ///< by the question's flag
  bool force = false;
  bool as_json = false;
};

/// The person at the terminal went away; nothing is written.
class CalledOff {};

void say(const std::string& text) {
  for (const std::string& line : report::wrap(core::printable_lines(text), 80)) {
    fmt::print(stderr, "{}\n", line);
  }
}

/// Asks at the terminal until the answer is one. Gives what was answered.
std::string ask(ManifestDraft& draft, const ManifestQuestion& question) {
  const std::string usual = question.usual(draft);
  while (true) {
    say(question.text);
    fmt::print(stderr, "  [{}] ", core::printable(usual, 500));
    std::string text;
    if (!std::getline(std::cin, text)) throw CalledOff();
    if (text.empty()) text = usual;
    try {
      answer(draft, question, text);
      return text;
    } catch (const core::UserError& error) {
      for (const core::Problem& problem : error.problems()) {
        say("  ! found " + core::printable(problem.found) + ", expected " +
            core::printable(problem.expected, 500));
      }
    }
  }
}

/// The answers that flags give; every mistake in them is told, not only the first.
void answer_by_flags(ManifestDraft& draft, const ManifestQuestion& question,
                     const std::vector<std::string>& texts, core::Diagnostics& diagnostics) {
  for (const std::string& text : texts) {
    try {
      answer(draft, question, text);
    } catch (const core::UserError& error) {
      for (const core::Problem& problem : error.problems()) {
        diagnostics.add("--" + question.flag, problem.found, problem.expected);
      }
    }
  }
}

/// Goes through the questions. Says of each that nobody was asked what was taken for it.
ManifestDraft go_through_questions(const Options& options, bool asks, Json& taken) {
  ManifestDraft draft = begin_manifest(options.file);
  core::Diagnostics diagnostics("tandem workloads new");
  for (const ManifestQuestion& question : manifest_questions()) {
    const std::vector<std::string>& given = options.answers.at(question.flag);
    if (question.of_logs && draft.speaks_protocol) {
      if (!given.empty()) {
        diagnostics.add("--" + question.flag, core::in_quotes(given.front()),
                        "a pattern only with --protocol no: else no log is read");
      }
      continue;
    }
    if (!given.empty()) {
      answer_by_flags(draft, question, given, diagnostics);
    } else if (asks && !question.text.empty()) {
      // What flags said wrongly is told before a person answers the rest.
      diagnostics.throw_if_any();
      while (ask(draft, question) != "none" && question.repeats) {
      }
    } else {
      const std::string usual = question.usual(draft);
      answer_by_flags(draft, question, {usual}, diagnostics);
      taken[question.flag] = usual;
    }
  }
  diagnostics.throw_if_any();
  return draft;
}

core::ExitCode write_manifest(const Options& options) {
  const fs::path file = place_of_manifest(options.file);
  if (is_taken(file) && !options.force) {
    throw core::UserError("tandem workloads new",
                          {{"FILE", "a file " + core::in_quotes(options.file.string()),
                            "a free place, or --force to overwrite it"}});
  }
  const bool asks = ::isatty(STDIN_FILENO) == 1;
  if (asks) {
    say("An empty line takes what stands in brackets; Ctrl-C ends it, and nothing is written.");
  }
  Json taken = Json::object();
  ManifestDraft draft;
  try {
    draft = go_through_questions(options, asks, taken);
  } catch (const CalledOff&) {
    fmt::print(stderr, "\nnothing is written\n");
    return core::ExitCode::interrupted;
  }
  core::make_folders(file.parent_path());
  const std::string content = draft.manifest.dump(2) + "\n";
  if (options.force) {
    core::write_file_atomically(file, content);
  } else {
    write_new_file(file, content, "tandem workloads new");
  }
  const study::Workload workload = study::read_workload(file);
  const std::string next = fmt::format("tandem workloads check {} --once", options.file.string());
  if (options.as_json) {
    print_json({{"manifest", options.file.string()},
                {"workload", workload.id()},
                {"taken_by_default", taken},
                {"next", next}});
    return core::ExitCode::success;
  }
  print_wrapped(fmt::format("{} describes {}.", core::printable(options.file.string(), 500),
                            core::printable(workload.id())));
  for (const auto& [flag, text] : taken.items()) {
    print_wrapped(
        fmt::format("  --{} was taken to be {}", flag, core::in_quotes(text.get<std::string>())));
  }
  fmt::print("Next: {}\n", core::printable(next, 1000));
  return core::ExitCode::success;
}

}  // namespace

void add_workload_new_command(CLI::App& workloads, core::ExitCode& exit_code) {
  CLI::App* command = workloads.add_subcommand("new", "Write the manifest of a script of your own");
  command->footer(
      "Example: tandem workloads new my/script.json\n"
      "         tandem workloads new my/script.json --command 'python3 train.py' --metric f1\n"
      "Asks at a terminal what no flag says, each question with what an empty line means, and "
      "checks each answer at once; elsewhere it takes the usual for it and says so. 'none' says "
      "that there is none. docs/own-scripts.md says what the manifest means.");
  const auto options = std::make_shared<Options>();
  command->add_option("FILE", options->file, "The manifest to write")->required();
  for (const ManifestQuestion& question : manifest_questions()) {
    CLI::Option* option =
        command->add_option("--" + question.flag, options->answers[question.flag], question.help);
    option->type_name("TEXT")->expected(1);
    if (question.repeats) {
      option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    } else {
      option->multi_option_policy(CLI::MultiOptionPolicy::Throw);
    }
  }
  command->add_flag("--force", options->force, "Overwrite a file that is there");
  add_json_flag(*command, options->as_json);
  command->callback([options, &exit_code] { exit_code = write_manifest(*options); });
}

}  // namespace tandem::cli
