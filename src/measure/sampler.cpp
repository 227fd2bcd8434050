#include "measure/sampler.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <span>
#include <stop_token>
#include <thread>
#include <utility>

#include "measure/samples_csv.h"

namespace tandem::measure {
namespace {

/// Room for an hour at 10 Hz; a longer recording grows.
constexpr size_t reserved_ticks = 36'000;

std::vector<Signal> all_signals(const std::vector<std::unique_ptr<SignalSource>>& sources) {
  std::vector<Signal> signals;
  for (const auto& source : sources) {
    signals.insert(signals.end(), source->signals().begin(), source->signals().end());
  }
  return signals;
}

double largest_gap_s(const std::vector<double>& t_s) {
  double gap_s = 0;
  for (size_t i = 1; i < t_s.size(); ++i) gap_s = std::max(gap_s, t_s[i] - t_s[i - 1]);
  return gap_s;
}

}  // namespace

const std::vector<double>* Recording::find(const std::string& signal_name) const {
  const auto signal = std::ranges::find(signals, signal_name, &Signal::name);
  return signal == signals.end() ? nullptr : &values[static_cast<size_t>(signal - signals.begin())];
}

/// Everything the thread works on. Outside it, it is touched only before the thread begins and
/// after it has ended.
class Sampler::Loop {
 public:
  Loop(std::vector<std::unique_ptr<SignalSource>> sources, double sampling_hz, core::Time origin,
       const std::filesystem::path& samples_csv)
      : sources_(std::move(sources)),
        period_(core::from_seconds(1.0 / sampling_hz)),
        origin_(origin),
        csv_(samples_csv, all_signals(sources_)) {
    recording_.signals = all_signals(sources_);
    recording_.sampling.name = "host";
    recording_.sampling.period_s = std::chrono::duration<double>(period_).count();
    tick_values_.resize(recording_.signals.size());
    recording_.t_s.reserve(reserved_ticks);
    recording_.values.resize(recording_.signals.size());
    for (auto& column : recording_.values) column.reserve(reserved_ticks);
  }

  void start() {
    tick();
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  Recording stop() {
    if (thread_.joinable()) {
      thread_.request_stop();
      thread_.join();
      tick();
    }
    if (failure_) std::rethrow_exception(failure_);
    csv_.finish();
    recording_.sampling.ticks = static_cast<long>(recording_.t_s.size());
    recording_.sampling.largest_gap_s = largest_gap_s(recording_.t_s);
    return std::move(recording_);
  }

 private:
  void run(const std::stop_token& stop) noexcept try {
    core::Time deadline = core::Clock::now() + period_;
    while (wait_until(deadline, stop)) {
      tick();
      deadline += period_;
      const auto late = core::Clock::now() - deadline;
      if (late <= core::Clock::duration::zero()) continue;
      // What is past is skipped, not caught up with in a burst.
      const auto skipped = late / period_ + 1;
      recording_.sampling.missed_deadlines += static_cast<long>(skipped);
      deadline += skipped * period_;
    }
  } catch (...) {
    failure_ = std::current_exception();
  }

  /// False when the thread is to end.
  bool wait_until(core::Time deadline, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    wake_up_.wait_until(lock, stop, deadline, [] { return false; });
    return !stop.stop_requested();
  }

  void tick() {
    const double t_s = core::seconds_between(origin_, core::Clock::now());
    std::span<double> rest = tick_values_;
    for (const auto& source : sources_) {
      const size_t count = source->signals().size();
      source->read(rest.first(count));
      rest = rest.subspan(count);
    }
    recording_.t_s.push_back(t_s);
    for (size_t i = 0; i < tick_values_.size(); ++i)
      recording_.values[i].push_back(tick_values_[i]);
    csv_.append(t_s, tick_values_);
  }

  std::vector<std::unique_ptr<SignalSource>> sources_;
  const core::Clock::duration period_;
  const core::Time origin_;
  SamplesCsv csv_;
  Recording recording_;
  std::vector<double> tick_values_;
  std::exception_ptr failure_;
  std::mutex mutex_;
  std::condition_variable_any wake_up_;
  std::jthread thread_;  ///< the last member: it ends before what it uses
};

Sampler::Sampler(std::vector<std::unique_ptr<SignalSource>> sources, double sampling_hz,
                 core::Time origin, const std::filesystem::path& samples_csv)
    : loop_(std::make_unique<Loop>(std::move(sources), sampling_hz, origin, samples_csv)) {}
Sampler::~Sampler() = default;

void Sampler::start() {
  loop_->start();
}
Recording Sampler::stop() {
  return loop_->stop();
}

}  // namespace tandem::measure
