#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <memory>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "cli/stop_on_signals.h"
#include "execute/slurm/queue.h"
#include "execute/slurm/task_run.h"
#include "execute/trainer_command.h"
#include "measure/gpu.h"
#include "measure/machine.h"

namespace tandem::cli {
namespace slurm = execute::slurm;
namespace {

struct RunOneOptions {
  std::filesystem::path folder;
  std::string submission;
  int task = 0;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// As Slurm calls this machine; its own name where Slurm is not there.
std::string node_name() {
  const std::string name = variable("SLURMD_NODENAME");
  return name.empty() ? measure::describe_machine().hostname : name;
}

void check_node(const OpenStudy& open) {
  const std::string here = measure::describe_machine().machine_class();
  if (open.machine_class == here) return;
  throw core::UserError(
      fmt::format("the study is planned for {}, and this node, {}, is {}: state that class as "
                  "slurm.machine_class, and a partition or --constraint that has no other nodes",
                  open.machine_class, node_name(), here));
}

/// The board that the runs of this task are made on.
std::string choose_board(const study::Study& study, const slurm::Task& task) {
  if (study.device == study::Device::cpu) return "";
  const auto found = measure::GpuDriver::load();
  const auto* driver = std::get_if<measure::GpuDriver>(&found);
  // Before any run is begun: a node that can make none would else take one after the other.
  if (driver == nullptr) {
    throw core::SystemError(fmt::format("no GPU on {}: {}", node_name(),
                                        std::get<measure::MissingSource>(found).reason));
  }
  std::vector<std::string> uuids;
  for (const measure::Gpu& gpu : driver->devices()) uuids.push_back(gpu.description().uuid);
  return slurm::board_for(task, slurm::boards_of_task(variable("SLURM_JOB_GPUS"), uuids));
}

core::ExitCode run_one(const RunOneOptions& options) {
  stop_on_signals_of_task();
  OpenStudy open = open_study({.path = options.folder, .results = {}, .workloads = {}});
  const std::filesystem::path& folder = open.store.folder();
  const slurm::Submission submission = slurm::read_submission(folder, options.submission);
  if (options.task < 0 || options.task >= static_cast<int>(submission.array.tasks.size())) {
    throw core::UserError(
        "the command line",
        {{"--task", std::to_string(options.task),
          fmt::format("a number from 0 to {}", submission.array.tasks.size() - 1)}});
  }
  if (slurm::is_over(folder, submission.name)) {
    say(fmt::format("{} is over: what it was to make is made by others\n", submission.name));
    return core::ExitCode::success;
  }
  check_node(open);
  const slurm::Task& task = submission.array.tasks[static_cast<size_t>(options.task)];
  open.study.gpu = choose_board(open.study, task);
  execute::check_prerequisites(specs_of(open.plan), open.catalogue, submission.data_folder, {});

  slurm::TaskSetting setting;
  setting.submission = submission.name;
  setting.task = options.task;
  setting.is_alone = submission.exclusive;
  setting.is_any = submission.is_any;
  setting.was_continued = was_continued;
  setting.time_left_s = 60.0 * submission.array.time_limit_min;
  setting.why_stopped = [&] {
    return slurm::kind_in_log(slurm::read_task_log(folder, submission.name, options.task));
  };
  execute::LocalExecutor executor(
      open.study, open.catalogue, submission.data_folder,
      slurm::folder_of(folder, submission.name) / fmt::format("task-{}", options.task));
  setting.place = {node_name(), executor.gpu_uuid()};
  if (open.study.device == study::Device::cpu) setting.place.gpu.clear();
  ProgressDisplay progress(false);
  const slurm::TaskSummary summary =
      slurm::make_task(task, setting, open.plan, open.store, executor,
                       {.cool_down_s = open.study.cool_down_s, .retries = open.study.retries},
                       stop_request(), progress);
  say(fmt::format("{} of {} attempts ok, {} runs made elsewhere, {} left for a later task\n",
                  summary.ok, summary.made, summary.elsewhere, summary.left));
  return stop_request().now ? core::ExitCode::interrupted : core::ExitCode::success;
}

}  // namespace

void add_run_one_command(CLI::App& app, core::ExitCode& exit_code) {
  CLI::App* command = app.add_subcommand(
      "run-one", "Make the runs of one task that 'tandem run --executor slurm' has submitted");
  command->footer(
      "Example: tandem run-one results/pilot --submission tandem-pilot-0123456789abcdef --task 0\n"
      "The batch script calls it on the node. Ends with 0 when each run that it began has a "
      "result.");
  const auto options = std::make_shared<RunOneOptions>();
  command->add_option("FOLDER", options->folder, "The study's folder")->required();
  command->add_option("--submission", options->submission, "Name of the job, below FOLDER/slurm")
      ->required();
  command->add_option("--task", options->task, "Number of the task, from 0")->required();
  command->callback([options, &exit_code] { exit_code = run_one(*options); });
}

}  // namespace tandem::cli
