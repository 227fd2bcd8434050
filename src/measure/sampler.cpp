#include "measure/sampler.h"

#include <fmt/format.h>
#include <semaphore.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <span>
#include <thread>
#include <utility>

#include "core/file.h"

namespace tandem::measure {
namespace {

using core::Time;

std::vector<Signal> all_signals(const std::vector<std::unique_ptr<SignalSource>>& sources,
                                const std::string& sampler) {
  std::vector<Signal> signals;
  for (const auto& source : sources) {
    signals.insert(signals.end(), source->signals().begin(), source->signals().end());
  }
  signals.push_back(
      {sampler + "_read_s", "s", Behaviour::gauge, "how long the reading of this tick took"});
  return signals;
}

double largest_step(const std::vector<double>& values) {
  double largest = 0;
  for (size_t i = 1; i < values.size(); ++i) largest = std::max(largest, values[i] - values[i - 1]);
  return largest;
}

/// A counting semaphore with absolute deadlines on CLOCK_MONOTONIC. std::counting_semaphore would
/// do, but libstdc++'s spins before it sleeps, at every tick.
class Bell {
 public:
  Bell() { ::sem_init(&semaphore_, 0, 0); }
  ~Bell() { ::sem_destroy(&semaphore_); }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  void ring() { ::sem_post(&semaphore_); }
  /// True when it rang before the deadline.
  bool wait_until(Time deadline) {
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(
                        std::max(deadline.time_since_epoch(), Time::duration::zero()))
                        .count();
    const timespec until{ns / 1'000'000'000, ns % 1'000'000'000};
    for (;;) {
      if (::sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &until) == 0) return true;
      if (errno != EINTR) return false;
    }
  }

 private:
  sem_t semaphore_;
};

}  // namespace

std::vector<double> Recording::begins_s() const {
  std::vector<double> begins_s = samples.t_s;
  const std::vector<double>& read_s = samples.values.back();
  for (size_t i = 0; i < begins_s.size(); ++i) begins_s[i] -= read_s[i] / 2;
  return begins_s;
}

/// Everything that the thread works on.
class Sampler::Loop {
 public:
  Loop(std::vector<std::unique_ptr<SignalSource>> sources, const Options& options)
      : sources_(std::move(sources)),
        options_(options),
        period_(core::from_seconds(1.0 / options.sampling_hz)),
        signals_(all_signals(sources_, options.name)),
        writer_(options.samples_csv, signals_),
        tick_values_(signals_.size()) {}

  void run() noexcept {
    // Signals are for the threads that wait for them.
    sigset_t all;
    sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    tick();
    has_begun_.ring();
    Time deadline = core::Clock::now() + period_;
    while (!is_ending_.load()) {
      if (is_paused_.load()) {
        const auto left = deadline - core::Clock::now();
        while (is_paused_.load() && !is_ending_.load()) commands_.wait_until(Time::max());
        // No deadline was missed by one that was told to sleep.
        deadline = core::Clock::now() + std::max(left, core::Clock::duration::zero());
        continue;
      }
      if (commands_.wait_until(deadline)) {
        if (tick_is_wanted_.exchange(false) && !has_just_ticked()) tick();
        continue;
      }
      tick();
      deadline += period_;
      const auto late = core::Clock::now() - deadline;
      if (late <= core::Clock::duration::zero()) continue;
      // What is past is skipped, not caught up with in a burst.
      const auto skipped = late / period_ + 1;
      missed_deadlines_ += static_cast<long>(skipped);
      deadline += skipped * period_;
    }
    tick();
    writer_error_ = writer_.error();
    has_ended_.ring();
  }

  void tick_now() {
    tick_is_wanted_ = true;
    commands_.ring();
  }
  void set_paused(bool paused) {
    is_paused_ = paused;
    commands_.ring();
  }
  void end() {
    is_ending_ = true;
    commands_.ring();
  }
  void wait_for_begin() { begun_late_ = !has_begun_.wait_until(patience_ends()); }
  bool wait_for_end() { return has_ended_.wait_until(patience_ends()); }

  /// What the file holds. To be asked when the thread has ended, or was left behind.
  Recording recording(bool left_behind) const {
    Recording recording{signals_, samples(), {}};
    recording.sampling.name = options_.name;
    recording.sampling.period_s = std::chrono::duration<double>(period_).count();
    recording.sampling.ticks = static_cast<long>(recording.samples.t_s.size());
    recording.sampling.missed_deadlines = missed_deadlines_;
    recording.sampling.largest_gap_s = largest_step(recording.begins_s());
    if (begun_late_) recording.sampling.problem = options_.name + " did not answer at the start";
    if (writer_error_ != 0) {
      recording.sampling.problem =
          fmt::format("'{}' could not be written: {}", options_.samples_csv.string(),
                      ::strerror(writer_error_));
    }
    if (left_behind) {
      const double last_s = recording.samples.t_s.empty() ? 0 : recording.samples.t_s.back();
      recording.sampling.problem = fmt::format(
          "{} did not answer any more after {:.1f} s and was left behind", options_.name, last_s);
    }
    return recording;
  }

  std::thread thread;

 private:
  Time patience_ends() const {
    return core::Clock::now() + core::from_seconds(options_.patience_s);
  }

  /// What the file holds; nothing of one that can't be read back (/dev/full), or whose first line
  /// found no room.
  Samples samples() const {
    std::error_code code;
    const std::filesystem::path& file = options_.samples_csv;
    const auto has_names = [&] {
      return writer_error_ == 0 || core::read_file(file).find('\n') != std::string::npos;
    };
    if (std::filesystem::is_regular_file(file, code) && has_names()) {
      Samples read = read_samples(file);
      if (read.names.size() == signals_.size()) return read;
    }
    Samples none;
    for (const Signal& signal : signals_) none.names.push_back(signal.name);
    none.values.resize(signals_.size());
    return none;
  }

  bool has_just_ticked() const {
    const auto shortest =
        std::min<core::Clock::duration>(period_ / 4, std::chrono::milliseconds(250));
    return core::Clock::now() - ticked_at_ < shortest;
  }

  void tick() noexcept {
    const Time begin = core::Clock::now();
    ticked_at_ = begin;
    std::span<double> rest = tick_values_;
    for (const auto& source : sources_) {
      const size_t count = source->signals().size();
      source->read(rest.first(count));
      rest = rest.subspan(count);
    }
    const core::Clock::duration took = core::Clock::now() - begin;
    rest.front() = std::chrono::duration<double>(took).count();
    writer_.append(core::seconds_between(options_.origin, begin + took / 2), tick_values_);
  }

  std::vector<std::unique_ptr<SignalSource>> sources_;
  const Options options_;
  const core::Clock::duration period_;
  const std::vector<Signal> signals_;
  SamplesWriter writer_;
  std::vector<double> tick_values_;
  Time ticked_at_;
  bool begun_late_ = false;            ///< the caller's
  std::atomic<int> writer_error_ = 0;  ///< errno, set when the thread ends
  std::atomic<long> missed_deadlines_ = 0;
  std::atomic<bool> tick_is_wanted_ = false;
  std::atomic<bool> is_paused_ = false;
  std::atomic<bool> is_ending_ = false;
  Bell commands_;
  Bell has_begun_;
  Bell has_ended_;
};

Sampler::Sampler(std::vector<std::unique_ptr<SignalSource>> sources, const Options& options)
    : loop_(std::make_shared<Loop>(std::move(sources), options)) {}
Sampler::Sampler(Sampler&&) noexcept = default;

Sampler::~Sampler() {
  if (loop_) end_thread();
}

void Sampler::start() {
  loop_->thread = std::thread([loop = loop_] { loop->run(); });
  loop_->wait_for_begin();
}

void Sampler::tick_now() {
  loop_->tick_now();
}
void Sampler::pause() {
  loop_->set_paused(true);
}
void Sampler::resume() {
  loop_->set_paused(false);
}

/// True when the thread has ended, false when it had to be left behind.
bool Sampler::end_thread() {
  if (!loop_->thread.joinable()) return true;
  loop_->end();
  if (loop_->wait_for_end()) {
    loop_->thread.join();
    return true;
  }
  loop_->thread.detach();
  return false;
}

Recording Sampler::stop() {
  const bool ended = end_thread();
  return loop_->recording(!ended);
}

}  // namespace tandem::measure
