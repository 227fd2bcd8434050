#pragma once

#include <CLI/CLI.hpp>

#include "core/error.h"

namespace tandem::cli {

// One file a command. Each function adds its subcommand; when the person has called it, its work is
// done inside CLI11's parse, and `exit_code` says how it went.
void add_plan_command(CLI::App& app, core::ExitCode& exit_code);
void add_run_command(CLI::App& app, core::ExitCode& exit_code);
/// What the batch script of `run --executor slurm` calls on a node.
void add_run_one_command(CLI::App& app, core::ExitCode& exit_code);
void add_status_command(CLI::App& app, core::ExitCode& exit_code);
void add_watch_command(CLI::App& app, core::ExitCode& exit_code);
void add_stop_command(CLI::App& app, core::ExitCode& exit_code);
void add_analyse_command(CLI::App& app, core::ExitCode& exit_code);
void add_import_command(CLI::App& app, core::ExitCode& exit_code);
void add_export_command(CLI::App& app, core::ExitCode& exit_code);
void add_serve_command(CLI::App& app, core::ExitCode& exit_code);
void add_report_command(CLI::App& app, core::ExitCode& exit_code);
void add_index_command(CLI::App& app, core::ExitCode& exit_code);
void add_workloads_command(CLI::App& app, core::ExitCode& exit_code);
// Subcommands of `workloads`.
void add_profile_command(CLI::App& workloads, core::ExitCode& exit_code);
void add_workload_new_command(CLI::App& workloads, core::ExitCode& exit_code);
void add_workload_check_command(CLI::App& workloads, core::ExitCode& exit_code);
void add_import_configuration_command(CLI::App& workloads, core::ExitCode& exit_code);
void add_protocol_command(CLI::App& app, core::ExitCode& exit_code);
void add_pairs_command(CLI::App& app, core::ExitCode& exit_code);
void add_measure_command(CLI::App& app, core::ExitCode& exit_code);
void add_doctor_command(CLI::App& app, core::ExitCode& exit_code);

}  // namespace tandem::cli
