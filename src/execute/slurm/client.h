#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace tandem::execute::slurm {

/// Slurm's controller doesn't answer: what it has accepted is not known.
class ControllerSilent : public core::SystemError {
 public:
  using core::SystemError::SystemError;
};

/// A task of a job array, as the controller tells it.
struct TaskState {
  std::string job_name;
  std::string job_id;  ///< of the array
  int task = 0;
  std::string state;   ///< `PENDING`, `RUNNING`, `NODE_FAIL`, …
  std::string node;    ///< empty before it has begun
  std::string reason;  ///< why it waits
};

/// Whether a task in that state makes runs, or still will. A state that isn't known counts as live.
bool is_live(std::string_view state);

struct ArrayJob {
  std::string name;                  ///< unique: the job is found by it
  std::vector<std::string> options;  ///< of sbatch, the name and the array among them
  std::filesystem::path folder;      ///< where it runs
  std::filesystem::path script;
  size_t tasks = 0;
};

/// Where Slurm is asked, and by whom: a job is known on its own cluster alone, and where others'
/// jobs are private to its own user.
struct Site {
  std::string cluster;    ///< Slurm's name for it
  unsigned user_id = 0;   ///< who asks
  size_t most_tasks = 0;  ///< that an array may have
};

/// What tandem asks of Slurm: the seam between its plan and Slurm's programs.
class Client {
 public:
  virtual ~Client() = default;
  /// Gives the job's id. Throws core::SystemError with Slurm's words when there is none;
  /// ControllerSilent when it may have been accepted.
  virtual std::string submit(const ArrayJob& job) = 0;
  /// What is known of the tasks of these jobs: names, and how many tasks each has. Throws
  /// core::SystemError.
  virtual std::vector<TaskState> tasks_of(const std::map<std::string, size_t>& jobs) = 0;
  /// Ends what has not begun, and asks what runs to end after the run in flight; or `now` all.
  virtual void stop(const std::string& job_id, bool now) = 0;
  virtual Site site() = 0;
};

/// Slurm's own programs, each called with an argument vector and a limit of time.
class CommandClient : public Client {
 public:
  std::string submit(const ArrayJob& job) override;
  std::vector<TaskState> tasks_of(const std::map<std::string, size_t>& jobs) override;
  void stop(const std::string& job_id, bool now) override;
  Site site() override;

 private:
  std::optional<Site> site_;
};

/// The arguments of sbatch.
std::vector<std::string> submission_arguments(const ArrayJob& job);
/// The number that `sbatch --parsable` says: `4711`, `4711;cluster`. Empty for anything else.
std::string parse_job_id(std::string_view text);
/// Lines `name|array id|task|state|node|reason` of squeue. Others are left out.
std::vector<TaskState> parse_queue(std::string_view text);
/// Lines `name|array id_task|state|node` of sacct. Ranges of tasks that wait are left out.
std::vector<TaskState> parse_accounting(std::string_view text);
/// A value of `scontrol show config`, such as that of `MaxArraySize`; empty where it isn't told.
std::string configured(std::string_view text, std::string_view name);

}  // namespace tandem::execute::slurm
