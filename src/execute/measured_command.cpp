#include "execute/measured_command.h"

#include <poll.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "core/clock.h"
#include "execute/run_cgroup.h"

namespace tandem::execute {
namespace {

using core::Clock;

core::Json to_document(const MeasuredGpu& gpu) {
  return {{"device", gpu.device},
          {"at_start", gpu.at_start},
          {"at_end", gpu.at_end},
          {"energy_joules", gpu.energy_joules},
          {"energy_cross_check_joules", gpu.energy_cross_check_joules},
          {"util_avg_percent", gpu.util_avg_percent},
          {"power_avg_watts", gpu.power_avg_watts},
          {"memory_peak_mib", gpu.memory_peak_mib},
          {"temperature_peak_c", gpu.temperature_peak_c}};
}

std::vector<core::GpuState> states_of(const measure::Instruments& instruments) {
  std::vector<core::GpuState> states;
  for (const measure::Gpu& gpu : instruments.gpus()) states.push_back(gpu.state());
  return states;
}

/// Waits for the command's end; asks for it once `stop` is true. How long it will take isn't known:
/// signals with a slow rhythm are read at doubling times, so that a short command has them too.
ProcessEnd wait_for_end(ChildProcess& process, measure::Meter& meter,
                        const std::atomic<bool>& stop) {
  const core::Time begin = Clock::now();
  for (double mark_s = 0.5;;) {
    if (const std::optional<ProcessEnd> end = process.poll_end()) return *end;
    if (stop.load()) process.request_end();
    if (core::seconds_between(begin, Clock::now()) >= mark_s) {
      meter.mark();
      mark_s *= 2;
    }
    pollfd waiting{process.end_fd(), POLLIN, 0};
    constexpr int longest_ms = 500;  // a signal that sets `stop` interrupts it
    ::poll(&waiting, 1, longest_ms);
  }
}

}  // namespace

MeasuredCommand measure_command(const MeasureOptions& options,
                                const measure::Instruments& instruments,
                                const std::atomic<bool>& stop) {
  RunCgroup::Made made = RunCgroup::make();
  const auto* cgroup = std::get_if<std::unique_ptr<RunCgroup>>(&made);
  const core::Time origin = Clock::now();
  const auto now_s = [&] { return core::seconds_between(origin, Clock::now()); };
  measure::Meter::Options meter_options{.participants = 1,
                                        .sampling_hz = options.sampling_hz,
                                        .origin = origin,
                                        .folder = options.samples_folder,
                                        .power_model = options.power_model};
  Command command;
  command.arguments = options.arguments;
  command.grace_s = options.grace_s;
  command.streams = Command::Streams::of_tandem;
  if (cgroup != nullptr) {
    command.cgroup = (*cgroup)->folder();
    meter_options.cgroups = {(*cgroup)->folder()};
  }
  measure::Meter meter(instruments, meter_options);

  MeasuredCommand measured;
  measured.arguments = options.arguments;
  measured.started_at = core::wall_clock_label();
  const std::vector<core::GpuState> at_start = states_of(instruments);
  meter.start();
  const double begin_s = now_s();
  {
    ChildProcess process(command);
    meter.watch(0, process.pid());
    measured.end = wait_for_end(process, meter, stop);
  }
  const measure::Window window{begin_s, now_s()};
  if (measured.end.cpu_time_s) {
    meter.ended(
        0, {*measured.end.cpu_time_s, *measured.end.io_read_mib, *measured.end.io_written_mib});
  }
  meter.stop();
  const std::vector<core::GpuState> at_end = states_of(instruments);

  measured.duration_seconds = window.duration_s();
  // The system's own sums, where the launcher could give them, are exact to the end.
  const auto exact = [](const std::optional<double>& counted, const core::Reading& sampled) {
    return counted ? core::Reading(*counted) : sampled;
  };
  measured.cpu_time_seconds = exact(measured.end.cpu_time_s, meter.cpu_time_s(0, window));
  if (const auto no_io = measure::missing_process_io(instruments.root())) {
    measured.io_read_mib = measured.io_written_mib = core::Reading::missing(no_io->reason);
  } else {
    measured.io_read_mib = exact(measured.end.io_read_mib, meter.io_read_mib(0, window));
    measured.io_written_mib = exact(measured.end.io_written_mib, meter.io_written_mib(0, window));
  }
  // The peak of one process may lie between two samples of all.
  measured.memory_peak_mib = meter.memory_peak_mib(0, window);
  if (const auto largest_mib = measured.end.largest_rss_mib) {
    measured.memory_peak_mib = std::max(*largest_mib, measured.memory_peak_mib.value_or(0));
  }
  measured.memory_pss_peak_mib = meter.memory_pss_peak_mib(0, window);
  measured.cpu_energy_joules = meter.cpu_energy(window);
  measured.dram_energy_joules = meter.dram_energy_j(window);
  for (size_t i = 0; i < instruments.gpus().size(); ++i) {
    const measure::GpuEnergy energy = meter.gpu_energy(window, i);
    measured.gpus.push_back(
        {instruments.description(i), at_start[i], at_end[i], energy.total, energy.cross_check,
         meter.gpu_util_avg_percent(window, i), meter.gpu_power_avg_watts(window, i),
         meter.gpu_memory_peak_mib(window, i), meter.gpu_temperature_peak_c(window, i)});
  }
  measured.why_no_gpu = instruments.why_no_gpu();
  measured.sampling = meter.sampling();
  measured.cautions = meter.cautions(window, true);
  return measured;
}

void to_json(core::Json& json, const MeasuredCommand& measured) {
  core::Json gpus = core::Json::array();
  for (const MeasuredGpu& gpu : measured.gpus) gpus.push_back(to_document(gpu));
  json = {{"command", measured.arguments},
          {"started_at", measured.started_at},
          {"end", measured.end.describe()},
          {"duration_seconds", measured.duration_seconds},
          {"cpu_energy_joules", measured.cpu_energy_joules},
          {"dram_energy_joules", measured.dram_energy_joules},
          {"gpus", std::move(gpus)},
          {"why_no_gpu", measured.why_no_gpu},
          {"cpu_time_seconds", measured.cpu_time_seconds},
          {"memory_peak_mib", measured.memory_peak_mib},
          {"memory_pss_peak_mib", measured.memory_pss_peak_mib},
          {"io_read_mib", measured.io_read_mib},
          {"io_written_mib", measured.io_written_mib},
          {"sampling", measured.sampling},
          {"cautions", measured.cautions}};
}

}  // namespace tandem::execute
