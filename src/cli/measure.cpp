#include <fmt/format.h>

#include <atomic>
#include <cmath>
#include <memory>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/stop_on_signals.h"
#include "core/file.h"
#include "core/text.h"
#include "execute/measured_command.h"

namespace tandem::cli {
namespace {

using core::Reading;
using execute::MeasuredCommand;

struct Options {
  std::vector<std::string> command;
  double sampling_hz = 10;
  std::filesystem::path samples;
  std::filesystem::path output;
  std::vector<std::string> gpus;
  std::string power_model;
  bool as_json = false;
};

/// A row of the summary: a figure, or a dash and why there is none.
void add_row(report::TextTable& table, const std::string& name, const Reading& reading,
             const char* unit, const std::string& remark = "") {
  if (reading) {
    table.add_row({name, core::format_number(std::round(*reading * 1000) / 1000), unit, remark});
  } else {
    table.add_row({name, "–", unit, "missing: " + reading.reason()});
  }
}

std::string source_of(const core::Energy& energy) {
  const std::string source = core::name_of(energy.source);
  return energy.model.empty() ? source : source + ": " + energy.model;
}

std::string wrapped(const std::string& text) {
  std::string lines;
  for (const std::string& line : report::wrap(text, 80)) lines += line + "\n";
  return lines;
}

void add_energy(report::TextTable& table, const std::string& name, const core::Energy& energy,
                double duration_s) {
  add_row(table, name, energy.joules, "J", source_of(energy));
  if (energy.joules) {
    add_row(table, "  mean power", core::ratio(energy.joules, duration_s), "W");
  }
}

std::string summary_of(const MeasuredCommand& measured) {
  using enum report::Align;
  report::TextTable table({"what", "figure", "unit", "from"}, {left, right, left, left});
  add_row(table, "duration", measured.duration_seconds, "s", measured.end.describe());
  add_energy(table, "CPU energy", measured.cpu_energy_joules, measured.duration_seconds);
  if (measured.dram_energy_joules) add_row(table, "  of it DRAM", measured.dram_energy_joules, "J");
  if (measured.gpus.empty()) {
    add_row(table, "GPU energy", Reading::missing(measured.why_no_gpu), "J");
  }
  for (const execute::MeasuredGpu& gpu : measured.gpus) {
    add_energy(table, "GPU energy", gpu.energy_joules, measured.duration_seconds);
    table.add_row({"  of", "", "", gpu.device.name + ", " + gpu.device.uuid});
    add_row(table, "  by its power", gpu.energy_cross_check_joules.joules, "J", "cross-check");
    add_row(table, "  utilisation", gpu.util_avg_percent, "%");
    add_row(table, "  memory peak", gpu.memory_peak_mib, "MiB");
    add_row(table, "  temperature", gpu.temperature_peak_c, "°C", "highest");
  }
  add_row(table, "CPU time", measured.cpu_time_seconds, "s", "of the command's processes");
  add_row(table, "memory peak", measured.memory_peak_mib, "MiB", "resident");
  add_row(table, "  shared once", measured.memory_pss_peak_mib, "MiB", "PSS");
  add_row(table, "read", measured.io_read_mib, "MiB", "from storage");
  add_row(table, "written", measured.io_written_mib, "MiB", "to storage");
  std::string text = "\n" + table.render();
  if (!measured.cpu_energy_joules.instead_of.empty()) {
    text += wrapped("CPU energy is estimated, for: " + measured.cpu_energy_joules.instead_of);
  }
  for (const core::Caution& caution : measured.cautions) {
    text += wrapped("! " + caution.name + ": " + caution.message);
  }
  return text;
}

/// As `time` and `perf stat` do, so that scripts see the command's own end.
core::ExitCode exit_code_of(const MeasuredCommand& measured) {
  using Kind = execute::ProcessEnd::Kind;
  switch (measured.end.kind) {
    case Kind::exited:
      return static_cast<core::ExitCode>(measured.end.number);
    case Kind::signalled:
      return static_cast<core::ExitCode>(128 + measured.end.number);
    case Kind::not_started:
    case Kind::lost:
      break;
  }
  return core::ExitCode::system_failure;
}

core::ExitCode measure(const Options& options) {
  if (!execute::find_program(options.command.front())) {
    throw core::UserError("the command to measure",
                          {{"COMMAND", core::in_quotes(options.command.front()),
                            "a program in PATH, or the path of one"}});
  }
  execute::MeasureOptions measuring;
  measuring.arguments = options.command;
  measuring.sampling_hz = options.sampling_hz;
  measuring.arguments.front() = execute::find_program(options.command.front())->string();
  if (!options.power_model.empty()) {
    measuring.power_model = core::parse_power_model(options.power_model, "--cpu-power-model");
  }
  stop_on_signals();
  const core::TemporaryFolder unasked_samples("tandem-measure");
  measuring.samples_folder = options.samples.empty() ? unasked_samples.path() : options.samples;
  if (!options.samples.empty()) core::make_folders(options.samples);
  measure::Instruments::Options choice;
  choice.gpus = options.gpus;
  const measure::Instruments instruments(choice);

  const MeasuredCommand measured =
      execute::measure_command(measuring, instruments, stop_requested());
  const std::string text =
      options.as_json
          ? core::Json(measured).dump(2, ' ', false, core::Json::error_handler_t::replace) + "\n"
          : summary_of(measured);
  // The command is over: what it used is said somewhere in any case.
  if (!options.output.empty()) {
    try {
      core::write_file_atomically(options.output, text);
      return stop_requested() ? core::ExitCode::interrupted : exit_code_of(measured);
    } catch (const core::SystemError& error) {
      fmt::print(stderr, "tandem: {}\n", error.what());
    }
  }
  fmt::print(stderr, "{}", text);
  return stop_requested() ? core::ExitCode::interrupted : exit_code_of(measured);
}

}  // namespace

void add_measure_command(CLI::App& app, core::ExitCode& exit_code) {
  CLI::App* command = app.add_subcommand(
      "measure", "Run any command and say what it used: energy, time, memory, storage");
  command->footer(
      "Example: tandem measure --samples samples -- python3 train.py --epochs 3\n"
      "The command's output stays its own; the summary goes to the standard error or to --output. "
      "Energy is that of the whole machine while the command ran, unless it says estimated. "
      "What the command leaves running in the background is ended with it. "
      "Exits with the command's exit code, or 128 + the number of the signal that ended it.");
  const auto options = std::make_shared<Options>();
  command->add_option("COMMAND", options->command, "The command and its arguments, after --")
      ->required();
  command->add_option("--hz", options->sampling_hz, "Samples a second")
      ->check(CLI::Range(0.1, 100.0))
      ->capture_default_str();
  command->add_option("--samples", options->samples, "Keep the samples in this folder (CSV)");
  command->add_option("-o,--output", options->output, "Write the summary to this file");
  command->add_option("--gpu", options->gpus,
                      "UUID or PCI address of a GPU to measure; several times for several "
                      "(default: all)");
  command->add_option("--cpu-power-model", options->power_model,
                      "Where the CPU has no meter: name=...,idle_w=10,busy_core_w=5 or "
                      "tdp_w=65,cores=8,idle_w=10");
  add_json_flag(*command, options->as_json);
  command->positionals_at_end();
  command->callback([options, &exit_code] { exit_code = measure(*options); });
}

}  // namespace tandem::cli
