#include "execute/slurm/task_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "execute/attempt.h"
#include "execute/outcomes.h"

namespace tandem::execute::slurm {
namespace {

/// Says of a run what only its task knows.
class TaskExecutor : public RunExecutor {
 public:
  TaskExecutor(RunExecutor& executor, const TaskSetting& setting, const StopRequest& stop)
      : executor_(executor), setting_(setting), stop_(stop) {}

  record::RunResult execute(const study::PlannedRun& run, int attempt,
                            const std::filesystem::path& folder, const std::atomic<bool>& stop,
                            RunObserver& observer) override {
    setting_.was_continued();  // what was before this run
    record::RunResult result = executor_.execute(run, attempt, folder, stop, observer);
    const bool was_continued = setting_.was_continued();
    result.device = name_of(setting_.place);
    if (!setting_.is_alone) {
      result.cautions.push_back(
          {"node_shared", "the study's slurm.exclusive is false: other jobs may have run on " +
                              setting_.place.node + " meanwhile"});
    }
    if (setting_.is_any) {
      result.cautions.push_back({"any_device", fmt::format("made on {}, one of the nodes that the "
                                                           "study takes for equal",
                                                           result.device)});
    }
    const bool may_be_slurms = was_continued || was_signalled(result);
    const bool is_stopped =
        stop.load() || (may_be_slurms && !sleep_unless(stop, setting_.signals_arrive_within_s));
    if (is_stopped && !result.outcome.ok()) name_the_end(result);
    if (was_continued && !is_stopped) {
      call_it(outcome_of_kind("suspended",
                              fmt::format("Slurm suspended task {} of {} on {}", setting_.task,
                                          setting_.submission, setting_.place.node)),
              result);
    }
    return result;
  }

 private:
  static bool was_signalled(const record::RunResult& result) {
    const auto by_signal = [](const record::Outcome& outcome) {
      return outcome.name == "signal" || outcome.name == "lost";
    };
    return by_signal(result.outcome) ||
           std::ranges::any_of(result.participants, [&](const record::ParticipantResult& one) {
             return by_signal(one.outcome);
           });
  }

  static void call_it(const record::Outcome& outcome, record::RunResult& result) {
    result.outcome = outcome;
    for (record::ParticipantResult& participant : result.participants) {
      if (!participant.outcome.ok()) participant.outcome = outcome;
    }
  }

  /// What ended it is not the training's: that would be a result.
  void name_the_end(record::RunResult& result) const {
    const std::string kind = stop_.time_is_up.load() ? "job_time_limit" : setting_.why_stopped();
    const std::string message =
        fmt::format("task {} of {} was ended on {} ({})", setting_.task, setting_.submission,
                    setting_.place.node, result.outcome.name);
    call_it(outcome_of_kind(kind.empty() ? "interrupted" : kind, message), result);
  }

  RunExecutor& executor_;
  const TaskSetting& setting_;
  const StopRequest& stop_;
};

/// A task has one device, the session's first.
class OfFirstDevice : public RunObserver {
 public:
  explicit OfFirstDevice(SessionObserver& observer) : observer_(observer) {}
  void waiting(const std::string& what) override { observer_.waiting(0, what); }
  void loading() override { observer_.loading(0); }
  void started() override { observer_.started(0); }
  void epoch_done(size_t index, int epoch, int epochs) override {
    observer_.epoch_done(0, index, epoch, epochs);
  }

 private:
  SessionObserver& observer_;
};

}  // namespace

TaskSummary make_task(const Task& task, const TaskSetting& setting, const study::Plan& plan,
                      const record::RunStore& store, RunExecutor& executor,
                      const SessionOptions& options, const StopRequest& stop,
                      SessionObserver& observer) {
  struct Assigned {
    const study::PlannedRun* run;
    int attempt;
    double expected_s;
    bool again = false;
  };
  std::map<std::string, const study::PlannedRun*> planned;
  for (const study::PlannedRun& run : plan.runs) planned[run.id] = &run;
  std::deque<Assigned> queue;
  std::vector<const study::PlannedRun*> to_do;
  TaskSummary summary;
  for (const AssignedRun& run : task.runs) {
    const auto found = planned.find(run.run_id);
    // Of a study that was changed after it had been submitted.
    if (found == planned.end()) continue;
    queue.push_back({found->second, run.attempt, run.expected_s});
    to_do.push_back(found->second);
  }
  observer.session_begins(plan.runs.size(), 0, to_do, {""});

  TaskExecutor in_task(executor, setting, stop);
  DiskReserve reserve(folder_of(store.folder(), setting.submission) /
                      fmt::format("task-{}.reserve", setting.task));
  OfFirstDevice of_first(observer);
  const core::Time begin = core::Clock::now();
  for (size_t place = 0; !queue.empty() && !stop.any();) {
    const Assigned next = queue.front();
    const std::optional<record::RunResult> deciding = store.read_deciding(next.run->id);
    if (deciding && deciding->outcome.ok()) {
      queue.pop_front();
      ++summary.elsewhere;
      continue;
    }
    if (place > 0) pause_between_runs(options.cool_down_s, stop);
    if (stop.any() || is_over(store.folder(), setting.submission)) break;
    const double left_s = setting.time_left_s - core::seconds_between(begin, core::Clock::now());
    // The first is begun in any case, or a limit that is too short would never be seen.
    if (place > 0 && next.expected_s > left_s) break;
    queue.pop_front();
    if (!store.claim_attempt(next.run->id, next.attempt)) {
      ++summary.elsewhere;
      continue;
    }
    observer.run_begins(0, *next.run, ++place, next.attempt);
    const core::Time run_begin = core::Clock::now();
    const record::RunResult result =
        make_attempt(in_task, *next.run, next.attempt, store, name_of(setting.place), stop.now,
                     of_first, [&] { reserve.release(); });
    const bool again =
        is_retried(result) && spoilt_attempts(store, next.run->id) <= options.retries;
    if (again) queue.push_back({next.run, next.attempt + 1, next.expected_s, true});
    ++summary.made;
    if (result.outcome.ok()) ++summary.ok;
    observer.run_ends(0, result, core::seconds_between(run_begin, core::Clock::now()), again);
  }
  summary.left = queue.size();
  return summary;
}

std::vector<std::string> boards_of_task(const std::string& job_gpus,
                                        const std::vector<std::string>& uuids) {
  std::vector<size_t> given;
  std::istringstream numbers(job_gpus);
  for (std::string number; std::getline(numbers, number, ',');) {
    size_t index = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), index);
    if (error != std::errc() || end != number.data() + number.size()) return uuids;
    given.push_back(index);
  }
  // A cgroup that hides the others renumbers what is left.
  if (given.empty() || uuids.size() <= given.size()) return uuids;
  std::vector<std::string> boards;
  for (const size_t index : given) {
    if (index < uuids.size()) boards.push_back(uuids[index]);
  }
  return boards;
}

std::string board_for(const Task& task, const std::vector<std::string>& given) {
  if (given.empty())
    throw core::SystemError("Slurm has given this task no GPU that the driver shows");
  if (task.gpu.empty()) return given.front();
  if (std::ranges::find(given, task.gpu) != given.end()) return task.gpu;
  throw core::SystemError(fmt::format(
      "this task's runs are compared with others made on {}, and Slurm has given it {}: with "
      "slurm.exclusive all boards of the node come",
      task.gpu, fmt::join(given, ", ")));
}

}  // namespace tandem::execute::slurm
