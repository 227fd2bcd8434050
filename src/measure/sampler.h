#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/measured.h"
#include "measure/samples_file.h"
#include "measure/signal.h"

namespace tandem::measure {

/// What one sampler read between start and stop.
struct Recording {
  /// Those of the sources, and last `<sampler>_read_s`: how long the reading of the tick took.
  std::vector<Signal> signals;
  Samples samples;  ///< seconds since the origin; one time base for all signals
  core::SamplingSummary sampling;

  /// When the reading of each tick began.
  std::vector<double> begins_s() const;
};

/// Reads some sources at a fixed rhythm in a thread of its own (deadline += period,
/// CLOCK_MONOTONIC) and writes every tick to a file as it comes. A tick is always read at start and
/// at stop, so that a window in between is covered. The time of a tick is the middle of its
/// reading.
///
/// A source that hangs holds up this sampler alone; one that never comes back is left behind at
/// stop with its thread. So what may hang, a driver, gets a sampler of its own.
class Sampler {
 public:
  struct Options {
    std::string name;  ///< of the sampler, for the record: `host`, `gpu_0`
    double sampling_hz = 10;
    core::Time origin;  ///< the zero of all times
    std::filesystem::path samples_csv;
    double patience_s = 5;  ///< how long start and stop wait for a source that doesn't answer
  };

  /// Throws core::SystemError when the file can't be made.
  Sampler(std::vector<std::unique_ptr<SignalSource>> sources, const Options& options);
  /// Ends the thread as stop() does.
  ~Sampler();
  Sampler(Sampler&&) noexcept;

  /// Returns when the first tick has been read.
  void start();
  /// Asks for one tick more, at once, and doesn't wait for it: at the edge of a window, so that
  /// little is interpolated there. One that comes too soon after another (a quarter of the period,
  /// or 0.25 s) is left out. From any thread.
  void tick_now();
  /// Lets the thread sleep without reading until resume(); what was left of the period then is left
  /// of it still.
  void pause();
  void resume();
  /// Ends the thread and gives what was recorded; SamplingSummary::problem says it when a source
  /// didn't come back or samples could not be written.
  Recording stop();

 private:
  class Loop;
  bool end_thread();

  std::shared_ptr<Loop> loop_;  ///< shared with the thread, which may have to be left behind
};

}  // namespace tandem::measure
