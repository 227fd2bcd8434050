#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "study/run_spec.h"
#include "study/schedule.h"
#include "study/study_file.h"

namespace tandem::study {

/// One of a pair's experiments: what A and B are set to. Setting `default`, or for example
/// `learning_rate_min`. With the seed's levels the numbers are those of the seed's list (1 … 11).
struct Experiment {
  int number = 0;
  std::string setting;  ///< of the mutated model B
  bool concurrent = false;
  bool of_a = false;  ///< the one solo run of A
};

/// A pair's experiment in one repetition, and the run that answers it.
struct Cell {
  size_t pair = 0;  ///< index into Study::pairs
  Experiment experiment;
  int repetition = 1;
  size_t run = 0;  ///< index into Plan::runs
};

struct PlannedRun {
  RunSpec spec;
  std::string id;
  double expected_s = 0;  ///< from the catalogue; a concurrent run takes the longer of its two
  /// Index into Study::devices; nothing where there is one device, or any will do.
  std::optional<size_t> device = std::nullopt;
};

/// On which device each block of a plan is made: its name (`block_name`) to that of the device.
/// Blocks stay where they are when the study is extended.
using BlockDevices = std::map<std::string, std::string>;

/// All runs of a study in the order in which they will be made, and what each is for.
struct Plan {
  std::vector<PlannedRun> runs;
  std::vector<Cell> cells;
  BlockDevices block_devices;  ///< empty where there is one device, or any will do
  double expected_s() const;
};

/// What a block is known by, whatever its place in the study file: its pair and its repetition.
std::string block_name(const StudyPair& pair, int repetition);

/// The runs of a plan in the order in which a session's devices take them: with one device, or each
/// run bound to its own, the plan's; where any device will do, repetition after repetition, and in
/// each the longest first.
std::vector<size_t> session_order(const Plan& plan, size_t devices);

/// When a session makes which run on which device, if all take as long as expected. In the order
/// of the plan's runs.
Schedule expected_schedule(const Plan& plan, size_t devices);

/// A setting of B: the changed hyperparameter's value and the default, for sensitivities.
struct Setting {
  std::string name;            ///< `default` or `learning_rate_min`
  std::string hyperparameter;  ///< empty for `default`
  double value = 0;
  double default_value = 0;
  Hyperparameters hyperparameters;  ///< all of B's
};

/// The settings of a pair's B in the order of the experiments: `default` first. Hyperparameters
/// that B doesn't have are left out: a study file can't ask for them, a table of runs may.
std::vector<Setting> settings_of(const Study& study, const StudyPair& pair,
                                 const Catalogue& catalogue);

/// The experiments of a pair in the seed's order: 1 A∥B, 2 A, 3 B, then for each level 4 A∥B, 5 B …
std::vector<Experiment> experiments_of(const std::vector<Setting>& settings);

/// Plans the study for machines of one class. `earlier`: where blocks were put before; those on
/// devices that the study still has stay there. Distinct repetitions are blocks: within each, the
/// order is randomised from the study's seed (Fisher–Yates), the same on every machine.
Plan make_plan(const Study& study, const Catalogue& catalogue, const std::string& machine_class,
               const BlockDevices& earlier = {});

/// Plans what a machine's own catalogue is measured from: each of the workloads (ids) alone with
/// its default hyperparameters, in each of the study's repetitions, in the order of its seed. The
/// same runs as the solo runs of a study with these settings; the study's pairs play no part.
Plan make_profile_plan(const Study& study, const std::vector<std::string>& workloads,
                       const Catalogue& catalogue, const std::string& machine_class);

}  // namespace tandem::study
