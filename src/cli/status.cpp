#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/run_on_slurm.h"
#include "core/text.h"
#include "execute/session_state.h"
#include "execute/study_lock.h"
#include "record/study_progress.h"

namespace tandem::cli {
namespace {

/// Where a study stands, from its run folders.
struct Status {
  record::StudyProgress progress;
  size_t unfinished_attempts = 0;
  std::optional<execute::LockHolder> session;  ///< who runs it now
  std::optional<execute::SessionState> state;  ///< how far that is
  SlurmView slurm;
};

Status status_of(const OpenStudy& open) {
  Status status{
      record::StudyProgress(open.plan, open.study.device_count(), open.store), 0, {}, {}, {}};
  status.progress.refresh();
  if (!status.progress.problems().empty()) {
    throw core::SystemError(status.progress.problems().front());
  }
  status.slurm = view_of_slurm(open.store.folder());
  status.unfinished_attempts = open.store.unfinished_attempts().size();
  status.session = execute::lock_holder(open.store.folder());
  if (status.session) status.state = execute::read_session_state(open.store.folder());
  return status;
}

std::vector<execute::RunInFlight> runs_in_flight(const Status& status) {
  return status.state ? status.state->runs : std::vector<execute::RunInFlight>{};
}

void print(const OpenStudy& open, const Status& status) {
  fmt::print("Study {} in {}\n", open.study.name, open.store.folder().string());
  fmt::print("  session   {}\n",
             status.session ? "running: " + status.session->describe() : "none running");
  if (status.slurm.is_used()) {
    fmt::print("  slurm     {}\n", status.slurm.silence.empty()
                                       ? describe(status.slurm.queue)
                                       : core::printable(status.slurm.silence, 300));
  }
  for (const execute::RunInFlight& run : runs_in_flight(status)) {
    const std::string epochs = execute::epochs_label(run);
    fmt::print("  now       run {} of {}: {}\n            {}{}{}{}\n", run.place,
               status.state->to_do, run.run_id, run.device.empty() ? "" : run.device + ": ",
               run.activity, epochs.empty() ? "" : ", ", epochs);
  }
  const record::StudyProgress& progress = status.progress;
  fmt::print("  runs      {} planned: {} ok, {} failed, {} left", progress.planned(), progress.ok(),
             progress.failed(), progress.left());
  if (open.is_imported) {
    fmt::print(" (imported; what is left is not in its source)");
  } else if (progress.left() > 0)
    fmt::print(", about {}", core::format_duration(progress.left_s()));
  fmt::print("\n");
  for (const auto& [source, joules] : progress.energy_j()) {
    fmt::print("  energy    {} so far ({})\n", core::format_energy(joules), source);
  }
  // The runs in flight have no result yet either; they were not cut off.
  const size_t in_flight = std::max<size_t>(status.session ? 1 : 0, runs_in_flight(status).size()) +
                           attempts_in_flight(status.slurm, open.store);
  const size_t cut_off =
      status.unfinished_attempts - std::min(in_flight, status.unfinished_attempts);
  if (cut_off > 0 && !status.slurm.silence.empty()) {
    fmt::print("  no result {} attempts, in flight or cut off: Slurm doesn't answer\n", cut_off);
  } else if (cut_off > 0) {
    fmt::print("  cut off   {} attempts without a result\n", cut_off);
  }
  if (const auto& failure = status.progress.last_failure()) {
    const record::Outcome& outcome = failure->outcome;
    fmt::print("  last failure  {} at {}\n    {}: {}\n    {}\n", failure->run_id, failure->ended_at,
               outcome.name, core::printable(outcome.message, 300), outcome.advice);
  }
}

core::Json document_of(const OpenStudy& open, const Status& status) {
  core::Json document = {{"experiment_name", open.study.name},
                         {"folder", open.store.folder().string()},
                         {"imported", open.is_imported},
                         {"planned", status.progress.planned()},
                         {"ok", status.progress.ok()},
                         {"failed", status.progress.failed()},
                         {"left", status.progress.left()},
                         {"left_s", status.progress.left_s()},
                         {"energy_joules_by_source", status.progress.energy_j()},
                         {"unfinished_attempts", status.unfinished_attempts}};
  document["session"] =
      status.session ? core::Json(status.session->describe()) : core::Json(nullptr);
  document["slurm"] = status.slurm.is_used() ? to_document(status.slurm) : core::Json(nullptr);
  document["session_state"] = status.state ? to_document(*status.state) : core::Json(nullptr);
  if (const auto& failure = status.progress.last_failure()) {
    const record::Outcome& outcome = failure->outcome;
    document["last_failure"] = {{"run_id", failure->run_id},
                                {"ended_at", failure->ended_at},
                                {"outcome", outcome.name},
                                {"message", outcome.message},
                                {"advice", outcome.advice}};
  }
  return document;
}

}  // namespace

void add_status_command(CLI::App& app, core::ExitCode&) {
  CLI::App* command = app.add_subcommand("status", "Show how far a study is; safe at any time");
  command->footer("Example: tandem status results/pilot");
  const auto options = add_study_and_json(*command);
  command->callback([options] {
    const OpenStudy open = open_study(options->open);
    const Status status = status_of(open);
    if (options->as_json) {
      print_json(document_of(open, status));
    } else {
      print(open, status);
    }
  });
}

}  // namespace tandem::cli
