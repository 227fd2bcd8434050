#include "execute/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "execute/attempt.h"
#include "execute/outcomes.h"
#include "record/index.h"

namespace tandem::execute {
namespace {

/// A training may take far longer than the catalogue says on a slower machine, and longer still
/// beside another one; a hang should not hold a study for days either.
double default_timeout_s(double expected_s) {
  return std::max(300.0, 20 * expected_s);
}

/// The device's GPU: the stated one, else the only one, else the first by PCI address.
std::shared_ptr<const measure::Instruments> instruments_for(const study::Study& study,
                                                            size_t device) {
  measure::Instruments::Options options;
  const auto choose = [&](const std::string& gpu, std::string asked_by) {
    if (gpu.empty()) return;
    options.gpus = {gpu};
    options.gpus_asked_by = std::move(asked_by);
  };
  choose(study.gpu, "$.gpu");
  choose(study.sharing.mig_slice, "$.sharing.mig");
  if (!study.devices.empty()) {
    choose(study.devices.at(device).gpu, fmt::format("$.devices[{}].gpu", device));
  }
  options.only_first_gpu = true;
  options.runs_at_a_time = static_cast<int>(study.device_count());
  if (study.sharing.mode == study::Sharing::Mode::mps) options.sharing = "mps";
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

/// Somebody else's daemon of MPS makes clients of all trainings.
std::optional<core::Caution> differently_shared(const record::RunResult& result) {
  const bool is_asked_for = result.spec.sharing.mode == study::Sharing::Mode::mps;
  const bool on_gpu = result.spec.device == study::Device::cuda && result.gpu;
  if (!on_gpu || is_asked_for || result.gpu->device.sharing != "mps") return std::nullopt;
  return core::Caution{"sharing_differs", "the study asks for " +
                                              study::describe(result.spec.sharing) +
                                              ", but MPS runs here, not started by tandem"};
}

/// The runs to be made in this session, in the order in which they are taken.
std::vector<const study::PlannedRun*> runs_to_do(const study::Plan& plan, size_t devices,
                                                 const record::RunStore& store,
                                                 const SessionOptions& options,
                                                 SessionSummary& summary) {
  std::vector<const study::PlannedRun*> to_do;
  for (const size_t place : study::session_order(plan, devices)) {
    const study::PlannedRun& run = plan.runs[place];
    const std::optional<record::RunResult> result = store.read_deciding(run.id);
    if (result && result->outcome.ok()) {
      ++summary.already_done;
    } else if (is_to_be_made(result, store, options)) {
      to_do.push_back(&run);
    } else {
      ++summary.failed_earlier;
    }
  }
  return to_do;
}

}  // namespace

LocalExecutor::LocalExecutor(const study::Study& study, const study::Catalogue& catalogue,
                             std::filesystem::path data_folder,
                             const std::filesystem::path& study_folder, size_t device)
    : study_(study), catalogue_(catalogue), instruments_(instruments_for(study, device)) {
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
  if (!study.devices.empty()) {
    settings_.device = study.devices.at(device).name();
    settings_.cores = study.devices.at(device).cores;
  }
  if (study.sharing.mode == study::Sharing::Mode::mps) {
    mps_ = std::make_unique<MpsDaemon>(settings_.cuda_visible_devices,
                                       study_folder / "mps" / std::to_string(device));
    settings_.environment = mps_->environment();
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
  if (mps_) mps_->check();
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
  if (const auto caution = differently_shared(result)) result.cautions.push_back(*caution);
  if (!study_.devices.empty() && study_.device_affinity == study::DeviceAffinity::any) {
    result.cautions.push_back(
        {"any_device", fmt::format("made on {}, one of {} devices that the study takes for equal",
                                   settings_.device, study_.devices.size())});
  }
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

std::string LocalExecutor::gpu_uuid() const {
  return instruments_->gpus().empty() ? "" : instruments_->description(0).uuid;
}

std::vector<std::unique_ptr<LocalExecutor>> local_executors(
    const study::Study& study, const study::Catalogue& catalogue,
    const std::filesystem::path& data_folder, const std::filesystem::path& study_folder) {
  std::vector<std::unique_ptr<LocalExecutor>> executors;
  for (size_t device = 0; device < study.device_count(); ++device) {
    executors.push_back(
        std::make_unique<LocalExecutor>(study, catalogue, data_folder, study_folder, device));
    if (study.device == study::Device::cpu) continue;
    for (size_t other = 0; other < device; ++other) {
      if (executors[other]->gpu_uuid() != executors[device]->gpu_uuid()) continue;
      throw core::UserError(
          "choice of the GPUs",
          {{fmt::format("$.devices[{}].gpu", device), core::in_quotes(study.devices[device].gpu),
            fmt::format("each GPU once; $.devices[{}] is {} too", other,
                        executors[other]->gpu_uuid())}});
    }
  }
  return executors;
}

namespace {

/// Of a session, by all of its devices' threads. One lock guards all of it, and is never held while
/// a run is made.
class Session {
 public:
  Session(const record::RunStore& store, const std::vector<SessionDevice>& devices,
          const SessionOptions& options, const StopRequest& stop, SessionObserver& observer,
          SessionSummary& summary)
      : store_(store),
        devices_(devices),
        options_(options),
        stop_(stop),
        observer_(observer),
        summary_(summary),
        reserve_(store.folder() / "session.reserve"),
        bound_(devices.size()) {}

  void add(const study::PlannedRun& run) { queue_of(run).push_back(&run); }

  void make_all() {
    if (devices_.size() == 1) return make_runs_on(0);
    std::vector<std::exception_ptr> errors(devices_.size());
    std::vector<std::thread> threads;
    for (size_t device = 0; device < devices_.size(); ++device) {
      threads.emplace_back([this, device, &error = errors[device]] {
        try {
          make_runs_on(device);
        } catch (const std::exception& what) {
          error = std::current_exception();
          give_up(device, what.what());
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::exception_ptr& error : errors) {
      if (error) std::rethrow_exception(error);
    }
  }

  bool has_runs_left() const {
    return !common_.empty() ||
           std::ranges::any_of(bound_, [](const auto& queue) { return !queue.empty(); });
  }

 private:
  using Queue = std::deque<const study::PlannedRun*>;

  /// Passes on what a run says, as its device's.
  class DeviceObserver : public RunObserver {
   public:
    DeviceObserver(Session& session, size_t device) : session_(session), device_(device) {}
    void waiting(const std::string& what) override {
      tell([&](SessionObserver& observer) { observer.waiting(device_, what); });
    }
    void loading() override {
      tell([&](SessionObserver& observer) { observer.loading(device_); });
    }
    void started() override {
      tell([&](SessionObserver& observer) { observer.started(device_); });
    }
    void epoch_done(size_t index, int epoch, int epochs) override {
      tell([&](SessionObserver& observer) { observer.epoch_done(device_, index, epoch, epochs); });
    }

   private:
    template <typename Event>
    void tell(const Event& event) {
      const std::lock_guard guard(session_.mutex_);
      event(session_.observer_);
    }

    Session& session_;
    size_t device_;
  };

  Queue& queue_of(const study::PlannedRun& run) {
    return run.device ? bound_.at(*run.device) : common_;
  }

  /// The device's next run; nothing when there is none for it.
  const study::PlannedRun* take(size_t device) {
    for (Queue* queue : {&bound_[device], &common_}) {
      if (queue->empty()) continue;
      const study::PlannedRun* run = queue->front();
      queue->pop_front();
      return run;
    }
    return nullptr;
  }

  void make_runs_on(size_t device) {
    for (bool is_first = true; !stop_.any(); is_first = false) {
      if (!is_first && has_more(device)) pause_between_runs(options_.cool_down_s, stop_);
      if (stop_.any() || !make_next(device)) return;
    }
  }

  bool has_more(size_t device) {
    const std::lock_guard guard(mutex_);
    return !bound_[device].empty() || !common_.empty();
  }

  /// False when there is no run left for the device.
  bool make_next(size_t device) {
    const study::PlannedRun* run = nullptr;
    int attempt = 0;
    {
      const std::lock_guard guard(mutex_);
      run = take(device);
      if (run == nullptr) return false;
      attempt = store_.begin_attempt(run->id);
      observer_.run_begins(device, *run, ++runs_begun_, attempt);
    }
    const core::Time begin = core::Clock::now();
    const record::RunResult result = make(device, *run, attempt);
    const bool again = is_retried(result) && spoilt_attempts(store_, run->id) <= options_.retries;
    const std::lock_guard guard(mutex_);
    add_to_index(store_, result, observer_);
    if (again) queue_of(*run).push_back(run);
    count(result, again);
    observer_.run_ends(device, result, core::seconds_between(begin, core::Clock::now()), again);
    return true;
  }

  record::RunResult make(size_t device, const study::PlannedRun& run, int attempt) {
    DeviceObserver observer(*this, device);
    return make_attempt(*devices_[device].executor, run, attempt, store_, devices_[device].name,
                        stop_.now, observer, [&] {
                          const std::lock_guard guard(mutex_);
                          reserve_.release();
                        });
  }

  void count(const record::RunResult& result, bool again) {
    if (again) {
      ++summary_.made_again;
    } else if (result.outcome.ok()) {
      ++summary_.ok;
    } else if (result.outcome.status == record::Outcome::Status::interrupted) {
      ++summary_.unfinished;
    } else {
      ++summary_.failed;
    }
  }

  void give_up(size_t device, const std::string& why) {
    const std::lock_guard guard(mutex_);
    observer_.device_given_up(device, why);
  }

  const record::RunStore& store_;
  const std::vector<SessionDevice>& devices_;
  const SessionOptions& options_;
  const StopRequest& stop_;
  SessionObserver& observer_;
  SessionSummary& summary_;
  DiskReserve reserve_;
  std::mutex mutex_;
  std::vector<Queue> bound_;  ///< of each device
  Queue common_;
  size_t runs_begun_ = 0;
};

}  // namespace

SessionSummary run_session(const study::Plan& plan, const record::RunStore& store,
                           const std::vector<SessionDevice>& devices, const SessionOptions& options,
                           const StopRequest& stop, SessionObserver& observer) {
  // So that all of them are accounted for.
  for (const std::filesystem::path& folder : store.unfinished_attempts()) {
    end_unfinished_attempt(plan, store, folder, cut_off);
  }
  SessionSummary summary;
  complete_index(store, observer);
  const std::vector<const study::PlannedRun*> to_do =
      runs_to_do(plan, devices.size(), store, options, summary);
  std::vector<std::string> names;
  for (const SessionDevice& device : devices) names.push_back(device.name);
  observer.session_begins(plan.runs.size(), summary.already_done, to_do, names);
  if (to_do.empty()) return summary;

  Session session(store, devices, options, stop, observer, summary);
  for (const study::PlannedRun* run : to_do) session.add(*run);
  session.make_all();
  summary.interrupted = stop.any() && (stop.now.load() || session.has_runs_left());
  return summary;
}

}  // namespace tandem::execute
