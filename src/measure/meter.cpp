#include "measure/meter.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "measure/gpu.h"
#include "measure/machine.h"
#include "measure/process_tree.h"
#include "measure/rapl.h"

namespace tandem::measure {
namespace {

using core::Reading;

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

}  // namespace

class Meter::Parts {
 public:
  explicit Parts(const Options& options) : options_(options) {
    std::vector<std::unique_ptr<SignalSource>> sources;
    find_process_trees(sources);
    add(find_rapl(options.root), sources);
    const auto driver = GpuDriver::load();
    if (const auto* missing = std::get_if<MissingSource>(&driver)) missing_.push_back(*missing);
    sampler_ = std::make_unique<Sampler>(std::move(sources), options.sampling_hz, options.origin,
                                         options.samples_csv);
    if (!options_.power_model) {
      options_.power_model = default_power_model(describe_machine(options.root).logical_cpus);
    }
  }

  void start() { sampler_->start(); }

  void watch(int index, pid_t root_pid) {
    if (!trees_.empty()) trees_.at(static_cast<size_t>(index))->watch(root_pid);
  }

  const Recording& stop() {
    recording_ = sampler_->stop();
    recording_.missing = missing_;
    return recording_;
  }

  core::Energy cpu_energy(Window window) const {
    const auto is_rapl = [](const Signal& s) { return s.name.starts_with(rapl_prefix); };
    Reading joules = 0.0;
    if (std::ranges::any_of(recording_.signals, is_rapl)) {
      for (const Signal& signal : recording_.signals) {
        if (is_rapl(signal)) joules = sum(joules, growth(signal.name, window));
      }
      return {joules, joules ? core::EnergySource::rapl : core::EnergySource::none, ""};
    }
    Reading cpu_seconds = 0.0;
    for (int i = 0; i < options_.participants; ++i) {
      cpu_seconds = sum(cpu_seconds, cpu_time_s(i, window));
    }
    return estimate_cpu_energy(*options_.power_model, window, cpu_seconds);
  }

  Reading cpu_time_s(int index, Window window) const {
    if (const auto problem = tree_problem(index)) return Reading::missing(*problem);
    return growth(fmt::format("cpu_time_{}_s", letter_of(index)), window);
  }

  Reading memory_peak_mib(int index, Window window) const {
    if (const auto problem = tree_problem(index)) return Reading::missing(*problem);
    const std::string memory = fmt::format("memory_{}_mib", letter_of(index));
    const auto& processes = *recording_.find(fmt::format("processes_{}", letter_of(index)));
    std::vector<double> memory_mib = *recording_.find(memory);
    for (size_t i = 0; i < memory_mib.size(); ++i) {
      if (processes[i] == 0) memory_mib[i] = 0;  // no process, no memory: that is known
    }
    return named(memory, maximum_over(recording_.t_s, memory_mib, window));
  }

  /// Why a source isn't there.
  std::string reason_of_missing(const std::string& source) const {
    const auto found = std::ranges::find(missing_, source, &MissingSource::name);
    return found != missing_.end() ? found->reason : source + " doesn't report it";
  }
  Reading missing_gpu_figure() const { return Reading::missing(reason_of_missing("gpu")); }

 private:
  void find_process_trees(std::vector<std::unique_ptr<SignalSource>>& sources) {
    if (auto missing_tree = missing_process_tree(options_.root)) {
      missing_.push_back(std::move(*missing_tree));
      return;
    }
    for (int i = 0; i < options_.participants; ++i) {
      auto tree = std::make_unique<ProcessTree>(letter_of(i), options_.root);
      trees_.push_back(tree.get());
      sources.push_back(std::move(tree));
    }
  }

  void add(FoundSource found, std::vector<std::unique_ptr<SignalSource>>& sources) {
    if (auto* source = std::get_if<std::unique_ptr<SignalSource>>(&found)) {
      sources.push_back(std::move(*source));
    } else {
      missing_.push_back(std::get<MissingSource>(std::move(found)));
    }
  }

  Reading growth(const std::string& signal_name, Window window) const {
    const std::vector<double>& counter = *recording_.find(signal_name);
    return named(signal_name, counter_growth(recording_.t_s, counter, window));
  }

  /// Why there is nothing to say about a participant's process tree, if so.
  std::optional<std::string> tree_problem(int index) const {
    if (trees_.empty()) return reason_of_missing("process_tree");
    const auto* processes = recording_.find(fmt::format("processes_{}", letter_of(index)));
    if (processes == nullptr) return "nothing was sampled";
    const bool seen = std::ranges::any_of(*processes, [](double count) { return count > 0; });
    if (seen) return std::nullopt;
    return fmt::format("no tick saw a process of participant {}", letter_of(index));
  }

  Options options_;
  std::vector<MissingSource> missing_;
  std::vector<ProcessTree*> trees_;  ///< owned by the sampler; empty where they can't be read
  std::unique_ptr<Sampler> sampler_;
  Recording recording_;
};

Meter::Meter(const Options& options) : parts_(std::make_unique<Parts>(options)) {}
Meter::~Meter() = default;

void Meter::start() {
  parts_->start();
}
void Meter::watch(int index, pid_t root_pid) {
  parts_->watch(index, root_pid);
}
const Recording& Meter::stop() {
  return parts_->stop();
}

core::Energy Meter::cpu_energy(Window window) const {
  return parts_->cpu_energy(window);
}

core::Energy Meter::gpu_energy(Window) const {
  return {parts_->missing_gpu_figure(), core::EnergySource::none, ""};
}
Reading Meter::gpu_util_avg_percent(Window) const {
  return parts_->missing_gpu_figure();
}
Reading Meter::gpu_power_avg_watts(Window) const {
  return parts_->missing_gpu_figure();
}
Reading Meter::gpu_memory_peak_mib(Window) const {
  return parts_->missing_gpu_figure();
}

Reading Meter::cpu_time_s(int index, Window window) const {
  return parts_->cpu_time_s(index, window);
}
Reading Meter::memory_peak_mib(int index, Window window) const {
  return parts_->memory_peak_mib(index, window);
}

}  // namespace tandem::measure
