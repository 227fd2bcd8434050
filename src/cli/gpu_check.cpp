#include "cli/gpu_check.h"

#include <fmt/format.h>

#include "cli/options.h"
#include "cli/stop_on_signals.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/text.h"
#include "execute/preparation.h"
#include "measure/instruments.h"
#include "measure/meter.h"

namespace tandem::cli {
namespace {

constexpr int calls_of_each = 50;

struct GpuCheck {
  core::GpuDescription device;
  core::GpuState state;
  measure::GpuEnergy energy;
  core::Reading power_avg_watts, util_avg_percent;
  core::Reading disagreement_percent;  ///< of the power's energy from the counter's
  std::vector<measure::GpuCallCost> call_costs;
  std::vector<measure::GpuProcess> processes;
  std::string no_processes;  ///< why they can't be listed
};

/// Watches all GPUs for the time that was asked for, then asks each what its calls cost.
std::vector<GpuCheck> check(const measure::Instruments& instruments, double seconds) {
  const core::TemporaryFolder samples("tandem-gpu-check");
  const core::Time origin = core::Clock::now();
  const auto now_s = [&] { return core::seconds_between(origin, core::Clock::now()); };
  measure::Meter meter(instruments, {.participants = 1,
                                     .sampling_hz = 10,
                                     .origin = origin,
                                     .folder = samples.path(),
                                     .power_model = {}});
  meter.start();
  const double begin_s = now_s();
  execute::sleep_unless(stop_requested(), seconds);
  const measure::Window window{begin_s, now_s()};
  meter.stop();

  std::vector<GpuCheck> checks;
  for (size_t i = 0; i < instruments.gpus().size(); ++i) {
    const measure::Gpu& gpu = instruments.gpus()[i];
    GpuCheck result{.device = instruments.description(i),
                    .state = gpu.state(),
                    .energy = meter.gpu_energy(window, i),
                    .power_avg_watts = meter.gpu_power_avg_watts(window, i),
                    .util_avg_percent = meter.gpu_util_avg_percent(window, i),
                    .disagreement_percent = {},
                    .call_costs = gpu.call_costs(calls_of_each),
                    .processes = {},
                    .no_processes = {}};
    const core::Reading share =
        core::ratio(result.energy.cross_check.joules, result.energy.total.joules);
    result.disagreement_percent =
        share ? core::Reading(100 * (*share - 1)) : core::Reading::missing(share.reason());
    result.processes = gpu.processes(result.no_processes);
    checks.push_back(std::move(result));
  }
  return checks;
}

std::string name_of(measure::GpuProcessKind kind) {
  switch (kind) {
    case measure::GpuProcessKind::graphics:
      return "graphics";
    case measure::GpuProcessKind::compute:
      return "compute";
    case measure::GpuProcessKind::mps:
      return "mps";
  }
  return "unknown";
}

core::Json document(const GpuCheck& check) {
  core::Json costs = core::Json::array(), processes = core::Json::array();
  for (const measure::GpuCallCost& cost : check.call_costs) {
    costs.push_back({{"call", cost.call},
                     {"times", cost.times},
                     {"median_us", cost.median_us},
                     {"p95_us", cost.p95_us}});
  }
  for (const measure::GpuProcess& process : check.processes) {
    processes.push_back({{"pid", process.pid},
                         {"kind", name_of(process.kind)},
                         {"memory_mib", process.memory_mib}});
  }
  return {{"device", check.device},
          {"state", check.state},
          {"energy_joules", check.energy.total},
          {"energy_cross_check_joules", check.energy.cross_check},
          {"disagreement_percent", check.disagreement_percent},
          {"power_avg_watts", check.power_avg_watts},
          {"util_avg_percent", check.util_avg_percent},
          {"call_costs", std::move(costs)},
          {"processes", std::move(processes)},
          {"no_processes", check.no_processes}};
}

void print_figure(const char* name, const core::Reading& reading, const char* format) {
  print_wrapped(fmt::format(
      "  {:<20}{}", name,
      reading ? fmt::format(fmt::runtime(format), *reading) : "missing: " + reading.reason()));
}

void print(const GpuCheck& check) {
  using enum report::Align;
  print_wrapped(check.device.name + ", " + check.device.uuid);
  print_figure("utilisation", check.util_avg_percent, "{:.1f} %");
  print_figure("mean power", check.power_avg_watts, "{:.1f} W");
  print_figure("temperature", check.state.temperature_c, "{:.0f} °C");
  print_figure("energy", check.energy.total.joules,
               ("{:.2f} J (" + core::name_of(check.energy.total.source) + ")").c_str());
  print_figure("  by its power", check.energy.cross_check.joules, "{:.2f} J");
  print_figure("  disagreement", check.disagreement_percent, "{:+.2f} %");
  print_figure("counter changes", check.device.energy_counter_period_s, "every {:.4f} s");
  fmt::print("\n");
  report::TextTable costs({"call of the driver", "median us", "95 % below us"},
                          {left, right, right});
  for (const measure::GpuCallCost& cost : check.call_costs) {
    costs.add_row(
        {cost.call, fmt::format("{:.0f}", cost.median_us), fmt::format("{:.0f}", cost.p95_us)});
  }
  fmt::print("{}\n", costs.render());
  if (!check.no_processes.empty()) {
    print_wrapped("Processes: " + check.no_processes);
  } else if (check.processes.empty()) {
    fmt::print("No process is on the device.\n");
  } else {
    report::TextTable processes({"process", "kind", "memory MiB"}, {right, left, right});
    for (const measure::GpuProcess& process : check.processes) {
      processes.add_row(
          {std::to_string(process.pid), name_of(process.kind),
           process.memory_mib ? fmt::format("{:.0f}", *process.memory_mib) : std::string("–")});
    }
    fmt::print("{}", processes.render());
  }
}

}  // namespace

core::ExitCode show_gpu_check(const GpuCheckRequest& request) {
  stop_on_signals();
  measure::Instruments::Options choice;
  choice.gpus = request.gpus;
  const measure::Instruments instruments(choice);
  const std::vector<GpuCheck> checks =
      instruments.gpus().empty() ? std::vector<GpuCheck>{} : check(instruments, request.seconds);
  if (request.as_json) {
    core::Json gpus = core::Json::array();
    for (const GpuCheck& each : checks) gpus.push_back(document(each));
    print_json({{"seconds", request.seconds},
                {"gpus", std::move(gpus)},
                {"why_no_gpu", instruments.why_no_gpu()}});
  } else if (checks.empty()) {
    print_wrapped("No GPU can be checked: " + instruments.why_no_gpu());
  }
  if (checks.empty()) return core::ExitCode::system_failure;
  if (!request.as_json) {
    for (const GpuCheck& each : checks) print(each);
  }
  return stop_requested() ? core::ExitCode::interrupted : core::ExitCode::success;
}

}  // namespace tandem::cli
