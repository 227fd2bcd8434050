#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.h"
#include "core/text.h"
#include "execute/study_lock.h"

namespace {

using tandem::core::ExitCode;

constexpr const char* description =
    "tandem: what does it change when two models train side by side on one device?\n"
    "Plans, runs, measures and analyses studies of concurrent training.";

constexpr const char* footer =
    "Example: tandem plan studies/pilot.json && tandem run studies/pilot.json && "
    "tandem report results/pilot\n"
    "Exit codes: 0 done, 1 the machine can't go on, 2 a mistake in what was asked, 3 done but runs "
    "failed, 4 the study is busy, 130 interrupted.";

int fail(ExitCode code, const std::string& message) {
  fmt::print(stderr, "tandem: {}\n", tandem::core::printable_lines(message));
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app(description, "tandem");
  app.footer(footer);
  app.require_subcommand(1);
  app.set_version_flag("--version", "tandem " TANDEM_VERSION);
  ExitCode exit_code = ExitCode::success;
  tandem::cli::add_plan_command(app, exit_code);
  tandem::cli::add_run_command(app, exit_code);
  tandem::cli::add_run_one_command(app, exit_code);
  tandem::cli::add_status_command(app, exit_code);
  tandem::cli::add_watch_command(app, exit_code);
  tandem::cli::add_stop_command(app, exit_code);
  tandem::cli::add_analyse_command(app, exit_code);
  tandem::cli::add_import_command(app, exit_code);
  tandem::cli::add_export_command(app, exit_code);
  tandem::cli::add_serve_command(app, exit_code);
  tandem::cli::add_report_command(app, exit_code);
  tandem::cli::add_index_command(app, exit_code);
  tandem::cli::add_workloads_command(app, exit_code);
  tandem::cli::add_pairs_command(app, exit_code);
  tandem::cli::add_protocol_command(app, exit_code);
  tandem::cli::add_measure_command(app, exit_code);
  tandem::cli::add_doctor_command(app, exit_code);
  try {
    app.parse(argc, argv);
    return static_cast<int>(exit_code);
  } catch (const CLI::ParseError& error) {
    const bool asked_for_help = app.exit(error) == 0;
    return static_cast<int>(asked_for_help ? ExitCode::success : ExitCode::user_mistake);
  } catch (const tandem::core::UserError& error) {
    return fail(ExitCode::user_mistake, error.what());
  } catch (const tandem::execute::StudyIsBusy& error) {
    return fail(ExitCode::study_is_busy, error.what());
  } catch (const std::exception& error) {
    return fail(ExitCode::system_failure, error.what());
  }
}
