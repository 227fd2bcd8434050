#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/session_state.h"
#include "cli/time_left.h"
#include "core/text.h"
#include "execute/study_lock.h"

namespace tandem::cli {
namespace {

/// Where a study stands, from its run folders.
struct Status {
  size_t planned = 0;
  size_t ok = 0;
  size_t failed = 0;
  size_t left = 0;
  double left_s = 0;
  std::map<std::string, double> energy_j;  ///< of the runs that are ok, by source
  std::optional<record::RunResult> last_failure;
  size_t unfinished_attempts = 0;
  std::optional<execute::LockHolder> session;  ///< who runs it now
  std::optional<SessionState> state;           ///< how far that is
};

Status status_of(const OpenStudy& open) {
  Status status;
  status.planned = open.plan.runs.size();
  TimeLeft time_left(open.study.device_count());
  for (const study::PlannedRun& run : open.plan.runs) time_left.add(run);
  for (const study::PlannedRun& run : open.plan.runs) {
    const auto result = open.store.read_deciding(run.id);
    if (!result || result->outcome.status == record::Outcome::Status::interrupted) {
      ++status.left;
      continue;
    }
    const core::Reading& took_s = result->makespan_seconds;
    time_left.run_done(run, took_s.value_or(run.expected_s));
    if (result->outcome.ok()) {
      ++status.ok;
      const core::Energy& energy = result->total_energy_joules;
      if (energy.joules) status.energy_j[core::name_of(energy.source)] += *energy.joules;
    } else {
      ++status.failed;
      if (!status.last_failure || status.last_failure->ended_at < result->ended_at) {
        status.last_failure = result;
      }
    }
  }
  status.left_s = time_left.seconds();
  status.unfinished_attempts = open.store.unfinished_attempts().size();
  status.session = execute::lock_holder(open.store.folder());
  if (status.session) status.state = read_session_state(open.store.folder());
  return status;
}

std::vector<RunInFlight> runs_in_flight(const Status& status) {
  return status.state ? status.state->runs : std::vector<RunInFlight>{};
}

void print(const OpenStudy& open, const Status& status) {
  fmt::print("Study {} in {}\n", open.study.name, open.store.folder().string());
  fmt::print("  session   {}\n",
             status.session ? "running: " + status.session->describe() : "none running");
  for (const RunInFlight& run : runs_in_flight(status)) {
    const std::string epochs = epochs_label(run);
    fmt::print("  now       run {} of {}: {}\n            {}{}{}{}\n", run.place,
               status.state->to_do, run.run_id, run.device.empty() ? "" : run.device + ": ",
               run.activity, epochs.empty() ? "" : ", ", epochs);
  }
  fmt::print("  runs      {} planned: {} ok, {} failed, {} left", status.planned, status.ok,
             status.failed, status.left);
  if (status.left > 0) fmt::print(", about {}", core::format_duration(status.left_s));
  fmt::print("\n");
  for (const auto& [source, joules] : status.energy_j) {
    fmt::print("  energy    {} so far ({})\n", core::format_energy(joules), source);
  }
  // The runs in flight have no result yet either; they were not cut off.
  const size_t in_flight = std::max<size_t>(status.session ? 1 : 0, runs_in_flight(status).size());
  const size_t cut_off =
      status.unfinished_attempts - std::min(in_flight, status.unfinished_attempts);
  if (cut_off > 0) fmt::print("  cut off   {} attempts without a result\n", cut_off);
  if (status.last_failure) {
    const record::Outcome& outcome = status.last_failure->outcome;
    fmt::print("  last failure  {} at {}\n    {}: {}\n    {}\n", status.last_failure->run_id,
               status.last_failure->ended_at, outcome.name, core::printable(outcome.message, 300),
               outcome.advice);
  }
}

core::Json document_of(const OpenStudy& open, const Status& status) {
  core::Json document = {{"experiment_name", open.study.name},
                         {"folder", open.store.folder().string()},
                         {"planned", status.planned},
                         {"ok", status.ok},
                         {"failed", status.failed},
                         {"left", status.left},
                         {"left_s", status.left_s},
                         {"energy_joules_by_source", status.energy_j},
                         {"unfinished_attempts", status.unfinished_attempts}};
  document["session"] =
      status.session ? core::Json(status.session->describe()) : core::Json(nullptr);
  document["session_state"] = status.state ? to_document(*status.state) : core::Json(nullptr);
  if (status.last_failure) {
    const record::Outcome& outcome = status.last_failure->outcome;
    document["last_failure"] = {{"run_id", status.last_failure->run_id},
                                {"ended_at", status.last_failure->ended_at},
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
