#include "execute/session.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <exception>
#include <fstream>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "execute/out_of_memory.h"
#include "execute/outcomes.h"
#include "measure/machine.h"
#include "record/index.h"

namespace tandem::execute {
namespace {
namespace fs = std::filesystem;

/// A training may take far longer than the catalogue says on a slower machine, and longer still
/// beside another one; a hang should not hold a study for days either.
double default_timeout_s(double expected_s) {
  return std::max(300.0, 20 * expected_s);
}

/// The study's GPU: the stated one, else the only one, else the first by PCI address.
std::shared_ptr<const measure::Instruments> instruments_for(const study::Study& study) {
  measure::Instruments::Options options;
  options.gpus_asked_by = "$.gpu";
  if (!study.gpu.empty()) options.gpus = {study.gpu};
  options.only_first_gpu = true;
  return std::make_shared<const measure::Instruments>(options);
}

/// The index is a convenience: what can't be done to it stops nothing.
template <typename Change>
void change_index(const record::RunStore& store, SessionObserver& observer, const Change& change) {
  try {
    record::Index index(record::Index::file_of(store));
    change(index);
  } catch (const core::SystemError& error) {
    observer.warning(std::string(error.what()) + "; the run folders are whole, 'tandem index' " +
                     "builds the index anew");
  }
}

/// A session that was killed between a result and its row left the index without it.
void complete_index(const record::RunStore& store, SessionObserver& observer) {
  if (!std::filesystem::exists(store.runs_folder())) return;
  change_index(store, observer, [&](record::Index& index) { index.add_missing(store); });
}

void add_to_index(const record::RunStore& store, const record::RunResult& result,
                  SessionObserver& observer) {
  change_index(store, observer, [&](record::Index& index) { index.add(result); });
}

/// An attempt at a run that came to no measurements.
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

/// Gives every attempt without a result one that says so, so that all of them are accounted for.
void record_cut_off_attempts(const study::Plan& plan, const record::RunStore& store) {
  for (const fs::path& folder : store.unfinished_attempts()) {
    const std::string run_id = folder.parent_path().filename();
    const core::Json known = begun(folder);
    const auto planned = std::ranges::find(plan.runs, run_id, &study::PlannedRun::id);
    study::RunSpec spec;
    if (planned != plan.runs.end()) {
      spec = planned->spec;
    } else if (known.contains("spec")) {
      spec = known.at("spec").get<study::RunSpec>();
    } else {
      continue;  // of a run that was taken out of the study before it had begun
    }
    const std::string last = last_written(folder);
    record::RunResult result = without_measurements(
        spec, run_id, std::stoi(folder.filename()), known.value("started_at", last),
        outcome_of_kind("cut_off",
                        "found without a result; its files were last written at " + last));
    result.ended_at = last;
    store.finish_attempt(result);
  }
}

/// Room on the disk that is given up when there is no other, so that the attempt in flight can
/// still say how it ended.
class Reserve {
 public:
  explicit Reserve(const fs::path& folder) : file_(folder / "session.reserve") {
    constexpr size_t bytes = 256 * 1024;
    std::ofstream(file_, std::ios::binary) << std::string(bytes, '-');
  }
  ~Reserve() { release(); }
  Reserve(const Reserve&) = delete;
  Reserve& operator=(const Reserve&) = delete;
  void release() {
    std::error_code ignored;
    fs::remove(file_, ignored);
  }

 private:
  fs::path file_;
};

record::Outcome why_the_machine_said_no(const std::exception& error) {
  const bool full = disk_full_line(error.what()).has_value();
  return outcome_of_kind(full ? "disk_full" : "system_failure", error.what());
}

/// Sleeps between two runs, but not when asked to stop in whatever way.
void pause(double seconds, const StopRequest& stop) {
  const core::Time end = core::Clock::now() + core::from_seconds(seconds);
  constexpr double look_again_s = 0.1;
  while (!stop.after_run.load() && core::Clock::now() < end) {
    const double left_s = core::seconds_between(core::Clock::now(), end);
    if (!sleep_unless(stop.now, std::min(look_again_s, left_s))) return;
  }
}

/// Attempts at a run that the machine spoilt.
int spoilt_attempts(const record::RunStore& store, const std::string& run_id) {
  const std::vector<record::RunResult> results = store.read_run(run_id);
  return static_cast<int>(std::ranges::count_if(results, is_retried));
}

/// The runs to be made in this session, in the plan's order.
std::vector<const study::PlannedRun*> runs_to_do(const study::Plan& plan,
                                                 const record::RunStore& store,
                                                 const SessionOptions& options,
                                                 SessionSummary& summary) {
  std::vector<const study::PlannedRun*> to_do;
  for (const study::PlannedRun& run : plan.runs) {
    const std::optional<record::RunResult> result = store.read_deciding(run.id);
    const auto may_be_made_again = [&] {
      return options.retry_failed ||
             (is_retried(*result) && spoilt_attempts(store, run.id) <= options.retries);
    };
    if (result && result->outcome.ok()) {
      ++summary.already_done;
    } else if (!result || result->outcome.status == record::Outcome::Status::interrupted ||
               may_be_made_again()) {
      to_do.push_back(&run);
    } else {
      ++summary.failed_earlier;
    }
  }
  return to_do;
}

}  // namespace

LocalExecutor::LocalExecutor(const study::Study& study, const study::Catalogue& catalogue,
                             std::filesystem::path data_folder)
    : study_(study), catalogue_(catalogue), instruments_(instruments_for(study)) {
  settings_.data_folder = std::move(data_folder);
  settings_.sampling_hz = study.sampling_hz;
  settings_.instruments = instruments_;
  settings_.power_model = study.cpu_power_model;
  settings_.ready_timeout_s = study.ready_timeout_s;
  settings_.no_progress_s = study.no_progress_s;
  settings_.memory_limit_mib = study.memory_limit_mib;
  settings_.start_skew_at_most_s = study.start_skew_at_most_s;
  settings_.log_limit_mib = study.log_limit_mib;
  settings_.accept_contaminated = study.accept_contaminated;
  if (!instruments_->gpus().empty()) {
    settings_.cuda_visible_devices = instruments_->visible_device(0);
  }
  PreparationSettings preparation;
  preparation.cool_down_to_c = study.cool_down_to_c;
  preparation.cool_down_at_most_s = study.cool_down_at_most_s;
  preparation.idle_s = study.idle_s;
  preparation.gpu_patience_s = study.wait_for_gpu_at_most_s;
  preparation_.emplace(*instruments_, preparation, settings_.power_model);
}

record::RunResult LocalExecutor::execute(const study::PlannedRun& run, int attempt,
                                         const std::filesystem::path& folder,
                                         const std::atomic<bool>& stop, RunObserver& observer) {
  const std::string started_at = core::wall_clock_label();
  const Prepared prepared = preparation_->before(
      run.spec, folder, stop, [&](const std::string& what) { observer.waiting(what); },
      memory_need(run.spec));
  if (stop.load()) {
    return without_measurements(
        run.spec, run.id, attempt, started_at,
        outcome_of_kind("interrupted",
                        "tandem was asked to stop before the trainings were started"));
  }
  settings_.idle = prepared.idle;
  settings_.timeout_s = study_.timeout_s.value_or(default_timeout_s(run.expected_s));
  record::RunResult result =
      execute_run(run.spec, attempt, folder, catalogue_, settings_, stop, observer);
  result.cautions.insert(result.cautions.end(), prepared.cautions.begin(), prepared.cautions.end());
  remember_memory(result);
  return result;
}

MemoryNeed LocalExecutor::memory_need(const study::RunSpec& run) const {
  MemoryNeed need;
  for (const study::ParticipantSpec& participant : run.participants) {
    const auto seen = seen_.find(participant.workload);
    const MemoryNeed known = seen == seen_.end() ? MemoryNeed{} : seen->second;
    need.host_mib += known.host_mib;
    // The catalogue's figures are of full scale; it counts in MB.
    constexpr double mib_per_mb = 1e6 / (1024.0 * 1024.0);
    const bool by_catalogue = known.gpu_mib == 0 && run.scale == study::Scale::full;
    need.gpu_mib += by_catalogue
                        ? catalogue_.at(participant.workload).catalogue.memory_mb * mib_per_mb
                        : known.gpu_mib;
  }
  return need;
}

void LocalExecutor::remember_memory(const record::RunResult& result) {
  for (const record::ParticipantResult& participant : result.participants) {
    MemoryNeed& most = seen_[participant.spec.workload];
    const core::Reading& exact_mib = participant.memory_pss_peak_mib;
    const core::Reading& host_mib = exact_mib ? exact_mib : participant.memory_peak_mib;
    most.host_mib = std::max(most.host_mib, host_mib.value_or(0));
    most.gpu_mib = std::max(most.gpu_mib, participant.gpu_memory_peak_mib.value_or(0));
  }
}

SessionSummary run_session(const study::Plan& plan, const record::RunStore& store,
                           RunExecutor& executor, const SessionOptions& options,
                           const StopRequest& stop, SessionObserver& observer) {
  record_cut_off_attempts(plan, store);
  SessionSummary summary;
  complete_index(store, observer);
  const std::vector<const study::PlannedRun*> to_do = runs_to_do(plan, store, options, summary);
  observer.session_begins(plan.runs.size(), summary.already_done, to_do);
  if (to_do.empty()) return summary;

  Reserve reserve(store.folder());
  std::deque<const study::PlannedRun*> queue(to_do.begin(), to_do.end());
  for (size_t place = 1; !queue.empty() && !stop.any(); ++place) {
    if (place > 1) pause(options.cool_down_s, stop);
    if (stop.any()) break;
    const study::PlannedRun& run = *queue.front();
    queue.pop_front();
    const int attempt = store.begin_attempt(run.id);
    observer.run_begins(run, place, attempt);
    const std::string started_at = core::wall_clock_label();
    const core::Time begin = core::Clock::now();
    record::RunResult result;
    try {
      result =
          executor.execute(run, attempt, store.attempt_folder(run.id, attempt), stop.now, observer);
      store.finish_attempt(result);
    } catch (const std::exception& error) {
      reserve.release();
      result = without_measurements(run.spec, run.id, attempt, started_at,
                                    why_the_machine_said_no(error));
      try {
        // One that got its name, but whose folder could not be forced to the disk, stays.
        if (!store.has_result(run.id, attempt)) store.finish_attempt(result);
      } catch (const core::SystemError&) {
        // Still no room: the next session finds the attempt without a result and calls it cut off.
      }
      throw;
    }
    add_to_index(store, result, observer);
    const bool again = is_retried(result) && spoilt_attempts(store, run.id) <= options.retries;
    if (again) queue.push_back(&run);
    if (again) {
      ++summary.made_again;
    } else if (result.outcome.ok()) {
      ++summary.ok;
    } else if (result.outcome.status == record::Outcome::Status::interrupted) {
      ++summary.unfinished;
    } else {
      ++summary.failed;
    }
    observer.run_ends(result, core::seconds_between(begin, core::Clock::now()), again);
  }
  summary.interrupted = stop.any() && (stop.now.load() || !queue.empty());
  return summary;
}

}  // namespace tandem::execute
