#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "execute/slurm/client.h"
#include "execute/slurm/submission.h"
#include "record/run_store.h"
#include "study/plan.h"

namespace tandem::execute::slurm {

/// A task of a submission that isn't over, and what the controller says of it.
struct QueuedTask {
  size_t submission = 0;  ///< index into Queue::submissions
  int index = 0;
  std::string state;  ///< empty: the controller doesn't know it (any more)
  std::string node;
  std::string reason;

  bool is_live() const { return !state.empty() && slurm::is_live(state); }
  bool has_begun() const { return is_live() && state != "PENDING"; }
};

/// What of a study is in the hands of Slurm.
struct Queue {
  std::vector<Submission> submissions;  ///< that aren't over
  std::vector<QueuedTask> tasks;        ///< of them, in their order

  size_t live() const;
  size_t begun() const;
  const Task& task_of(const QueuedTask& task) const;
  /// Runs of tasks that are live.
  std::set<std::string> runs_in_flight() const;
};

/// Asks the controller, once, for all submissions that aren't over; without any it isn't asked.
/// Changes nothing. Throws core::SystemError, ControllerSilent when there is no answer.
Queue look_at_queue(const std::filesystem::path& study_folder, Client& client);

/// What became known when a queue was settled.
struct Settled {
  std::map<std::string, size_t> outcomes;  ///< attempts that were given one, by its name
  /// Tasks that ended without having begun a run that they were given, in words.
  std::vector<std::string> fruitless;
};

/// Writes down what the queue shows: ids of jobs that were submitted but not noted, outcomes of the
/// attempts that ended tasks left without a result, and which submissions are over. The caller
/// holds the study's lock. Throws core::SystemError.
Settled settle(const Queue& queue, const study::Plan& plan, const record::RunStore& store);

/// The outcome of an attempt that its task left without a result: by the task's state, else by what
/// Slurm wrote into the task's log, else `cut_off`.
record::Outcome outcome_of_ended_task(const std::string& state, const std::string& node,
                                      std::string_view log, const std::string& last_written_at);
/// The kind of outcome that the last line of Slurm's in a task's log means; empty without one.
std::string kind_in_log(std::string_view log);

}  // namespace tandem::execute::slurm
