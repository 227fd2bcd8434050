#pragma once

#include <string>
#include <vector>

#include "core/json.h"

namespace tandem::study {

/// What a study, or a site's profile, asks of Slurm (`tandem run --executor slurm`). Nothing here
/// is part of a run's identity, but for the class of the nodes.
struct SlurmSettings {
  std::string partition;  ///< empty: the site's default
  std::string account;
  std::string gpu_type;       ///< of the generic resource: `a100` of `gpu:a100:1`; empty: any
  std::string machine_class;  ///< of the nodes (`tandem doctor` on one says it); empty: this one's
  double time_margin = 2;     ///< a task's time limit over its forecast
  double time_at_least_s = 600;  ///< a task's own time limit is no shorter
  double time_at_most_s =
      86'400;              ///< Slurm is asked for no longer one; the rest is for later tasks
  double pack_to_s = 600;  ///< short runs are made in one task until they take so long
  int tasks_at_once = 0;   ///< of each array; 0: as many as Slurm gives
  bool exclusive = true;   ///< the whole node, for it is measured
  std::vector<std::string> flags;  ///< further ones of sbatch, such as `--constraint=a100`
};

/// Reads the object `slurm` of a study file, or a profile. Adds what is wrong to the diagnostics.
SlurmSettings read_slurm_settings(const core::JsonNode& node);

}  // namespace tandem::study
