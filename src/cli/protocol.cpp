#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/stop_on_signals.h"
#include "core/file.h"
#include "core/text.h"
#include "execute/conformance.h"

namespace tandem::cli {
namespace {

using core::Json;
using execute::SaidLine;

struct Options {
  std::vector<std::string> command;
  double limit_s = 600;
  bool as_json = false;
};

void print_line(const SaidLine& line) {
  fmt::print("{:>4} {:>8.2f} s  {}\n", line.number, line.t_s, core::printable(line.text, 200));
  if (!line.complaint.empty()) fmt::print("        ! {}\n", core::printable(line.complaint, 300));
}

std::string last_words(const std::filesystem::path& log) {
  const std::string text = core::read_end_of_file(log, 65536);
  const size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return "";
  const size_t before = text.find_last_of("\r\n", end);
  return text.substr(before == std::string::npos ? 0 : before + 1);
}

core::ExitCode check(const Options& options) {
  const auto program = execute::find_program(options.command.front());
  if (!program) {
    throw core::UserError("the command to check",
                          {{"COMMAND", core::in_quotes(options.command.front()),
                            "a program in PATH, or the path of one"}});
  }
  stop_on_signals();
  const core::TemporaryFolder folder("tandem-protocol");
  execute::Command command;
  command.arguments = options.command;
  command.arguments.front() = program->string();
  command.stdout_file = folder.path() / "stdout.log";
  command.stderr_file = folder.path() / "stderr.log";
  Json lines = Json::array();
  execute::Conformance conformance = execute::check_conformance(
      command, {.time_s = options.limit_s}, stop_requested(), [&](const SaidLine& line) {
        if (!options.as_json) return print_line(line);
        lines.push_back({{"line", line.number},
                         {"t_s", line.t_s},
                         {"text", line.text},
                         {"complaint", line.complaint}});
      });
  const std::string said = last_words(command.stderr_file);
  // One that breaks the protocol is not asked for its finer points.
  if (conformance.conforms() && !stop_requested()) {
    const auto complaint =
        execute::check_called_off(command, {.time_s = options.limit_s}, stop_requested());
    if (complaint) conformance.complaints.push_back(*complaint);
  }
  const std::string end = conformance.end ? conformance.end->describe() : "ended by tandem";
  if (options.as_json) {
    print_json({{"command", options.command},
                {"conforms", conformance.conforms()},
                {"complaints", conformance.complaints},
                {"end", end},
                {"last_words", said},
                {"lines", std::move(lines)}});
  } else {
    fmt::print("\nIt {} {}.\n", conformance.end ? "ended with" : "was", end);
    if (!conformance.conforms() && !said.empty()) {
      print_wrapped("Its last words: " + core::printable(said, 300));
    }
    for (const std::string& complaint : conformance.complaints) {
      print_wrapped("! " + core::printable(complaint, 300));
    }
    if (conformance.conforms()) {
      print_wrapped("It speaks the protocol, and ends as it should when it is called off.");
    }
  }
  if (stop_requested()) return core::ExitCode::interrupted;
  return conformance.conforms() ? core::ExitCode::success : core::ExitCode::system_failure;
}

}  // namespace

void add_protocol_command(CLI::App& app, core::ExitCode& exit_code) {
  CLI::App* command = app.add_subcommand("protocol", "Check programs against the trainer protocol");
  command->footer("Example: tandem protocol check -- python3 train.py --epochs 2");
  command->require_subcommand(1);
  CLI::App* check_command =
      command->add_subcommand("check", "Run a trainer and hold what it says against the protocol");
  check_command->footer(
      "Example: tandem protocol check -- python3 train.py --epochs 2\n"
      "Starts the command as tandem starts a trainer, gives the start signal, prints every line "
      "and what is wrong with it; then starts it once more and calls it off. The protocol is in "
      "docs/protocol.md. Exits with 0 when it conforms, 1 when it doesn't, 2 for a mistake in what "
      "was asked.");
  const auto options = std::make_shared<Options>();
  check_command->add_option("COMMAND", options->command, "The command and its arguments, after --")
      ->required();
  check_command->add_option("--limit-s", options->limit_s, "End the command after so many seconds")
      ->check(CLI::Range(0.1, 1e6))
      ->capture_default_str();
  add_json_flag(*check_command, options->as_json);
  check_command->positionals_at_end();
  check_command->callback([options, &exit_code] { exit_code = check(*options); });
}

}  // namespace tandem::cli
