#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "core/power_model.h"
#include "study/run_spec.h"
#include "study/slurm_settings.h"
#include "study/workload.h"

namespace tandem::study {

/// The levels at which a hyperparameter of the mutated model is tried besides its default:
/// `{"min": "default*0.2", "max": "default*5"}`. The name makes the setting's: `learning_rate_min`.
struct Level {
  std::string name;
  LevelExpression expression;
};
struct MutatedHyperparameter {
  std::string name;
  std::vector<Level> levels;
};

struct StudyPair {
  std::string a;  ///< workload id
  std::string b;
  Hyperparameters
      base_a;  ///< the values the study calls default: the workload's own, or overridden
  Hyperparameters base_b;
};

enum class SoloRuns { shared, literal };
enum class RunOrder { randomised, as_listed };

/// One of several devices, each of which makes one run at a time.
struct StudyDevice {
  std::string gpu;         ///< UUID or PCI address; empty on the CPU
  std::vector<int> cores;  ///< its trainings are pinned to; empty: not pinned

  /// `GPU-…`, `cores 0,1`, `GPU-… with cores 0,1`.
  std::string name() const;
};

/// What may be made on different devices. `block`: a pair's runs of one repetition stay on one, for
/// they are compared; solo runs are shared by the pairs of one device. `any`: each run is made on
/// whichever device is free.
enum class DeviceAffinity { block, any };
std::string name_of(DeviceAffinity affinity);

/// A study as its file asks for it, checked, every default filled in.
struct Study {
  std::string name;
  std::filesystem::path file;
  std::vector<StudyPair> pairs;
  Scale scale = Scale::full;
  Device device = Device::cpu;
  SoloRuns solo_runs = SoloRuns::shared;
  Overlap overlap = Overlap::once;
  RunOrder order = RunOrder::randomised;
  std::uint64_t order_seed = 1;
  int repetitions = 1;
  std::int64_t seed = 1;  ///< of the first repetition's trainings; the next ones count up
  std::vector<MutatedHyperparameter> mutated;  ///< of model B, in the order of the file
  /// Each pair of the file stands in `pairs` a second time, behind all of them, with A and B
  /// swapped, so that the hyperparameters of both are moved.
  bool mutate_both = false;
  Resources resources;
  /// Empty where there is only one, which `gpu` and `resources` describe.
  std::vector<StudyDevice> devices;
  DeviceAffinity device_affinity = DeviceAffinity::block;
  Sharing sharing;
  double sampling_hz = 10;
  std::string gpu;                       ///< UUID or PCI address; empty: the first one
  double cool_down_s = 0;                ///< between two runs, whatever the temperature
  std::optional<double> cool_down_to_c;  ///< of the GPU, before each run
  double cool_down_at_most_s = 600;
  double idle_s = 10;               ///< how long the idle machine is watched before each repetition
  std::optional<double> timeout_s;  ///< of one run; without it the planner derives one
  double ready_timeout_s = 600;     ///< for a training to load its data and warm up
  std::optional<double> no_progress_s;     ///< how long an epoch may last; see execute::RunSettings
  double start_skew_at_most_s = 1;         ///< between the starts of a pair's trainings
  double log_limit_mib = 256;              ///< of each of a training's two logs
  std::optional<double> memory_limit_mib;  ///< of the host's memory, for each training
  double wait_for_gpu_at_most_s = 3600;    ///< when other programs use it
  bool accept_contaminated = false;  ///< runs count even if another program computed meanwhile
  int retries = 2;                   ///< how often a run is made again that the machine spoilt
  double equivalence_bound_percent = 5;
  std::optional<core::PowerModel> cpu_power_model;  ///< for a CPU that can't be metered
  std::filesystem::path data_folder;
  std::optional<SlurmSettings> slurm;  ///< where the study's tasks go to

  /// How many runs are made at a time.
  size_t device_count() const { return devices.empty() ? 1 : devices.size(); }
};

/// Appendix A of the original study: learning_rate × 0.2 and × 5, epochs × 0.5 and × 1.5.
std::vector<MutatedHyperparameter> original_levels();

/// Reads a study file, the seed's form or tandem's extension of it, and checks it completely
/// against the catalogue. Throws core::UserError with the file, the JSON path, what was found and
/// what was expected of every mistake.
Study read_study(const std::filesystem::path& file, const Catalogue& catalogue);
/// The same for a document in memory; `file` names it in messages.
Study parse_study(const core::Json& document, const std::filesystem::path& file,
                  const Catalogue& catalogue);

}  // namespace tandem::study
