#include "cli/run_on_slurm.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

#include "analyse/forecast.h"
#include "cli/progress.h"
#include "cli/stop_on_signals.h"
#include "cli/study_changes.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/text.h"
#include "execute/attempt.h"
#include "execute/slurm/submit.h"
#include "execute/study_lock.h"
#include "execute/trainer_command.h"
#include "record/index.h"
#include "record/study_progress.h"

namespace tandem::cli {
namespace slurm = execute::slurm;
namespace fs = std::filesystem;
namespace {

/// The most tasks of an array where no cluster can be asked: Slurm's default (slurm.conf(5)).
constexpr size_t usual_most_tasks = 1001;
/// Between two looks at the queue; more where a look takes long, so that they are no burden to the
/// controller and the file system.
constexpr double look_again_in_s = 2;
constexpr double looks_take_at_most = 0.1;

/// The nodes and boards are Slurm's to give.
void check_names_no_device(const study::Study& study) {
  core::Diagnostics diagnostics(study.file.string());
  const std::string expected =
      "nothing here with '--executor slurm', where Slurm gives the nodes and their GPUs ($.slurm)";
  if (!study.devices.empty()) {
    diagnostics.add("$.devices", fmt::format("{} devices", study.devices.size()), expected);
  }
  if (!study.gpu.empty()) diagnostics.add("$.gpu", core::in_quotes(study.gpu), expected);
  if (study.sharing.mode == study::Sharing::Mode::mig) {
    diagnostics.add("$.sharing.mig", core::in_quotes(study.sharing.mig_slice), expected);
  }
  diagnostics.throw_if_any();
}

void check_folder_name(const fs::path& folder) {
  const std::string name = fs::absolute(folder).string();
  // Slurm would expand or drop them in the path of a task's log.
  if (name.find_first_of("%\\\n") == std::string::npos) return;
  throw core::UserError(fmt::format(
      "{} can't be a study's folder with '--executor slurm': Slurm makes something else of '%', a "
      "backslash or the end of a line in a path (give it another one with --results)",
      core::in_quotes(name)));
}

/// Whether programs and data are there, which the nodes share with this machine; cores are theirs.
void check_shared_prerequisites(const OpenStudy& open, const fs::path& data) {
  std::vector<study::RunSpec> specs = specs_of(open.plan);
  for (study::RunSpec& spec : specs) spec.resources.cores.clear();
  execute::check_prerequisites(specs, open.catalogue, data, {});
  for (const std::string& note : execute::synthetic_data_notes(specs, open.catalogue, data)) {
    say("note: " + note + "\n");
  }
}

void settle_and_tell(const slurm::Queue& queue, const OpenStudy& open, std::FILE* to = stdout) {
  const slurm::Settled settled = slurm::settle(queue, open.plan, open.store);
  for (const auto& [name, count] : settled.outcomes) {
    say(fmt::format("{} attempt{} of ended tasks: {}\n", count, count == 1 ? "" : "s", name), to);
  }
  for (const std::string& sentence : settled.fruitless) say("warning: " + sentence + "\n", to);
}

/// Attempts without a result that no live task makes: of a session that was killed here.
void end_other_attempts(const slurm::Queue& queue, const OpenStudy& open) {
  const std::set<std::string> in_flight = queue.runs_in_flight();
  for (const fs::path& folder : open.store.unfinished_attempts()) {
    if (in_flight.contains(folder.parent_path().filename())) continue;
    execute::end_unfinished_attempt(open.plan, open.store, folder, execute::cut_off);
  }
}

void complete_index(const record::RunStore& store) {
  if (!fs::exists(store.runs_folder())) return;
  try {
    record::Index(record::Index::file_of(store)).add_missing(store);
  } catch (const core::SystemError& error) {
    say(fmt::format(
        "warning: {}; the run folders are whole, 'tandem index' builds the index anew\n",
        error.what()));
  }
}

std::vector<double> forecast_s(const OpenStudy& open) {
  std::vector<record::RunResult> results;
  open.store.for_each_result([&](record::RunResult result) {
    // What the forecast doesn't look at is most of a result, and there may be very many.
    result.sampling.clear();
    for (record::ParticipantResult& participant : result.participants) {
      participant.epochs = {};
      participant.described = nullptr;
    }
    results.push_back(std::move(result));
  });
  std::vector<double> seconds;
  const analyse::Forecast forecast = analyse::make_forecast(open.plan, open.catalogue, results);
  for (const analyse::RunForecast& run : forecast.runs) seconds.push_back(run.seconds);
  return seconds;
}

std::string counted(size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

void tell(const char* verb, const slurm::Submitted& what, const slurm::Missing& missing) {
  say(fmt::format("{} {} in {}, {}; {} done, {} in flight", counted(what.runs, "run"), verb,
                  counted(what.tasks, "task"), counted(what.arrays, "job array"),
                  missing.already_done, missing.in_flight));
  if (missing.failed_earlier > 0) {
    say(fmt::format(", {} failed earlier (repeat them with --retry-failed)",
                    missing.failed_earlier));
  }
  say(".\n");
  if (missing.waiting > 0) {
    say(fmt::format(
        "{} compared with runs of tasks that are not over: run the study again when "
        "they are.\n",
        missing.waiting == 1 ? "1 run is" : fmt::format("{} runs are", missing.waiting)));
  }
  if (missing.at_longest_limit > 0) {
    say(
        fmt::format("warning: {} reached the longest time limit already: raise "
                    "slurm.time_at_most_s\n",
                    counted(missing.at_longest_limit, "run")));
  }
}

core::ExitCode dry_run(const OpenStudy& open, slurm::SubmitOptions options) {
  slurm::CommandClient client;
  const slurm::Queue queue = slurm::look_at_queue(open.store.folder(), client);
  try {
    options.site = client.site();
  } catch (const core::SystemError& error) {
    options.site.most_tasks = usual_most_tasks;
    say(fmt::format("note: {}. Arrays of up to {} tasks are assumed.\n", error.what(),
                    usual_most_tasks));
  }
  const slurm::Missing missing =
      slurm::find_missing(open.study, open.plan, open.store, queue, options);
  tell("to submit", {missing.runs, missing.tasks(), missing.arrays.size(), {}}, missing);
  const auto scripts =
      slurm::write_scripts_to_read(missing.arrays, open.study, open.store, options);
  for (size_t i = 0; i < scripts.size(); ++i) {
    const slurm::TaskArray& array = missing.arrays[i];
    say(fmt::format("  {}\n    {}, at most {} each{}\n", scripts[i].string(),
                    counted(array.tasks.size(), "task"),
                    core::format_duration(60.0 * array.time_limit_min),
                    array.node.empty() ? "" : ", on " + array.node));
  }
  say("Nothing was submitted.\n");
  return core::ExitCode::success;
}

/// Gives ended tasks' attempts their outcomes, unless a session or another call is just at work.
void settle_if_free(const OpenStudy& open, std::FILE* to = stdout) {
  try {
    const execute::StudyLock lock(open.store.folder());
    // Looked at within the lock: what was seen before may be another's attempts by now.
    slurm::CommandClient client;
    settle_and_tell(slurm::look_at_queue(open.store.folder(), client), open, to);
  } catch (const execute::StudyIsBusy&) {
    // Whoever holds it settles it too.
  } catch (const slurm::ControllerSilent&) {
    // The next call does.
  }
}

size_t ended(const slurm::Queue& queue) {
  return queue.tasks.size() - queue.live();
}

void sleep_after_look(core::Time look_begin) {
  const double took_s = core::seconds_between(look_begin, core::Clock::now());
  std::this_thread::sleep_for(
      core::from_seconds(std::max(look_again_in_s, took_s / looks_take_at_most)));
}

}  // namespace

core::ExitCode run_on_slurm(const OpenStudy& open, const SlurmRunOptions& options) {
  check_names_no_device(open.study);
  check_folder_name(open.store.folder());
  check_shared_prerequisites(open, options.data);
  slurm::SubmitOptions submission;
  submission.session = {.retry_failed = options.retry_failed,
                        .cool_down_s = open.study.cool_down_s,
                        .retries = open.study.retries};
  submission.data_folder = fs::absolute(options.data);
  submission.tandem = core::program_folder() / "tandem";
  submission.forecast_s = [&] { return forecast_s(open); };
  const bool is_alone = !open.study.slurm || open.study.slurm->exclusive;
  say(is_alone ? "Each task asks for a node alone (--exclusive), for its runs are measured.\n"
               : "Tasks may share their nodes with other jobs (slurm.exclusive is false); every "
                 "run is marked node_shared.\n");
  if (options.dry_run) return dry_run(open, submission);

  slurm::CommandClient client;
  submission.site = client.site();
  const fs::path& folder = open.store.folder();
  core::make_folders(folder);
  const execute::StudyLock lock(folder);
  check_goes_on(open);
  keep_study(open);
  const slurm::Queue queue = slurm::look_at_queue(folder, client);
  settle_and_tell(queue, open);
  end_other_attempts(queue, open);
  complete_index(open.store);
  const slurm::Missing missing =
      slurm::find_missing(open.study, open.plan, open.store, queue, submission);
  stop_on_signals();
  const slurm::Submitted submitted =
      slurm::submit(missing.arrays, open.study, open.store, client, submission, stop_request());
  tell("submitted", submitted, missing);
  if (!submitted.refused.empty()) {
    throw core::SystemError(fmt::format("{} refused: {}",
                                        counted(submitted.refused.size(), "job array"),
                                        fmt::join(submitted.refused, "; ")));
  }
  if (stop_request().any()) {
    say("Asked to stop: run the study again to submit the rest.\n");
    return core::ExitCode::interrupted;
  }
  const std::string path = folder.string();
  if (missing.runs + missing.in_flight + missing.waiting > 0) {
    say(fmt::format("  tandem watch {0}\n  tandem status {0}\n  tandem stop {0}\n", path));
    return core::ExitCode::success;
  }
  say(fmt::format("Next: tandem report {}\n", path));
  return missing.failed_earlier > 0 ? core::ExitCode::runs_failed : core::ExitCode::success;
}

void check_not_on_slurm(const OpenStudy& open) {
  if (!slurm::has_open_submissions(open.store.folder())) return;
  const auto [queue, silence] = view_of_slurm(open.store.folder());
  if (!silence.empty()) {
    throw core::SystemError(
        fmt::format("whether Slurm still works on {}, to which it was handed, can't be told here: "
                    "{}. Run it where Slurm answers, or with --results and another folder",
                    open.store.folder().string(), silence));
  }
  if (queue.live() > 0) {
    throw execute::StudyIsBusy(fmt::format("Slurm works on {}: {} ('tandem stop' ends them)",
                                           open.store.folder().string(), describe(queue)));
  }
  settle_and_tell(queue, open);
}

SlurmView view_of_slurm(const fs::path& study_folder) {
  SlurmView view;
  slurm::CommandClient client;
  try {
    view.queue = slurm::look_at_queue(study_folder, client);
  } catch (const core::SystemError& error) {
    view.silence = error.what();
  }
  return view;
}

std::string describe(const slurm::Queue& queue) {
  std::set<std::string> nodes;
  std::set<std::string> reasons;
  for (const slurm::QueuedTask& task : queue.tasks) {
    if (task.has_begun() && !task.node.empty()) nodes.insert(task.node);
    if (task.is_live() && !task.has_begun() && task.reason != "None") reasons.insert(task.reason);
  }
  constexpr size_t most_named = 8;
  const bool names_all = nodes.size() <= most_named;
  if (queue.live() == 0) return "no task is left";
  return fmt::format("{} {}{}, {} wait{}{}", counted(queue.begun(), "task"),
                     queue.begun() == 1 ? "runs" : "run",
                     nodes.empty() ? ""
                     : names_all   ? fmt::format(" on {}", fmt::join(nodes, ", "))
                                   : fmt::format(" on {} nodes", nodes.size()),
                     queue.live() - queue.begun(), queue.live() - queue.begun() == 1 ? "s" : "",
                     reasons.empty() ? "" : fmt::format(" ({})", fmt::join(reasons, ", ")));
}

core::Json to_document(const SlurmView& view) {
  core::Json tasks = core::Json::array();
  for (const slurm::QueuedTask& task : view.queue.tasks) {
    const slurm::Submission& submission = view.queue.submissions[task.submission];
    tasks.push_back({{"job_name", submission.name},
                     {"job_id", submission.job_id},
                     {"task", task.index},
                     {"state", task.state},
                     {"node", task.node},
                     {"reason", task.reason},
                     {"runs", view.queue.task_of(task).runs.size()}});
  }
  return {{"silence", view.silence},
          {"live", view.queue.live()},
          {"begun", view.queue.begun()},
          {"tasks", std::move(tasks)}};
}

size_t attempts_in_flight(const SlurmView& view, const record::RunStore& store) {
  size_t in_flight = 0;
  for (const slurm::QueuedTask& task : view.queue.tasks) {
    if (!task.has_begun()) continue;
    for (const slurm::AssignedRun& run : view.queue.task_of(task).runs) {
      for (const int attempt : store.attempts(run.run_id)) {
        if (attempt >= run.attempt && !store.has_result(run.run_id, attempt)) ++in_flight;
      }
    }
  }
  return in_flight;
}

void watch_slurm(const OpenStudy& open, bool as_json) {
  const bool on_terminal = ::isatty(STDOUT_FILENO) == 1;
  record::StudyProgress progress(open.plan, 1, open.store);
  std::string shown;
  size_t settled = 0;
  for (;;) {
    const core::Time begin = core::Clock::now();
    const SlurmView view = view_of_slurm(open.store.folder());
    // Soon, for the controller forgets.
    if (view.silence.empty() && ended(view.queue) != settled) {
      settle_if_free(open, as_json ? stderr : stdout);
      settled = ended(view.queue);
    }
    progress.refresh();
    std::string line;
    if (as_json) {
      line = core::Json{{"ok", progress.ok()},
                        {"failed", progress.failed()},
                        {"left", progress.left()},
                        {"slurm", to_document(view)}}
                 .dump();
    } else {
      line = fmt::format("{} ok, {} failed, {} left; {}", progress.ok(), progress.failed(),
                         progress.left(),
                         view.silence.empty() ? describe(view.queue) : "no answer from Slurm");
    }
    if (on_terminal && !as_json) {
      constexpr size_t columns = 79;
      say("\r\033[K" + line.substr(0, columns));
    } else if (line != shown) {
      say(line + "\n");
    }
    shown = line;
    if (view.silence.empty() && view.queue.live() == 0) {
      if (!as_json) {
        say(on_terminal ? "\r\033[K" : "");
        say(fmt::format("No task is left. See: tandem status {}\n", open.store.folder().string()));
      }
      return;
    }
    sleep_after_look(begin);
  }
}

void stop_slurm(const OpenStudy& open, bool now, bool wait) {
  slurm::CommandClient client;
  slurm::Queue queue = slurm::look_at_queue(open.store.folder(), client);
  std::set<std::string> jobs;
  for (const slurm::QueuedTask& task : queue.tasks) {
    if (task.is_live()) jobs.insert(queue.submissions[task.submission].job_id);
  }
  if (jobs.empty()) {
    settle_if_free(open);
    say("No task of Slurm works on the study any more.\n");
    return;
  }
  for (const std::string& job : jobs) client.stop(job, now);
  say(fmt::format("Asked Slurm's jobs {} to end {}: {}.\n", fmt::join(jobs, ", "),
                  now ? "now" : "after the runs in flight", describe(queue)));
  if (!wait) return;
  while (queue.live() > 0) {
    const core::Time begin = core::Clock::now();
    queue = slurm::look_at_queue(open.store.folder(), client);
    if (queue.live() > 0) sleep_after_look(begin);
  }
  settle_if_free(open);
  say("They have ended.\n");
}

}  // namespace tandem::cli
