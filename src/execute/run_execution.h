#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "measure/meter.h"
#include "record/run_result.h"
#include "study/run_spec.h"
#include "study/workload.h"

namespace tandem::execute {

/// What a run needs besides its spec; nothing here is part of its identity.
struct RunSettings {
  std::filesystem::path data_folder;
  double sampling_hz = 10;
  /// What to measure with, its first GPU being the one that trainings on CUDA use; without it the
  /// run looks for itself.
  std::shared_ptr<const measure::Instruments> instruments;
  std::string cuda_visible_devices;  ///< UUID of the GPU or MIG slice; empty: as it is
  std::string device;                ///< the study's that makes the run; empty where it has one
  std::vector<int> cores;            ///< of the device, where the spec leaves open which
  std::map<std::string, std::string> environment;  ///< added to the trainings'
  core::IdlePower idle;                            ///< as last measured
  std::optional<measure::PowerModel> power_model;
  double ready_timeout_s = 600;  ///< for loading data and warming up
  double timeout_s = 3600;       ///< from the start signal to the end of the last process
  /// How long an epoch may last; without it, after the first one, 20 times the longest so far and
  /// at least a minute.
  std::optional<double> no_progress_s;
  double log_limit_mib = 256;        ///< of a training's standard output, and of its error
  double start_skew_at_most_s = 1;   ///< a pair's; started further apart it is no pair
  bool accept_contaminated = false;  ///< a run counts even if another program computed meanwhile
  core::Clocks (*clocks)() = &core::Clocks::now;
  double grace_s = 5;  ///< between TERM and KILL
};

/// Told of a run's progress, in the thread that executes it.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  /// Something stands in the way of the run, and is waited for.
  virtual void waiting(const std::string& what) { (void)what; }
  virtual void loading() {}
  virtual void started() {}
  /// `index`: 0 = A or the solo training, 1 = B.
  virtual void epoch_done(size_t index, int epoch, int epochs) {
    (void)index, (void)epoch, (void)epochs;
  }
};

/// Makes one run: starts its trainings, lets them load, starts them together, measures until they
/// have ended, and says how it went. Writes run.json, events.jsonl, samples.csv and the logs into
/// `folder`, which must exist; result.json is the caller's, for it must be the last.
/// A training that fails is an outcome in the result. `stop`, once true, ends the run as
/// interrupted. Throws core::SystemError when the machine can't go on (no files, no processes).
record::RunResult execute_run(const study::RunSpec& spec, int attempt,
                              const std::filesystem::path& folder,
                              const study::Catalogue& catalogue, const RunSettings& settings,
                              const std::atomic<bool>& stop, RunObserver& observer);

}  // namespace tandem::execute
