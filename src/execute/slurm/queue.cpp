#include "execute/slurm/queue.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>

#include "core/text.h"
#include "execute/attempt.h"
#include "execute/outcomes.h"

namespace tandem::execute::slurm {
namespace fs = std::filesystem;
namespace {

/// The last line of a log that says what went wrong; empty without one.
std::string last_words(std::string_view log) {
  std::string_view last;
  while (!log.empty()) {
    const std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(line.size() + 1, log.size()));
    if (line.starts_with("tandem: ") || line.find("error") != std::string_view::npos) last = line;
  }
  return core::printable(last, 300);
}

const char* kind_of_state(const std::string& state) {
  if (state == "NODE_FAIL" || state == "BOOT_FAIL") return "node_lost";
  if (state == "TIMEOUT" || state == "DEADLINE") return "job_time_limit";
  if (state == "CANCELLED") return "job_cancelled";
  if (state == "PREEMPTED") return "job_preempted";
  if (state == "OUT_OF_MEMORY") return "out_of_memory";
  return "";
}

/// Settles one task that has ended.
class TaskSettlement {
 public:
  TaskSettlement(const QueuedTask& task, const Submission& submission, const study::Plan& plan,
                 const record::RunStore& store)
      : task_(task), submission_(submission), plan_(plan), store_(store) {}

  /// `in_flight`: runs that a later task makes, or will.
  void settle(const std::set<std::string>& in_flight, Settled& settled) const {
    bool is_of_use = false;
    const Task& task = submission_.array.tasks.at(static_cast<size_t>(task_.index));
    for (const AssignedRun& run : task.runs) {
      if (in_flight.contains(run.run_id)) {
        is_of_use = true;
        continue;
      }
      for (const int attempt : store_.attempts(run.run_id)) {
        // The task may have made further ones, of a run that the machine spoilt.
        if (attempt < run.attempt) continue;
        is_of_use = true;
        if (!store_.has_result(run.run_id, attempt)) end(run.run_id, attempt, settled);
      }
    }
    const bool is_said = task_.state.empty() || task_.state == "CANCELLED";
    // One that found all of its runs made elsewhere has completed.
    if (is_of_use || is_said || task_.state == "COMPLETED") return;
    std::string words = last_words(log());
    if (words.empty()) words = task_.reason;
    settled.fruitless.push_back(
        fmt::format("task {} of {} ended ({}{}) without having begun a run{}{}", task_.index,
                    submission_.name, task_.state, task_.node.empty() ? "" : " on " + task_.node,
                    words.empty() ? "" : ": ", words));
  }

 private:
  std::string log() const { return read_task_log(store_.folder(), submission_.name, task_.index); }

  void end(const std::string& run_id, int attempt, Settled& settled) const {
    std::string name;
    const bool is_ended = end_unfinished_attempt(
        plan_, store_, store_.attempt_folder(run_id, attempt), [&](const std::string& last) {
          const record::Outcome outcome =
              outcome_of_ended_task(task_.state, task_.node, log(), last);
          name = outcome.name;
          return outcome;
        });
    if (is_ended) ++settled.outcomes[name];
  }

  const QueuedTask& task_;
  const Submission& submission_;
  const study::Plan& plan_;
  const record::RunStore& store_;
};

}  // namespace

size_t Queue::live() const {
  return static_cast<size_t>(std::ranges::count_if(tasks, &QueuedTask::is_live));
}

size_t Queue::begun() const {
  return static_cast<size_t>(std::ranges::count_if(tasks, &QueuedTask::has_begun));
}

const Task& Queue::task_of(const QueuedTask& task) const {
  return submissions.at(task.submission).array.tasks.at(static_cast<size_t>(task.index));
}

std::set<std::string> Queue::runs_in_flight() const {
  std::set<std::string> runs;
  for (const QueuedTask& task : tasks) {
    if (!task.is_live()) continue;
    for (const AssignedRun& run : task_of(task).runs) runs.insert(run.run_id);
  }
  return runs;
}

Queue look_at_queue(const fs::path& study_folder, Client& client) {
  Queue queue;
  queue.submissions = open_submissions(study_folder);
  if (queue.submissions.empty()) return queue;
  const Site site = client.site();
  std::map<std::string, size_t> jobs;
  for (const Submission& submission : queue.submissions) {
    if (submission.cluster != site.cluster || submission.user_id != site.user_id) {
      throw core::SystemError(fmt::format(
          "the job {} is user {}'s on the cluster '{}': ask as that one there, not as {} on '{}'",
          submission.name, submission.user_id, submission.cluster, site.user_id, site.cluster));
    }
    jobs[submission.name] = submission.array.tasks.size();
  }
  std::map<std::pair<std::string, int>, TaskState> known;
  for (TaskState& state : client.tasks_of(jobs)) {
    known[{state.job_name, state.task}] = std::move(state);
  }
  for (size_t i = 0; i < queue.submissions.size(); ++i) {
    Submission& submission = queue.submissions[i];
    for (size_t task = 0; task < submission.array.tasks.size(); ++task) {
      QueuedTask queued{i, static_cast<int>(task), "", "", ""};
      const auto state = known.find({submission.name, queued.index});
      if (state != known.end()) {
        queued.state = state->second.state;
        queued.node = state->second.node;
        queued.reason = state->second.reason;
        submission.job_id = state->second.job_id;
      }
      queue.tasks.push_back(std::move(queued));
    }
  }
  return queue;
}

Settled settle(const Queue& queue, const study::Plan& plan, const record::RunStore& store) {
  Settled settled;
  std::vector<bool> is_over(queue.submissions.size(), true);
  std::vector<core::Json> ends(queue.submissions.size(), core::Json::array());
  for (const QueuedTask& task : queue.tasks) {
    if (task.is_live()) {
      is_over[task.submission] = false;
      continue;
    }
    ends[task.submission].push_back(
        {{"task", task.index},
         {"state", task.state.empty() ? "not known to the controller" : task.state},
         {"node", task.node}});
  }
  // The latest first: an attempt is the last task's that was given its run.
  const std::set<std::string> in_flight = queue.runs_in_flight();
  for (const QueuedTask& task : queue.tasks | std::views::reverse) {
    if (task.is_live()) continue;
    TaskSettlement(task, queue.submissions[task.submission], plan, store)
        .settle(in_flight, settled);
  }
  for (size_t i = 0; i < queue.submissions.size(); ++i) {
    const Submission& submission = queue.submissions[i];
    std::error_code code;
    if (!submission.job_id.empty() &&
        !fs::exists(folder_of(store.folder(), submission.name) / "job.json", code)) {
      note_job(store.folder(), submission.name, submission.job_id);
    }
    if (is_over[i]) note_over(store.folder(), submission.name, ends[i]);
  }
  return settled;
}

std::string kind_in_log(std::string_view log) {
  // slurmstepd writes such a line before it sends the first signal:
  // "slurmstepd-n1: error: *** JOB 7 ON n1 CANCELLED AT 2026-11-25T12:00:00 DUE TO TIME LIMIT ***".
  const size_t at = log.rfind("error: *** ");
  if (at == std::string_view::npos) return "";
  const std::string_view line = log.substr(at, log.substr(at).find('\n'));
  if (line.find(" CANCELLED AT ") == std::string_view::npos) return "";
  constexpr std::array causes = {std::pair{"DUE TO TIME LIMIT", "job_time_limit"},
                                 std::pair{"DUE TO PREEMPTION", "job_preempted"},
                                 std::pair{"DUE TO NODE FAILURE", "node_lost"}};
  if (line.find("REQUEUE") != std::string_view::npos) return "";  // it may have gone on
  for (const auto& [sign, kind] : causes) {
    if (line.find(sign) != std::string_view::npos) return kind;
  }
  return "job_cancelled";
}

record::Outcome outcome_of_ended_task(const std::string& state, const std::string& node,
                                      std::string_view log, const std::string& last_written_at) {
  const std::string where = node.empty() ? "" : " on " + node;
  const std::string last = "; its files were last written at " + last_written_at;
  std::string kind = kind_of_state(state);
  if (kind.empty()) kind = kind_in_log(log);
  if (!kind.empty()) {
    return outcome_of_kind(kind,
                           fmt::format("the run's task ended{}{}{}", where,
                                       state.empty() ? "" : fmt::format(" as {}", state), last));
  }
  return outcome_of_kind(
      "cut_off",
      fmt::format("the run's task ended{}{}{}", where,
                  state.empty() ? ", and the controller has forgotten it" : " as " + state, last));
}

}  // namespace tandem::execute::slurm
