#include "execute/slurm/submit.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "execute/attempt.h"

namespace tandem::execute::slurm {
namespace fs = std::filesystem;
namespace {

Submission submission_of(const TaskArray& array, std::string name, const study::Study& study,
                         const SubmitOptions& options) {
  return {std::move(name),
          core::wall_clock_label(),
          options.data_folder,
          options.site.cluster,
          options.site.user_id,
          !study.slurm || study.slurm->exclusive,
          study.device_affinity == study::DeviceAffinity::any,
          array,
          ""};
}

/// Whatever sbatch's words mean, the queue says whether there is such a job; that there is none is
/// not known without its answer.
bool is_unknown(const Submission& submission, Client& client) {
  try {
    return client.tasks_of({{submission.name, submission.array.tasks.size()}}).empty();
  } catch (const core::SystemError&) {
    return false;
  }
}

const record::RunResult* deciding_of(const std::vector<record::RunResult>& results) {
  std::vector<const record::RunResult*> attempts;
  for (const record::RunResult& result : results) attempts.push_back(&result);
  return record::deciding_attempt(attempts);
}

}  // namespace

size_t Missing::tasks() const {
  size_t sum = 0;
  for (const TaskArray& array : arrays) sum += array.tasks.size();
  return sum;
}

Missing find_missing(const study::Study& study, const study::Plan& plan,
                     const record::RunStore& store, const Queue& queue,
                     const SubmitOptions& options) {
  Missing missing;
  const std::set<std::string> in_flight = queue.runs_in_flight();
  const std::vector<size_t> groups = groups_of(plan, study.device_affinity);
  std::set<size_t> groups_in_flight;
  for (size_t i = 0; i < plan.runs.size(); ++i) {
    if (in_flight.contains(plan.runs[i].id)) groups_in_flight.insert(groups[i]);
  }
  std::vector<Place> places(plan.runs.size());
  std::vector<MissingRun> runs;
  std::vector<double> forecast_s;
  for (size_t i = 0; i < plan.runs.size(); ++i) {
    const study::PlannedRun& run = plan.runs[i];
    const std::vector<record::RunResult> results = store.read_run(run.id);
    const record::RunResult* deciding = deciding_of(results);
    // Nowhere in particular: a run that was made on this machine, with one device.
    if (deciding != nullptr && deciding->outcome.ok() && !deciding->device.empty()) {
      places[groups[i]] = place_of(deciding->device);
    }
    if (deciding != nullptr && deciding->outcome.ok()) {
      ++missing.already_done;
      continue;
    }
    if (in_flight.contains(run.id)) {
      ++missing.in_flight;
      continue;
    }
    const auto copy = deciding == nullptr ? std::nullopt : std::optional(*deciding);
    if (!is_to_be_made(copy, store, options.session)) {
      ++missing.failed_earlier;
      continue;
    }
    // On whatever board that task is: it isn't known yet, or may be another's by now.
    if (groups_in_flight.contains(groups[i])) {
      ++missing.waiting;
      continue;
    }
    if (forecast_s.empty()) forecast_s = options.forecast_s();
    const auto reached_its_limit = [](const record::RunResult& result) {
      return result.outcome.name == "job_time_limit";
    };
    runs.push_back({{run.id, store.next_attempt(run.id), forecast_s[i]},
                    groups[i],
                    static_cast<int>(std::ranges::count_if(results, reached_its_limit))});
  }
  missing.runs = runs.size();
  const study::SlurmSettings settings = study.slurm.value_or(study::SlurmSettings{});
  missing.arrays = share_out(runs, places, settings, study.cool_down_s, options.site.most_tasks);
  std::set<std::string> have_the_longest;
  for (const TaskArray& array : missing.arrays) {
    if (array.time_limit_min < longest_limit_min(settings)) continue;
    for (const Task& task : array.tasks) {
      for (const AssignedRun& run : task.runs) have_the_longest.insert(run.run_id);
    }
  }
  missing.at_longest_limit =
      static_cast<size_t>(std::ranges::count_if(runs, [&](const MissingRun& run) {
        return run.limits_reached > 0 && have_the_longest.contains(run.run.run_id);
      }));
  return missing;
}

Submitted submit(const std::vector<TaskArray>& arrays, const study::Study& study,
                 const record::RunStore& store, Client& client, const SubmitOptions& options,
                 const StopRequest& stop) {
  Submitted submitted;
  for (const TaskArray& array : arrays) {
    if (stop.any()) break;
    const Submission submission = submission_of(array, new_job_name(study.name), study, options);
    keep(store.folder(), submission,
         batch_script(study, store.folder(), options.tandem, submission));
    std::string job_id;
    try {
      job_id = client.submit(
          {submission.name, sbatch_options(study, submission), fs::absolute(store.folder()),
           fs::absolute(script_of(store.folder(), submission.name)), array.tasks.size()});
    } catch (const core::SystemError& error) {
      const bool is_silence = dynamic_cast<const ControllerSilent*>(&error) != nullptr;
      if (is_silence || !is_unknown(submission, client)) {
        throw ControllerSilent(fmt::format(
            "{}. Whether the job '{}' was accepted is not known; the same command asks for it",
            error.what(), submission.name));
      }
      note_over(store.folder(), submission.name, {{"refused", error.what()}});
      submitted.refused.emplace_back(error.what());
      continue;
    }
    note_job(store.folder(), submission.name, job_id);
    ++submitted.arrays;
    submitted.tasks += array.tasks.size();
    for (const Task& task : array.tasks) submitted.runs += task.runs.size();
  }
  return submitted;
}

std::vector<fs::path> write_scripts_to_read(const std::vector<TaskArray>& arrays,
                                            const study::Study& study,
                                            const record::RunStore& store,
                                            const SubmitOptions& options) {
  const fs::path folder = store.folder() / "slurm-dry-run";
  std::error_code code;
  fs::remove_all(folder, code);
  core::make_folders(folder);
  std::vector<fs::path> scripts;
  for (const TaskArray& array : arrays) {
    const Submission submission =
        submission_of(array, job_name(study.name, "dry-run"), study, options);
    scripts.push_back(folder / fmt::format("array-{}.sh", scripts.size() + 1));
    core::write_file_atomically(scripts.back(),
                                batch_script(study, store.folder(), options.tandem, submission));
  }
  return scripts;
}

}  // namespace tandem::execute::slurm
