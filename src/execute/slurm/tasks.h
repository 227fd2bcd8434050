#pragma once

#include <span>
#include <string>
#include <vector>

#include "study/plan.h"
#include "study/slurm_settings.h"
#include "study/study_file.h"

namespace tandem::execute::slurm {

/// Where runs were made: a node, as Slurm names it, and the UUID of the board, empty on the CPU.
/// No node: nowhere yet.
struct Place {
  std::string node;
  std::string gpu;
  auto operator<=>(const Place&) const = default;
};
/// As `device` of a run's result says it: `n1`, `n1 GPU-…`.
std::string name_of(const Place& place);
Place place_of(const std::string& device);

/// An attempt that a task is to make. Its number is settled when the task is: of two tasks that
/// meet on it the one that makes its folder makes the attempt.
struct AssignedRun {
  std::string run_id;
  int attempt = 1;
  double expected_s = 0;
};

/// What one task of an array makes, one after the other, on one board.
struct Task {
  std::string gpu;  ///< UUID of the board that it has to be, or empty
  std::vector<AssignedRun> runs;
};

/// Slurm is asked for so much more than a task's own limit, before the end of which it is told.
constexpr int told_before_end_min = 2;

/// Tasks with one limit of time, which go to Slurm as one job array.
struct TaskArray {
  std::string node;  ///< that all of them have to be made on, or empty
  int time_limit_min = 0;
  std::vector<Task> tasks;
};

/// For each run of the plan its group, a number from 0: runs that are compared with each other, and
/// therefore are to be made on one board. With DeviceAffinity::block those of a pair's repetition,
/// and with it those of all pairs that share a solo run; else each run is a group of its own.
std::vector<size_t> groups_of(const study::Plan& plan, study::DeviceAffinity affinity);

/// A run that is missing.
struct MissingRun {
  AssignedRun run;
  size_t group = 0;
  int limits_reached = 0;  ///< attempts that the time limit of their task ended
};

/// Of a task, whatever it is to make, in minutes.
int longest_limit_min(const study::SlurmSettings& settings);

/// Shares out the runs, which stand in the plan's order: a group is one task, short groups are
/// packed together until they take `pack_to_s`; those that have been begun go to the place where
/// (`places`, of each group). The limit of time is the forecast times the margin, at least the
/// settings' least, doubled for each limit that was reached, rounded up so that few arrays do, and
/// with what Slurm is asked for beyond it no more than the settings' most.
/// `between_s` passes between two runs of a task; no array has more than `most_tasks`.
std::vector<TaskArray> share_out(std::span<const MissingRun> runs, std::span<const Place> places,
                                 const study::SlurmSettings& settings, double between_s,
                                 size_t most_tasks);

}  // namespace tandem::execute::slurm
