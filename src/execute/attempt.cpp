#include "execute/attempt.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "execute/out_of_memory.h"
#include "execute/outcomes.h"
#include "measure/machine.h"

namespace tandem::execute {
namespace {
namespace fs = std::filesystem;

/// When a file of the folder was last written: how long the attempt is known to have gone on.
std::string last_written(const fs::path& folder) {
  fs::file_time_type last = fs::last_write_time(folder);
  for (const auto& entry : fs::directory_iterator(folder)) {
    last = std::max(last, entry.last_write_time());
  }
  return core::wall_clock_label(std::chrono::file_clock::to_sys(last));
}

/// What run.json says of an attempt; nothing where it was cut off before that was written.
core::Json begun(const fs::path& attempt_folder) {
  std::error_code code;
  const fs::path file = attempt_folder / "run.json";
  if (!fs::exists(file, code)) return core::Json::object();
  const core::Json document = core::Json::parse(core::read_file(file), nullptr, false);
  return document.is_object() ? document : core::Json::object();
}

record::Outcome why_the_machine_said_no(const std::exception& error) {
  const bool full = disk_full_line(error.what()).has_value();
  return outcome_of_kind(full ? "disk_full" : "system_failure", error.what());
}

}  // namespace

record::RunResult without_measurements(const study::RunSpec& spec, const std::string& run_id,
                                       int attempt, const std::string& started_at,
                                       const record::Outcome& outcome) {
  record::RunResult result;
  result.run_id = run_id;
  result.attempt = attempt;
  result.spec = spec;
  result.outcome = outcome;
  result.started_at = started_at;
  result.ended_at = core::wall_clock_label();
  result.machine = measure::describe_machine();
  for (const study::ParticipantSpec& participant : spec.participants) {
    result.participants.emplace_back();
    result.participants.back().spec = participant;
    result.participants.back().outcome = outcome;
    result.participants.back().rounds = 0;
  }
  return result;
}

DiskReserve::DiskReserve(fs::path file) : file_(std::move(file)) {
  constexpr size_t bytes = 256 * 1024;
  std::ofstream(file_, std::ios::binary) << std::string(bytes, '-');
}

void DiskReserve::release() {
  std::error_code ignored;
  fs::remove(file_, ignored);
}

record::RunResult make_attempt(RunExecutor& executor, const study::PlannedRun& run, int attempt,
                               const record::RunStore& store, const std::string& device,
                               const std::atomic<bool>& stop, RunObserver& observer,
                               const std::function<void()>& make_room) {
  const std::string started_at = core::wall_clock_label();
  try {
    record::RunResult result =
        executor.execute(run, attempt, store.attempt_folder(run.id, attempt), stop, observer);
    // One that was given up for lost on another machine keeps the result that it got there.
    store.finish_if_unfinished(result);
    return result;
  } catch (const std::exception& error) {
    make_room();
    record::RunResult result =
        without_measurements(run.spec, run.id, attempt, started_at, why_the_machine_said_no(error));
    result.device = device;
    try {
      // One that got its name, but whose folder could not be forced to the disk, stays.
      store.finish_if_unfinished(result);
    } catch (const core::SystemError&) {
      // Still no room: the next session finds the attempt without a result and calls it cut off.
    }
    throw;
  }
}

bool end_unfinished_attempt(const study::Plan& plan, const record::RunStore& store,
                            const fs::path& attempt_folder, const UnfinishedOutcome& outcome) {
  const std::string run_id = attempt_folder.parent_path().filename();
  const core::Json known = begun(attempt_folder);
  const auto planned = std::ranges::find(plan.runs, run_id, &study::PlannedRun::id);
  study::RunSpec spec;
  if (planned != plan.runs.end()) {
    spec = planned->spec;
  } else if (known.contains("spec")) {
    spec = known.at("spec").get<study::RunSpec>();
  } else {
    return false;
  }
  const std::string last = last_written(attempt_folder);
  record::RunResult result =
      without_measurements(spec, run_id, std::stoi(attempt_folder.filename()),
                           known.value("started_at", last), outcome(last));
  result.ended_at = last;
  result.device = known.value("device", "");
  return store.finish_if_unfinished(result);
}

record::Outcome cut_off(const std::string& last_written_at) {
  return outcome_of_kind(
      "cut_off", "found without a result; its files were last written at " + last_written_at);
}

int spoilt_attempts(const record::RunStore& store, const std::string& run_id) {
  const std::vector<record::RunResult> results = store.read_run(run_id);
  return static_cast<int>(std::ranges::count_if(results, is_retried));
}

bool is_to_be_made(const std::optional<record::RunResult>& deciding, const record::RunStore& store,
                   const SessionOptions& options) {
  if (!deciding || deciding->outcome.status == record::Outcome::Status::interrupted) return true;
  if (deciding->outcome.ok()) return false;
  return options.retry_failed ||
         (is_retried(*deciding) && spoilt_attempts(store, deciding->run_id) <= options.retries);
}

void pause_between_runs(double seconds, const StopRequest& stop) {
  const core::Time end = core::Clock::now() + core::from_seconds(seconds);
  constexpr double look_again_s = 0.1;
  while (!stop.after_run.load() && core::Clock::now() < end) {
    const double left_s = core::seconds_between(core::Clock::now(), end);
    if (!sleep_unless(stop.now, std::min(look_again_s, left_s))) return;
  }
}

}  // namespace tandem::execute
