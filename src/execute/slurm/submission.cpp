#include "execute/slurm/submission.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"

namespace tandem::execute::slurm {
namespace fs = std::filesystem;
namespace {

/// Before its time limit a task is told, so that the run in flight can still say how it ended.
/// Slurm may do that up to a minute too early (sbatch(1), --signal), which told_before_end_min
/// allows for.
constexpr int told_before_limit_s = 60;

core::Json to_document(const Submission& submission) {
  core::Json tasks = core::Json::array();
  for (const Task& task : submission.array.tasks) {
    core::Json runs = core::Json::array();
    for (const AssignedRun& run : task.runs) {
      runs.push_back(
          {{"run_id", run.run_id}, {"attempt", run.attempt}, {"expected_s", run.expected_s}});
    }
    tasks.push_back({{"gpu", task.gpu}, {"runs", std::move(runs)}});
  }
  return {{"name", submission.name},
          {"made_at", submission.made_at},
          {"data_folder", submission.data_folder.string()},
          {"cluster", submission.cluster},
          {"user_id", submission.user_id},
          {"exclusive", submission.exclusive},
          {"is_any", submission.is_any},
          {"node", submission.array.node},
          {"time_limit_min", submission.array.time_limit_min},
          {"tasks", std::move(tasks)}};
}

Submission from_document(const core::Json& document) {
  Submission submission;
  document.at("name").get_to(submission.name);
  document.at("made_at").get_to(submission.made_at);
  submission.data_folder = document.at("data_folder").get<std::string>();
  document.at("cluster").get_to(submission.cluster);
  document.at("user_id").get_to(submission.user_id);
  document.at("exclusive").get_to(submission.exclusive);
  document.at("is_any").get_to(submission.is_any);
  document.at("node").get_to(submission.array.node);
  document.at("time_limit_min").get_to(submission.array.time_limit_min);
  for (const core::Json& entry : document.at("tasks")) {
    Task task;
    entry.at("gpu").get_to(task.gpu);
    for (const core::Json& run : entry.at("runs")) {
      task.runs.push_back({run.at("run_id").get<std::string>(), run.at("attempt").get<int>(),
                           run.at("expected_s").get<double>()});
    }
    submission.array.tasks.push_back(std::move(task));
  }
  return submission;
}

std::vector<std::string> names_of_open(const fs::path& study_folder) {
  std::vector<std::string> names;
  const fs::path folder = submissions_folder(study_folder);
  try {
    if (!fs::exists(folder)) return names;
    for (const auto& entry : fs::directory_iterator(folder)) {
      // One that has no submission.json was killed before Slurm could hear of it.
      if (fs::exists(entry.path() / "submission.json") && !fs::exists(entry.path() / "over.json")) {
        names.push_back(entry.path().filename());
      }
    }
  } catch (const fs::filesystem_error& error) {
    // To take what can't be read for nothing would submit it again.
    throw core::SystemError(fmt::format("can't read what was submitted ('{}'): {}", folder.string(),
                                        error.code().message()));
  }
  return names;
}

}  // namespace

fs::path submissions_folder(const fs::path& study_folder) {
  return study_folder / "slurm";
}

fs::path folder_of(const fs::path& study_folder, const std::string& name) {
  return submissions_folder(study_folder) / name;
}

fs::path script_of(const fs::path& study_folder, const std::string& name) {
  return folder_of(study_folder, name) / "batch.sh";
}

fs::path task_log(const fs::path& study_folder, const std::string& name, int task) {
  return folder_of(study_folder, name) / fmt::format("task-{}.log", task);
}

std::string read_task_log(const fs::path& study_folder, const std::string& name, int task) {
  std::error_code code;
  const fs::path file = task_log(study_folder, name, task);
  return fs::exists(file, code) ? core::read_file(file) : "";
}

std::string job_name(const std::string& study_name, const std::string& ending) {
  // A study's name may have a hundred letters.
  constexpr size_t most_of_study = 40;
  return fmt::format("tandem-{}-{}", study_name.substr(0, most_of_study), ending);
}

std::string new_job_name(const std::string& study_name) {
  std::random_device random;
  return job_name(study_name, fmt::format("{:08x}{:08x}", random(), random()));
}

void keep(const fs::path& study_folder, const Submission& submission, const std::string& script) {
  core::make_folders(folder_of(study_folder, submission.name));
  core::write_file_atomically(script_of(study_folder, submission.name), script);
  core::write_file_atomically(folder_of(study_folder, submission.name) / "submission.json",
                              to_document(submission).dump(1) + "\n");
}

void note_job(const fs::path& study_folder, const std::string& name, const std::string& job_id) {
  core::write_file_atomically(
      folder_of(study_folder, name) / "job.json",
      core::Json{{"job_id", job_id}, {"noted_at", core::wall_clock_label()}}.dump(2) + "\n");
}

void note_over(const fs::path& study_folder, const std::string& name, const core::Json& why) {
  core::write_file_atomically(
      folder_of(study_folder, name) / "over.json",
      core::Json{{"noted_at", core::wall_clock_label()}, {"tasks", why}}.dump(1) + "\n");
}

bool is_over(const fs::path& study_folder, const std::string& name) {
  std::error_code code;
  return fs::exists(folder_of(study_folder, name) / "over.json", code);
}

Submission read_submission(const fs::path& study_folder, const std::string& name) {
  const fs::path folder = folder_of(study_folder, name);
  try {
    Submission submission =
        from_document(core::Json::parse(core::read_file(folder / "submission.json")));
    std::error_code code;
    if (fs::exists(folder / "job.json", code)) {
      submission.job_id =
          core::Json::parse(core::read_file(folder / "job.json")).at("job_id").get<std::string>();
    }
    return submission;
  } catch (const core::Json::exception& error) {
    throw core::SystemError(
        fmt::format("can't read what was submitted ('{}'): {}", folder.string(), error.what()));
  }
}

std::vector<Submission> open_submissions(const fs::path& study_folder) {
  std::vector<Submission> submissions;
  for (const std::string& name : names_of_open(study_folder)) {
    submissions.push_back(read_submission(study_folder, name));
  }
  std::ranges::sort(submissions, {}, [](const Submission& submission) {
    return std::pair(submission.made_at, submission.name);
  });
  return submissions;
}

bool has_open_submissions(const fs::path& study_folder) {
  return !names_of_open(study_folder).empty();
}

std::vector<std::string> sbatch_options(const study::Study& study, const Submission& submission) {
  const study::SlurmSettings settings = study.slurm.value_or(study::SlurmSettings{});
  const int minutes = submission.array.time_limit_min + told_before_end_min;
  std::string tasks = fmt::format("--array=0-{}", submission.array.tasks.size() - 1);
  if (settings.tasks_at_once > 0) tasks += fmt::format("%{}", settings.tasks_at_once);
  std::vector<std::string> options = {"--job-name=" + submission.name,
                                      std::move(tasks),
                                      "--no-requeue",
                                      "--nodes=1",
                                      "--ntasks=1",
                                      fmt::format("--time={}", minutes),
                                      fmt::format("--signal=B:USR2@{}", told_before_limit_s)};
  const auto is_stated = [&](std::string_view option) {
    return std::ranges::any_of(settings.flags,
                               [&](const std::string& flag) { return flag.starts_with(option); });
  };
  if (settings.exclusive) {
    options.emplace_back("--exclusive");
  } else if (!is_stated("--cpus-per-")) {
    // Of a pair.
    options.push_back(fmt::format("--cpus-per-task={}", 2 * study.resources.threads));
  }
  if (!settings.partition.empty()) options.push_back("--partition=" + settings.partition);
  if (!settings.account.empty()) options.push_back("--account=" + settings.account);
  if (study.device == study::Device::cuda) {
    options.push_back(settings.gpu_type.empty() ? "--gres=gpu:1"
                                                : "--gres=gpu:" + settings.gpu_type + ":1");
  }
  if (!submission.array.node.empty()) options.push_back("--nodelist=" + submission.array.node);
  options.insert(options.end(), settings.flags.begin(), settings.flags.end());
  // Relative to the folder that the job runs in, the study's.
  options.push_back(fmt::format("--output=slurm/{}/task-%a.log", submission.name));
  options.emplace_back("--open-mode=append");
  return options;
}

std::string batch_script(const study::Study& study, const fs::path& study_folder,
                         const fs::path& tandem, const Submission& submission) {
  std::string options;
  for (const std::string& option : sbatch_options(study, submission)) {
    options += "#SBATCH " + option + "\n";
  }
  return "#!/bin/sh\n" + options +
         "\n# tandem itself becomes the task's process: Slurm's signals reach it.\n" +
         fmt::format("exec {} run-one {} --submission {} --task \"$SLURM_ARRAY_TASK_ID\"\n",
                     quoted_for_shell(tandem.string()),
                     quoted_for_shell(fs::absolute(study_folder).string()),
                     quoted_for_shell(submission.name));
}

std::string quoted_for_shell(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace tandem::execute::slurm
