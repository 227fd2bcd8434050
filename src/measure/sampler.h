#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "core/clock.h"
#include "core/measured.h"
#include "measure/signal.h"

namespace tandem::measure {

/// What was sampled between start and stop: one time base for all signals.
struct Recording {
  std::vector<Signal> signals;
  std::vector<MissingSource> missing;
  std::vector<double> t_s;                  ///< seconds since the origin
  std::vector<std::vector<double>> values;  ///< [signal][tick]
  core::SamplingSummary sampling;

  /// The samples of a signal; empty when there is none of that name.
  const std::vector<double>* find(const std::string& signal_name) const;
};

/// Reads all sources at a fixed rhythm in a thread of its own (deadline += period, CLOCK_MONOTONIC)
/// and writes every tick to a CSV file: `t_s` and one column a signal, an empty cell where a sample
/// is missing. A tick is always read at start and at stop, so that a window in between is covered.
class Sampler {
 public:
  /// `origin` is the zero of `t_s`. Throws core::SystemError when the file can't be made.
  Sampler(std::vector<std::unique_ptr<SignalSource>> sources, double sampling_hz, core::Time origin,
          const std::filesystem::path& samples_csv);
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  void start();
  /// Ends the thread and gives what was recorded. Throws core::SystemError when samples could not
  /// be written.
  Recording stop();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace tandem::measure
