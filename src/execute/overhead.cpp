#include "execute/overhead.h"

#include <fmt/format.h>
#include <poll.h>

#include <ctime>
#include <fstream>
#include <memory>
#include <numeric>
#include <random>
#include <variant>

#include "core/clock.h"
#include "core/error.h"
#include "execute/event_log.h"
#include "execute/run_cgroup.h"
#include "execute/training.h"
#include "measure/meter.h"

namespace tandem::execute {
namespace {

using core::Clock;
using core::Time;

double cpu_time_of_this_process_s() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

core::Reading resident_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib / 1024;
  }
  return core::Reading::missing("/proc/self/status doesn't tell it");
}

/// Says that `stop` became true.
struct Stopped {};

/// The training, looked at until something is true of it.
class Watched {
 public:
  Watched(const OverheadOptions& options, EventLog& log, const std::atomic<bool>& stop)
      : options_(options),
        stop_(stop),
        training_(options.command, options.epochs(), "overhead", 1, log) {}

  Training& training() { return training_; }

  template <typename Condition>
  void until(const char* what, Condition is_true) {
    const Time give_up = Clock::now() + core::from_seconds(options_.timeout_s);
    while (!is_true()) {
      if (stop_.load()) throw Stopped();
      if (training_.has_ended()) {
        throw core::SystemError(
            fmt::format("the training ended before {}: {}", what, training_.outcome("").message));
      }
      if (Clock::now() > give_up) throw core::SystemError(fmt::format("no sign of {}", what));
      pollfd waiting{training_.events_fd(), POLLIN, 0};
      constexpr int longest_ms = 100;
      ::poll(&waiting, 1, longest_ms);
      training_.update();
    }
  }
  /// The end of an epoch, counted from 1.
  Time end_of(size_t epoch) {
    until("the end of an epoch", [&] { return training_.epochs_done() >= epoch; });
    return *training_.trained_until();
  }

 private:
  const OverheadOptions& options_;
  const std::atomic<bool>& stop_;
  Training training_;
};

}  // namespace

Overhead measure_overhead(const OverheadOptions& options, const measure::Instruments& instruments,
                          const std::atomic<bool>& stop, const std::function<void(int)>& progress) {
  const Time origin = Clock::now();
  EventLog log(options.folder / "events.jsonl", origin);
  const RunCgroup::Made made = RunCgroup::make();
  const auto* cgroup = std::get_if<std::unique_ptr<RunCgroup>>(&made);
  OverheadOptions in_cgroup = options;
  measure::Meter::Options meter_options{.participants = 1,
                                        .sampling_hz = options.sampling_hz,
                                        .origin = origin,
                                        .folder = options.folder,
                                        .power_model = {}};
  if (cgroup != nullptr) {
    in_cgroup.command.cgroup = (*cgroup)->folder();
    meter_options.cgroups = {(*cgroup)->folder()};
  }
  measure::Meter meter(instruments, meter_options);
  Watched watched(in_cgroup, log, stop);
  Overhead overhead;
  double cpu_with_s = 0;
  double cpu_without_s = 0;
  try {
    meter.start();
    meter.pause();
    meter.watch(0, watched.training().pid());
    watched.until("its ready line", [&] { return watched.training().is_ready(); });
    watched.training().go(Clock::now());
    std::mt19937 random(options.seed);
    Time begin = watched.end_of(1);
    for (int pair = 0; pair < options.pairs; ++pair) {
      const bool sampled_first = random() % 2 == 0;
      double with_s = 0;
      double without_s = 0;
      for (int place = 0; place < 2; ++place) {
        const bool sampled = sampled_first == (place == 0);
        if (sampled) meter.resume();
        const double cpu_begin_s = cpu_time_of_this_process_s();
        const Time end = watched.end_of(static_cast<size_t>(2 + 2 * pair + place));
        const double cpu_s = cpu_time_of_this_process_s() - cpu_begin_s;
        if (sampled) meter.pause();
        (sampled ? with_s : without_s) = core::seconds_between(begin, end);
        (sampled ? cpu_with_s : cpu_without_s) += cpu_s;
        begin = end;
      }
      overhead.with_s.push_back(with_s);
      overhead.without_s.push_back(without_s);
      progress(pair + 1);
    }
  } catch (const Stopped&) {
    // The pairs that are whole count.
  }
  const double sampled_s = std::accumulate(overhead.with_s.begin(), overhead.with_s.end(), 0.0);
  overhead.cpu_percent = core::ratio(100 * (cpu_with_s - cpu_without_s), sampled_s);
  overhead.resident_mib = resident_mib();
  meter.stop();
  return overhead;
}

}  // namespace tandem::execute
