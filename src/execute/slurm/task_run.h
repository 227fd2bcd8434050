#pragma once

#include <functional>
#include <string>
#include <vector>

#include "execute/session.h"
#include "execute/slurm/submission.h"

namespace tandem::execute::slurm {

/// What a task is, and where it runs.
struct TaskSetting {
  std::string submission;
  int task = 0;
  Place place;             ///< written as `device` into its runs' results
  bool is_alone = true;    ///< whether the node was asked for alone
  bool is_any = false;     ///< whether what its runs are compared with may be made elsewhere
  double time_left_s = 0;  ///< when it begins
  /// Slurm's TERM, and a CONT before it, go to every process of the job at once: the trainings may
  /// be seen to end by it before tandem has its own, but not so long before.
  double signals_arrive_within_s = 2;
  /// How Slurm ended the task, as the name of an outcome; empty when that can't be told.
  std::function<std::string()> why_stopped;
  /// Whether the process has been continued (SIGCONT) since this was called last.
  std::function<bool()> was_continued;
};

struct TaskSummary {
  size_t made = 0;
  size_t ok = 0;
  size_t elsewhere = 0;  ///< that another task makes, or has made
  size_t left = 0;       ///< no time, a stop, or a submission that is over
};

/// Makes the runs of a task, one after the other, by the executor that also makes a session's.
/// An attempt is made by whoever makes its folder; a run that has a result that counts is left
/// alone. A run that the machine spoilt is made again after all others. A run that is expected to
/// take longer than there is time is not begun, and none once the submission is over: whoever gave
/// it up, because its node or job seemed lost, has others make its runs. The index is not touched:
/// its database is no file for several machines. Throws core::SystemError when the machine can't go
/// on, after that has been written down.
TaskSummary make_task(const Task& task, const TaskSetting& setting, const study::Plan& plan,
                      const record::RunStore& store, RunExecutor& executor,
                      const SessionOptions& options, const StopRequest& stop,
                      SessionObserver& observer);

/// The boards that Slurm gave a task as `job_gpus` (SLURM_JOB_GPUS: numbers in the order of PCI
/// addresses) on a node where the driver shows boards with these UUIDs, in that order. All of them
/// where it shows no more than were given, or that isn't told.
std::vector<std::string> boards_of_task(const std::string& job_gpus,
                                        const std::vector<std::string>& uuids);
/// The one on which the task's runs are made: the one that it has to be, else the first. Throws
/// core::SystemError when it isn't there.
std::string board_for(const Task& task, const std::vector<std::string>& given);

}  // namespace tandem::execute::slurm
