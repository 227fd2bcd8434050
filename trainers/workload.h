#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "options.h"

namespace tandem::trainers {

/// Values on held-out data: the metric's name → its value.
using Metrics = std::map<std::string, double>;

struct DataDescription {
  bool synthetic = false;
  std::int64_t train_samples = 0;
  std::int64_t test_samples = 0;
};

/// One training: its data (loaded by the constructor), network and optimiser. Used by one thread.
/// Every function may throw; TrainingError carries the exit code.
class Workload {
 public:
  virtual ~Workload() = default;

  virtual DataDescription data() const = 0;

  /// Builds network and optimiser anew and seeds every random stream, so that what follows depends
  /// on the settings alone and not on what ran before.
  virtual void initialize() = 0;

  /// Number of trainable values. Needs initialize().
  virtual std::int64_t parameters() const = 0;

  /// One training step and one evaluation step on the first samples, for the costs that only a
  /// first use has (thread pools, kernel selection, caches). Leaves the network changed.
  virtual void warm_up() = 0;

  /// One pass over the training data. Returns the mean training loss per sample. All work on the
  /// device is done when it returns.
  virtual double train_epoch() = 0;

  /// The metrics of the network as it stands. All work on the device is done when it returns.
  virtual Metrics evaluate() = 0;
};

/// A workload as the command line knows it, before anything is loaded.
struct WorkloadKind {
  std::string name;
  std::string summary;
  std::string metric;  ///< The one to judge a training by.
  bool higher_is_better = true;
  std::vector<Hyperparameter> hyperparameters;
  std::string data_folder;     ///< Where the real data lie below a folder of data sets.
  std::string data_source;     ///< The real data: what they are, where to get them.
  bool makes_up_data = false;  ///< Whether `--data synthetic` is possible.
  /// Loads the data. Throws TrainingError with ExitCode::bad_data.
  std::function<std::unique_ptr<Workload>(const Settings&)> create;
};

/// Every workload of the program, in the order of the catalogue.
const std::vector<WorkloadKind>& workload_kinds();

}  // namespace tandem::trainers
