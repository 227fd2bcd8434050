#include "measure/meter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <thread>
#include <utility>

#include "core/file.h"
#include "measure/cgroup_accounting.h"
#include "measure/gpu_cautions.h"
#include "measure/process_memory.h"
#include "measure/process_owners.h"
#include "measure/process_tree.h"
#include "measure/rapl.h"
#include "measure/sampler.h"

namespace tandem::measure {
namespace {

using core::Caution;
using core::Energy;
using core::EnergySource;
using core::Reading;
using Sources = std::vector<std::unique_ptr<SignalSource>>;

/// Each call of the driver holds its lock, which the trainings need too.
constexpr double fastest_gpu_hz = 10;
constexpr double process_list_hz = 1;
/// The exact share of memory costs milliseconds a process, in which it can't map memory.
constexpr double shared_memory_hz = 0.1;

/// Participant 0 is called a, 1 is called b.
char letter_of(int index) {
  return static_cast<char>('a' + index);
}

Reading sum(const Reading& left, const Reading& right) {
  return core::both(left, right, [](double a, double b) { return a + b; });
}

/// The reading, its reason preceded by the signal that it is about.
Reading named(const std::string& signal_name, const Reading& reading) {
  if (reading) return reading;
  return Reading::missing(fmt::format("{}: {}", signal_name, reading.reason()));
}

/// Share of the deadlines from which on a sampler is called too slow.
constexpr double most_missed_deadlines = 0.1;

/// A gap that is worth telling: seconds, and many ticks.
double longest_gap_s(const core::SamplingSummary& sampling) {
  return std::max(1.0, 10 * sampling.period_s);
}

}  // namespace

class Meter::Parts {
 public:
  Parts(const Instruments& instruments, const Options& options)
      : instruments_(instruments),
        options_(options),
        owners_(std::make_shared<ProcessOwners>(instruments.root())) {
    if (!options_.power_model) {
      const int listed = instruments.machine().logical_cpus;
      const int cpus = listed > 0 ? listed : static_cast<int>(std::thread::hardware_concurrency());
      options_.power_model = default_power_model(std::max(1, cpus));
    }
    add_host();
    for (size_t i = 0; i < instruments.gpus().size(); ++i) add_gpu(static_cast<int>(i));
  }

  void start() {
    for (Sampler& sampler : samplers_) sampler.start();
  }

  void watch(int index, pid_t root_pid) {
    owners_->watch(index, root_pid);
    if (trees_.empty()) return;
    trees_.at(static_cast<size_t>(index))->watch(root_pid);
    memories_.at(static_cast<size_t>(index))->watch(root_pid);
  }
  void ended(int index, const TreeUsage& total) {
    // Its number may be a stranger's from now on.
    owners_->watch(index, 0);
    if (trees_.empty()) return;
    trees_.at(static_cast<size_t>(index))->ended(total);
    memories_.at(static_cast<size_t>(index))->watch(0);
  }

  std::vector<Sampler>& samplers() { return samplers_; }

  void stop() {
    for (Sampler& sampler : samplers_) recordings_.push_back(sampler.stop());
  }
  const std::vector<Recording>& recordings() const { return recordings_; }

  Energy cpu_energy(Window window) const {
    if (runs_at_a_time() > 1) return own_cpu_energy(window);
    Reading joules = 0.0;
    bool has_rapl = false;
    for (const Recording& recording : recordings_) {
      for (const Signal& signal : recording.signals) {
        if (!signal.name.starts_with(rapl_prefix)) continue;
        has_rapl = true;
        joules = sum(joules, growth(signal.name, window));
      }
    }
    if (has_rapl) return {joules, joules ? EnergySource::rapl : EnergySource::none, ""};
    Energy estimate = estimate_cpu_energy(*options_.power_model, window, cpu_time_of_all_s(window));
    estimate.instead_of = why_no_rapl_;
    return estimate;
  }

  int runs_at_a_time() const { return instruments_.runs_at_a_time(); }

  Reading cpu_time_of_all_s(Window window) const {
    Reading cpu_seconds = 0.0;
    for (int i = 0; i < options_.participants; ++i) {
      cpu_seconds = sum(cpu_seconds, cpu_time_s(i, window));
    }
    return cpu_seconds;
  }

  /// Of this run alone, where others are made beside it.
  Energy own_cpu_energy(Window window) const {
    PowerModel model = *options_.power_model;
    model.name += fmt::format(", idle power shared by {} runs", runs_at_a_time());
    model.idle_w /= runs_at_a_time();
    Energy estimate = estimate_cpu_energy(model, window, cpu_time_of_all_s(window));
    estimate.instead_of =
        why_no_rapl_.empty()
            ? fmt::format("the CPU's meter counts the {} runs together that are made at a time",
                          runs_at_a_time())
            : why_no_rapl_;
    return estimate;
  }

  Reading dram_energy_j(Window window) const {
    if (runs_at_a_time() > 1) {
      return Reading::missing(
          fmt::format("the DRAM's meter counts the {} runs together that are made at a time",
                      runs_at_a_time()));
    }
    Reading joules = Reading::missing("no RAPL domain of the DRAM is read here");
    for (const Recording& recording : recordings_) {
      for (const Signal& signal : recording.signals) {
        if (!signal.name.starts_with(std::string(rapl_prefix) + "dram")) continue;
        const Reading growth_j = growth(signal.name, window);
        joules = joules ? sum(joules, growth_j) : growth_j;
        if (!growth_j) return growth_j;
      }
    }
    return joules;
  }

  const Instruments& instruments() const { return instruments_; }

  Reading cpu_time_s(int index, Window window) const {
    return of_tree(index, [&] { return growth(of("cpu_time_{}_s", index), window); });
  }

  int participants() const { return options_.participants; }

  /// A cgroup counts every process that ever was in it, also those that nobody waited for.
  std::optional<Caution> escaped_processes(int index, Window window) const {
    const std::string in_cgroup = of("cgroup_cpu_time_{}_s", index);
    if (!find(in_cgroup)) return std::nullopt;
    const Reading counted_s = growth(in_cgroup, window);
    const Reading tree_s = cpu_time_s(index, window);
    if (!counted_s || !tree_s) return std::nullopt;
    const double missed_s = *counted_s - *tree_s;
    if (missed_s <= std::max(0.2, 0.05 * *counted_s)) return std::nullopt;
    return Caution{"processes_escaped",
                   fmt::format("the cgroup of participant {} used {:.1f} s of CPU time, the "
                               "processes that could be followed {:.1f} s",
                               letter_of(index), *counted_s, *tree_s)};
  }

  /// A gauge of one participant, which is 0 while it has no process.
  Reading maximum_while_alive(const char* signal_format, int index, Window window) const {
    return of_tree(index, [&] {
      const std::string name = of(signal_format, index);
      const std::optional<Found> found = find(name);
      if (!found) return Reading::missing(name + " isn't read here");
      const std::optional<Found> processes = find(of("processes_{}", index));
      const bool ran = maximum_over(processes->series, window).value_or(1) > 0;
      if (ran && !has_value_in(found->series, window)) {
        return Reading::missing(name + ": there is no sample in the window");
      }
      std::vector<double> values(found->series.values.begin(), found->series.values.end());
      for (size_t i = 0; i < values.size(); ++i) {
        // No process, no memory: that is known.
        const double t_s = found->series.t_s[i];
        if (std::isnan(values[i]) && had_none(processes->series, t_s)) values[i] = 0;
      }
      return named(name, maximum_over({found->series.t_s, values, found->series.period_s}, window));
    });
  }

  Reading growth(const std::string& signal_name, Window window) const {
    const std::optional<Found> found = find(signal_name);
    if (!found) return Reading::missing(signal_name + " isn't read here");
    return named(signal_name,
                 counter_growth(found->series, window, found->signal->read_at_least_every_s));
  }

  Reading with_series(const std::string& signal_name, Window window,
                      Reading (*figure)(Series, Window)) const {
    const std::optional<Found> found = find(signal_name);
    if (!found) return Reading::missing(signal_name + " isn't read here");
    return named(signal_name, figure(found->series, window));
  }

  /// Why there is nothing to say about a GPU; nothing when there is.
  std::optional<Reading> no_gpu(size_t gpu) const {
    if (gpu < instruments_.gpus().size()) return std::nullopt;
    return Reading::missing(instruments_.why_no_gpu().empty() ? "no GPU was chosen"
                                                              : instruments_.why_no_gpu());
  }

  /// Why the GPU doesn't tell something, in the driver's words.
  Reading gpu_does_not_tell(size_t gpu, const std::string& name) const {
    for (const UnavailableReading& unavailable : instruments_.gpus().at(gpu).unavailable()) {
      if (unavailable.name == name) return Reading::missing(name + ": " + unavailable.reason);
    }
    return Reading::missing(name + " isn't told by this GPU");
  }

  Reading gpu_figure(size_t gpu, const std::string& name, Window window,
                     Reading (*figure)(Series, Window)) const {
    if (const auto missing = no_gpu(gpu)) return *missing;
    const std::string signal = fmt::format("gpu_{}_{}", gpu, name);
    if (!find(signal)) return gpu_does_not_tell(gpu, name);
    return with_series(signal, window, figure);
  }

  /// A figure from the list of processes, which is read so seldom that a short window may lie
  /// between two readings.
  Reading gpu_process_figure(size_t gpu, const std::string& name, Window window,
                             Reading (*figure)(Series, Window)) const {
    const std::optional<Found> found = find(fmt::format("gpu_{}_{}", gpu, name));
    if (found && !has_value_in(found->series, window)) {
      return Reading::missing(name + ": there is no sample in the window");
    }
    return gpu_figure(gpu, name, window, figure);
  }

  struct Found {
    Series series;
    const Signal* signal;
  };
  std::optional<Found> find(const std::string& signal_name) const {
    for (const Recording& recording : recordings_) {
      const auto signal = std::ranges::find(recording.signals, signal_name, &Signal::name);
      if (signal == recording.signals.end()) continue;
      return Found{{recording.samples.t_s, *recording.samples.find(signal_name),
                    recording.sampling.period_s},
                   &*signal};
    }
    return std::nullopt;
  }

 private:
  void add_sampler(const std::string& name, double hz, const char* file_format, Sources sources) {
    if (sources.empty()) return;
    samplers_.emplace_back(std::move(sources),
                           Sampler::Options{.name = name,
                                            .sampling_hz = hz,
                                            .origin = options_.origin,
                                            .samples_csv = options_.folder / file_format});
  }

  void add_host() {
    Sources host;
    // Counters of joules first, that their time is the tick's whatever follows.
    FoundSource rapl = find_rapl(instruments_.root());
    if (auto* source = std::get_if<std::unique_ptr<SignalSource>>(&rapl)) {
      host.push_back(std::move(*source));
    } else {
      why_no_rapl_ = std::get<MissingSource>(rapl).reason_and_commands();
    }
    Sources memory;
    if (auto missing = missing_process_tree(instruments_.root())) {
      why_no_trees_ = missing->reason;
    } else {
      for (int i = 0; i < options_.participants; ++i) {
        auto tree = std::make_unique<ProcessTree>(letter_of(i), instruments_.root());
        trees_.push_back(tree.get());
        host.push_back(std::move(tree));
        auto shared = std::make_unique<ProcessMemory>(letter_of(i), instruments_.root());
        memories_.push_back(shared.get());
        memory.push_back(std::move(shared));
      }
    }
    for (size_t i = 0; i < options_.cgroups.size(); ++i) {
      if (options_.cgroups[i].empty()) continue;
      host.push_back(
          std::make_unique<CgroupAccounting>(letter_of(static_cast<int>(i)), options_.cgroups[i]));
    }
    add_sampler("host", options_.sampling_hz, "samples.csv", std::move(host));
    add_sampler("memory", std::min(shared_memory_hz, options_.sampling_hz), "samples_memory.csv",
                std::move(memory));
  }

  void add_gpu(int index) {
    const Gpu& gpu = instruments_.gpus().at(static_cast<size_t>(index));
    Sources readings;
    readings.push_back(gpu.readings(index));
    add_sampler(fmt::format("gpu_{}", index), std::min(fastest_gpu_hz, options_.sampling_hz),
                fmt::format("samples_gpu_{}.csv", index).c_str(), std::move(readings));
    Sources processes;
    processes.push_back(gpu.process_readings(index, options_.participants, owners_));
    add_sampler(fmt::format("gpu_{}_processes", index),
                std::min(process_list_hz, options_.sampling_hz),
                fmt::format("samples_gpu_{}_processes.csv", index).c_str(), std::move(processes));
  }

  static std::string of(const char* signal_format, int index) {
    return fmt::format(fmt::runtime(signal_format), letter_of(index));
  }

  /// Whether a sample just before or after that time saw no process of the participant.
  static bool had_none(Series processes, double t_s) {
    const auto after =
        static_cast<size_t>(std::ranges::upper_bound(processes.t_s, t_s) - processes.t_s.begin());
    const bool none_before = after > 0 && processes.values[after - 1] == 0;
    return none_before || (after < processes.t_s.size() && processes.values[after] == 0);
  }

  /// A figure of a participant's process trees, or why there is none.
  template <typename Figure>
  Reading of_tree(int index, Figure figure) const {
    if (trees_.empty()) return Reading::missing(why_no_trees_);
    const std::optional<Found> processes = find(of("processes_{}", index));
    if (!processes) return Reading::missing("nothing was sampled");
    const std::optional<Found> time = find(of("cpu_time_{}_s", index));
    const auto is_positive = [](double value) { return value > 0; };
    if (std::ranges::any_of(processes->series.values, is_positive) ||
        std::ranges::any_of(time->series.values, is_positive)) {
      return figure();
    }
    return Reading::missing(
        fmt::format("no tick saw a process of participant {}", letter_of(index)));
  }

  const Instruments& instruments_;
  Options options_;
  std::shared_ptr<ProcessOwners> owners_;
  std::string why_no_trees_;
  std::string why_no_rapl_;
  std::vector<ProcessTree*> trees_;  ///< owned by the sampler; empty where they can't be read
  std::vector<ProcessMemory*> memories_;
  std::vector<Sampler> samplers_;
  std::vector<Recording> recordings_;
};

Meter::Meter(const Instruments& instruments, const Options& options)
    : parts_(std::make_unique<Parts>(instruments, options)) {}
Meter::~Meter() = default;

void Meter::start() {
  parts_->start();
}
void Meter::watch(int index, pid_t root_pid) {
  parts_->watch(index, root_pid);
}
void Meter::ended(int index, const TreeUsage& total) {
  parts_->ended(index, total);
}
void Meter::mark() {
  for (Sampler& sampler : parts_->samplers()) sampler.tick_now();
}
void Meter::pause() {
  for (Sampler& sampler : parts_->samplers()) sampler.pause();
}
void Meter::resume() {
  for (Sampler& sampler : parts_->samplers()) sampler.resume();
}
void Meter::stop() {
  parts_->stop();
}

std::vector<core::SamplingSummary> Meter::sampling() const {
  std::vector<core::SamplingSummary> all;
  for (const Recording& recording : parts_->recordings()) all.push_back(recording.sampling);
  return all;
}

std::vector<Caution> Meter::cautions(Window window, bool gpus_matter) const {
  std::vector<Caution> cautions;
  for (const Recording& recording : parts_->recordings()) {
    const core::SamplingSummary& sampling = recording.sampling;
    if (!gpus_matter && sampling.name.starts_with("gpu_")) continue;
    if (!sampling.problem.empty()) cautions.push_back({"sensor_lost", sampling.problem});
    const double deadlines = static_cast<double>(sampling.ticks + sampling.missed_deadlines);
    if (static_cast<double>(sampling.missed_deadlines) > most_missed_deadlines * deadlines) {
      cautions.push_back(
          {"missed_deadlines",
           fmt::format("{} skipped {} of {:.0f} ticks, because reading took too long",
                       sampling.name, sampling.missed_deadlines, deadlines)});
    }
    const std::vector<double> begins_s = recording.begins_s();
    const Reading gap_s = largest_gap_s({begins_s, begins_s}, window);
    if (gap_s && *gap_s > longest_gap_s(sampling)) {
      cautions.push_back(
          {"sampling_gap", fmt::format("{} was not sampled for {:.1f} s", sampling.name, *gap_s)});
    }
  }
  for (int i = 0; i < parts_->participants(); ++i) {
    if (auto caution = parts_->escaped_processes(i, window)) {
      cautions.push_back(std::move(*caution));
    }
  }
  if (const int runs = parts_->runs_at_a_time(); runs > 1) {
    cautions.push_back(
        {"cpu_shared",
         fmt::format("{} runs at a time on this CPU: its energy is an estimate from the run's own "
                     "CPU time; caches, memory, clocks and heat are shared",
                     runs)});
  }
  if (!gpus_matter) return cautions;
  const size_t gpus = parts_->instruments().gpus().size();
  for (size_t gpu = 0; gpu < gpus; ++gpu) {
    const core::GpuDescription& device = parts_->instruments().description(gpu);
    const auto add = [&](Caution caution) {
      if (gpus > 1) caution.message = device.uuid + ": " + caution.message;
      cautions.push_back(std::move(caution));
    };
    if (device.sharing == "mig") {
      add({"whole_board",
           "the GPU is in MIG mode: power and energy are the whole board's, with "
           "whatever ran on its other slices"});
    }
    const GpuEnergy energy = gpu_energy(window, gpu);
    if (auto caution =
            disagreement(energy.total.joules, energy.cross_check.joules, largest_disagreement)) {
      add(std::move(*caution));
    }
    const auto series = [&](const char* name) {
      const auto found = parts_->find(fmt::format("gpu_{}_{}", gpu, name));
      return found ? found->series : Series{};
    };
    if (auto caution = throttling(series("throttle_bits"), window)) add(std::move(*caution));
    if (auto caution = contamination({.foreign = series("foreign_processes"),
                                      .unknown = series("unknown_processes"),
                                      .memory_a_mib = series("memory_a_mib"),
                                      .memory_b_mib = series("memory_b_mib")},
                                     window)) {
      add(std::move(*caution));
    }
  }
  return cautions;
}

Energy Meter::cpu_energy(Window window) const {
  return parts_->cpu_energy(window);
}
Reading Meter::dram_energy_j(Window window) const {
  return parts_->dram_energy_j(window);
}

GpuEnergy Meter::gpu_energy(Window window, size_t gpu) const {
  const auto nothing = [&](const Reading& reason) {
    return GpuEnergy{{reason, EnergySource::none, ""}, {reason, EnergySource::none, ""}};
  };
  if (const auto no_gpu = parts_->no_gpu(gpu)) return nothing(*no_gpu);

  const std::string prefix = fmt::format("gpu_{}_", gpu);
  const auto power = [&](const char* name, const char* model) {
    const Reading joules = parts_->gpu_figure(gpu, name, window, integrate_power);
    return Energy{joules, joules ? EnergySource::nvml_power : EnergySource::none, model};
  };
  const bool has_instant = parts_->find(prefix + "power_instant_w").has_value();
  const Energy by_power = has_instant ? power("power_instant_w", "")
                                      : power("power_average_w", "average power of a second");
  if (!parts_->find(prefix + "energy_j")) {
    const Reading why = parts_->gpu_does_not_tell(gpu, "energy_j");
    return {by_power, {why, EnergySource::none, ""}};
  }
  const Reading period_s = parts_->instruments().description(gpu).energy_counter_period_s;
  // One that hardly changed while it was watched is as slow as that, or slower.
  const double slowest_s = period_s.value_or(Gpu::counter_watched_s);
  if (window.duration_s() < fewest_counter_periods * slowest_s) {
    return nothing(Reading::missing(fmt::format(
        "{:.3g} s are too short: the energy counter changes every {:.3g} s{}, and a window needs "
        "{} of these",
        window.duration_s(), slowest_s,
        period_s ? "" : " or more seldom (" + period_s.reason() + ")", fewest_counter_periods)));
  }
  const Reading joules = parts_->growth(prefix + "energy_j", window);
  return {{joules, joules ? EnergySource::nvml_counter : EnergySource::none, ""}, by_power};
}

Reading Meter::gpu_util_avg_percent(Window window, size_t gpu) const {
  return parts_->gpu_figure(gpu, "util_percent", window, mean_over);
}
Reading Meter::gpu_power_avg_watts(Window window, size_t gpu) const {
  return core::ratio(gpu_energy(window, gpu).total.joules, window.duration_s());
}
Reading Meter::gpu_memory_peak_mib(Window window, size_t gpu) const {
  return parts_->gpu_figure(gpu, "memory_mib", window, maximum_over);
}
Reading Meter::gpu_temperature_peak_c(Window window, size_t gpu) const {
  return parts_->gpu_figure(gpu, "temperature_c", window, maximum_over);
}

Reading Meter::cpu_time_s(int index, Window window) const {
  return parts_->cpu_time_s(index, window);
}
Reading Meter::memory_peak_mib(int index, Window window) const {
  return parts_->maximum_while_alive("memory_{}_mib", index, window);
}
Reading Meter::memory_pss_peak_mib(int index, Window window) const {
  return parts_->maximum_while_alive("memory_pss_{}_mib", index, window);
}
Reading Meter::io_read_mib(int index, Window window) const {
  return parts_->growth(fmt::format("io_read_{}_mib", letter_of(index)), window);
}
Reading Meter::io_written_mib(int index, Window window) const {
  return parts_->growth(fmt::format("io_written_{}_mib", letter_of(index)), window);
}
Reading Meter::gpu_memory_peak_mib_of(int index, Window window, size_t gpu) const {
  return parts_->gpu_process_figure(gpu, fmt::format("memory_{}_mib", letter_of(index)), window,
                                    maximum_over);
}
Reading Meter::gpu_sm_util_avg_percent_of(int index, Window window, size_t gpu) const {
  return parts_->gpu_process_figure(gpu, fmt::format("sm_util_{}_percent", letter_of(index)),
                                    window, mean_over);
}

Reading Meter::gpu_foreign_computing(Window window, size_t gpu) const {
  return parts_->gpu_figure(gpu, "foreign_computing_processes", window, maximum_over);
}

core::IdlePower measure_idle_power(const Instruments& instruments,
                                   const std::optional<PowerModel>& power_model, double duration_s,
                                   const std::atomic<bool>* stop) {
  const core::TemporaryFolder folder("tandem-idle");
  const core::Time origin = core::Clock::now();
  Meter meter(instruments, {.participants = 0,
                            .sampling_hz = 10,
                            .origin = origin,
                            .folder = folder.path(),
                            .power_model = power_model});
  meter.start();
  const double begin_s = core::seconds_between(origin, core::Clock::now());
  const core::Time end = core::Clock::now() + core::from_seconds(duration_s);
  const auto is_stopped = [stop] { return stop != nullptr && stop->load(); };
  while (!is_stopped() && core::Clock::now() < end) {
    std::this_thread::sleep_for(
        std::min<core::Clock::duration>(std::chrono::milliseconds(100), end - core::Clock::now()));
  }
  const Window window{begin_s, core::seconds_between(origin, core::Clock::now())};
  meter.stop();
  if (is_stopped()) return {};
  const Energy cpu = meter.cpu_energy(window);
  return {.duration_s = window.duration_s(),
          .cpu_w = core::ratio(cpu.joules, window.duration_s()),
          .cpu_source = cpu.source,
          .cpu_model = cpu.model,
          .gpu_w = meter.gpu_power_avg_watts(window)};
}

}  // namespace tandem::measure
