#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "execute/session.h"
#include "execute/slurm/client.h"
#include "execute/slurm/queue.h"

namespace tandem::execute::slurm {

struct SubmitOptions {
  SessionOptions session;
  std::filesystem::path data_folder;  ///< as the nodes see it
  std::filesystem::path tandem;       ///< the program, as the nodes see it
  /// Of each run of the plan; asked for where something is missing, for it reads all results.
  std::function<std::vector<double>()> forecast_s;
  Site site;
};

/// What is missing of a study, shared out to tasks.
struct Missing {
  size_t already_done = 0;
  size_t failed_earlier = 0;
  size_t in_flight = 0;  ///< runs of tasks that are live
  size_t waiting = 0;    ///< runs that are compared with those of a live task: they follow it
  size_t runs = 0;       ///< missing, and to be submitted
  size_t at_longest_limit = 0;  ///< of these, runs whose limit was reached and can't be longer
  std::vector<TaskArray> arrays;

  size_t tasks() const;
};

/// The runs that have no result that counts and are in no live task. Attempts without a result must
/// have been settled. Reads every run's results. Throws core::SystemError.
Missing find_missing(const study::Study& study, const study::Plan& plan,
                     const record::RunStore& store, const Queue& queue,
                     const SubmitOptions& options);

struct Submitted {
  size_t runs = 0;
  size_t tasks = 0;
  size_t arrays = 0;
  std::vector<std::string> refused;  ///< Slurm's words, of each array that it didn't take
};

/// Hands the arrays to Slurm, each after it has been written down; nothing is submitted twice
/// whenever tandem is killed. Those that Slurm refuses are withdrawn; after a `stop` no more is
/// submitted. The caller holds the study's lock, and sbatch with it. Throws core::SystemError:
/// ControllerSilent leaves an array for the next call to ask for; arrays before it are submitted.
Submitted submit(const std::vector<TaskArray>& arrays, const study::Study& study,
                 const record::RunStore& store, Client& client, const SubmitOptions& options,
                 const StopRequest& stop);

/// The scripts that submit would hand over, for a person to read, in `slurm-dry-run/` of the
/// study's folder, in the place of those before. Gives their paths.
std::vector<std::filesystem::path> write_scripts_to_read(const std::vector<TaskArray>& arrays,
                                                         const study::Study& study,
                                                         const record::RunStore& store,
                                                         const SubmitOptions& options);

}  // namespace tandem::execute::slurm
