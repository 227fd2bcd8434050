#include "execute/session.h"

#include <algorithm>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "measure/machine.h"
#include "record/index.h"

namespace tandem::execute {
namespace {

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

/// A run that was called off before anything was started.
record::RunResult interrupted_before(const study::PlannedRun& run, int attempt,
                                     const std::string& started_at) {
  record::RunResult result;
  result.run_id = run.spec.id();
  result.attempt = attempt;
  result.spec = run.spec;
  result.outcome = {record::Outcome::Status::interrupted, "interrupted",
                    "tandem was asked to stop before the trainings were started",
                    "run the study again; it goes on with what is missing"};
  result.started_at = started_at;
  result.ended_at = core::wall_clock_label();
  result.machine = measure::describe_machine();
  for (const study::ParticipantSpec& spec : run.spec.participants) {
    result.participants.emplace_back();
    result.participants.back().spec = spec;
    result.participants.back().outcome = result.outcome;
    result.participants.back().rounds = 0;
  }
  return result;
}

}  // namespace

LocalExecutor::LocalExecutor(const study::Study& study, const study::Catalogue& catalogue,
                             std::filesystem::path data_folder)
    : study_(study), catalogue_(catalogue), instruments_(instruments_for(study)) {
  settings_.data_folder = std::move(data_folder);
  settings_.sampling_hz = study.sampling_hz;
  settings_.instruments = instruments_;
  settings_.power_model = study.cpu_power_model;
  if (!instruments_->gpus().empty()) {
    settings_.cuda_visible_devices = instruments_->visible_device(0);
  }
  PreparationSettings preparation;
  preparation.cool_down_to_c = study.cool_down_to_c;
  preparation.cool_down_at_most_s = study.cool_down_at_most_s;
  preparation.idle_s = study.idle_s;
  preparation_.emplace(*instruments_, preparation, settings_.power_model);
}

record::RunResult LocalExecutor::execute(const study::PlannedRun& run, int attempt,
                                         const std::filesystem::path& folder,
                                         const std::atomic<bool>& stop, RunObserver& observer) {
  const std::string started_at = core::wall_clock_label();
  const Prepared prepared = preparation_->before(run.spec, folder, stop);
  if (stop.load()) return interrupted_before(run, attempt, started_at);
  settings_.idle = prepared.idle;
  settings_.timeout_s = study_.timeout_s.value_or(default_timeout_s(run.expected_s));
  record::RunResult result =
      execute_run(run.spec, attempt, folder, catalogue_, settings_, stop, observer);
  result.cautions.insert(result.cautions.end(), prepared.cautions.begin(), prepared.cautions.end());
  return result;
}

SessionSummary run_session(const study::Plan& plan, const record::RunStore& store,
                           RunExecutor& executor, const SessionOptions& options,
                           const std::atomic<bool>& stop, SessionObserver& observer) {
  SessionSummary summary;
  std::vector<const study::PlannedRun*> to_do;
  for (const study::PlannedRun& run : plan.runs) {
    const std::optional<record::RunResult> result = store.read_deciding(run.id);
    if (result && result->outcome.ok()) {
      ++summary.already_done;
    } else if (result && result->outcome.status != record::Outcome::Status::interrupted &&
               !options.retry_failed) {
      ++summary.failed_earlier;
    } else {
      to_do.push_back(&run);
    }
  }
  complete_index(store, observer);
  observer.session_begins(plan.runs.size(), summary.already_done, to_do);
  if (to_do.empty()) return summary;

  for (size_t place = 0; place < to_do.size() && !stop.load(); ++place) {
    const study::PlannedRun& run = *to_do[place];
    if (place > 0) sleep_unless(stop, options.cool_down_s);
    if (stop.load()) break;
    const int attempt = store.begin_attempt(run.id);
    observer.run_begins(run, place + 1, attempt);
    const core::Time begin = core::Clock::now();
    const record::RunResult result =
        executor.execute(run, attempt, store.attempt_folder(run.id, attempt), stop, observer);
    store.finish_attempt(result);
    add_to_index(store, result, observer);
    if (result.outcome.ok()) {
      ++summary.ok;
    } else if (result.outcome.status != record::Outcome::Status::interrupted) {
      ++summary.failed;
    }
    observer.run_ends(result, core::seconds_between(begin, core::Clock::now()));
  }
  summary.interrupted = stop.load();
  return summary;
}

}  // namespace tandem::execute
