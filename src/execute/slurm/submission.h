#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/json.h"
#include "execute/slurm/tasks.h"
#include "study/study_file.h"

namespace tandem::execute::slurm {

/// A job array as it is handed to Slurm, kept as `slurm/<name>/submission.json` in the study's
/// folder. It is written before Slurm hears of it, so that whoever comes after a kill can ask for
/// the job by its name; `job.json` with the job's id comes after that, and `over.json` when all of
/// its tasks have ended and their runs are accounted for.
struct Submission {
  std::string name;  ///< the job's, unique
  std::string made_at;
  std::filesystem::path data_folder;
  std::string cluster;  ///< on which, and by whom, it is submitted
  unsigned user_id = 0;
  bool exclusive = true;  ///< whether its tasks ask for a node alone
  bool is_any = false;    ///< whether what is compared may be made on several nodes
  TaskArray array;
  std::string job_id;  ///< from `job.json`; empty: not noted
};

std::filesystem::path submissions_folder(const std::filesystem::path& study_folder);
std::filesystem::path folder_of(const std::filesystem::path& study_folder, const std::string& name);
std::filesystem::path script_of(const std::filesystem::path& study_folder, const std::string& name);
/// What a task writes, and Slurm about it.
std::filesystem::path task_log(const std::filesystem::path& study_folder, const std::string& name,
                               int task);
/// What stands in that log; empty where there is none.
std::string read_task_log(const std::filesystem::path& study_folder, const std::string& name,
                          int task);

/// A name that no other job has: the study's, and a number drawn anew.
std::string new_job_name(const std::string& study_name);
/// `tandem-STUDY-ENDING`, the study's name cut to what people read in squeue.
std::string job_name(const std::string& study_name, const std::string& ending);

/// Writes the intent and the batch script. Throws core::SystemError.
void keep(const std::filesystem::path& study_folder, const Submission& submission,
          const std::string& script);
void note_job(const std::filesystem::path& study_folder, const std::string& name,
              const std::string& job_id);
/// `why`: how its tasks ended, in words; for people.
void note_over(const std::filesystem::path& study_folder, const std::string& name,
               const core::Json& why);

/// Whether all of its tasks have ended, or were given up: such a task makes no more runs.
bool is_over(const std::filesystem::path& study_folder, const std::string& name);

/// Throws core::SystemError naming the file.
Submission read_submission(const std::filesystem::path& study_folder, const std::string& name);
/// Those that are not over, by the time at which they were made. Throws core::SystemError.
std::vector<Submission> open_submissions(const std::filesystem::path& study_folder);
/// Whether the folder has one that is not over: cheap, Slurm is not asked.
bool has_open_submissions(const std::filesystem::path& study_folder);

/// The options of sbatch for an array, each a word in its long form.
std::vector<std::string> sbatch_options(const study::Study& study, const Submission& submission);

/// The script of an array for /bin/sh. All that comes from outside is either in options whose
/// characters read_slurm_settings has checked, or quoted. `tandem`: the program, which the nodes
/// see under the same path as the study's folder.
std::string batch_script(const study::Study& study, const std::filesystem::path& study_folder,
                         const std::filesystem::path& tandem, const Submission& submission);

/// In single quotes for /bin/sh.
std::string quoted_for_shell(const std::string& text);

}  // namespace tandem::execute::slurm
