#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <vector>

#include "execute/child_process.h"
#include "measure/instruments.h"

namespace tandem::execute {

struct OverheadOptions {
  Command command;  ///< a trainer that speaks the protocol, told to train epochs() epochs
  int pairs = 20;
  double sampling_hz = 10;
  std::filesystem::path folder;  ///< gets the logs and the samples
  unsigned seed = 1;             ///< of the order within the pairs
  double timeout_s = 3600;       ///< for one epoch, and for getting ready

  /// One to warm up, and two for each pair.
  int epochs() const { return 1 + 2 * pairs; }
};

/// What the meter costs the training that it watches.
struct Overhead {
  std::vector<double> with_s;     ///< of each pair of neighbouring epochs the sampled one
  std::vector<double> without_s;  ///< and the one with the samplers asleep
  core::Reading cpu_percent;      ///< of one core that sampling took
  core::Reading resident_mib;     ///< of this process at the end
};

/// Trains once, and samples every other epoch: neighbours do the same work a moment apart, so that
/// what drifts (clocks, temperature, other load) falls out of their difference. Which of two comes
/// first is random, from the seed. `progress` is told the pairs that are done. `stop`, once true,
/// ends it with the pairs so far. Throws core::SystemError when the training fails.
Overhead measure_overhead(const OverheadOptions& options, const measure::Instruments& instruments,
                          const std::atomic<bool>& stop,
                          const std::function<void(int pairs_done)>& progress);

}  // namespace tandem::execute
