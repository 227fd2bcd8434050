#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/open_study.h"
#include "core/error.h"
#include "execute/slurm/queue.h"

namespace tandem::cli {

struct SlurmRunOptions {
  std::filesystem::path data;  ///< folder of the data sets
  bool retry_failed = false;
  bool dry_run = false;  ///< write the scripts, submit nothing
};

/// Hands what is missing of a study to Slurm and returns. Throws core::UserError for a study that
/// says on which devices of one machine it is made, core::SystemError when Slurm says no.
core::ExitCode run_on_slurm(const OpenStudy& open, const SlurmRunOptions& options);

/// Throws execute::StudyIsBusy while tasks of Slurm work on the study, and core::SystemError when
/// that can't be told here.
void check_not_on_slurm(const OpenStudy& open);

/// What of a study is in the hands of Slurm, as far as that can be told.
struct SlurmView {
  execute::slurm::Queue queue;
  std::string silence;  ///< why the controller can't be asked; empty when it was

  bool is_used() const { return !queue.submissions.empty() || !silence.empty(); }
};
SlurmView view_of_slurm(const std::filesystem::path& study_folder);
/// `2 tasks run on n1, n3, 14 wait (Resources)`.
std::string describe(const execute::slurm::Queue& queue);
core::Json to_document(const SlurmView& view);
/// Attempts without a result that tasks of Slurm are making.
size_t attempts_in_flight(const SlurmView& view, const record::RunStore& store);

/// Follows the tasks until none is live. `as_json`: a line of JSON for each change.
void watch_slurm(const OpenStudy& open, bool as_json);
/// Asks the tasks to end, and with `wait` returns when they have.
void stop_slurm(const OpenStudy& open, bool now, bool wait);

}  // namespace tandem::cli
