#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "execute/mps_daemon.h"
#include "execute/preparation.h"
#include "execute/run_execution.h"
#include "execute/stop_request.h"
#include "record/run_store.h"
#include "study/plan.h"
#include "study/study_file.h"

namespace tandem::execute {

/// Makes one planned run: the seam between the order of a study and its processes.
class RunExecutor {
 public:
  virtual ~RunExecutor() = default;
  /// `folder` is the attempt's. Throws core::SystemError when the session can't go on.
  virtual record::RunResult execute(const study::PlannedRun& run, int attempt,
                                    const std::filesystem::path& folder,
                                    const std::atomic<bool>& stop, RunObserver& observer) = 0;
};

/// Makes runs as processes on one device of this machine, each after it has been prepared for it.
class LocalExecutor : public RunExecutor {
 public:
  /// Looks for what the machine can measure with, and starts MPS where the study asks for it.
  /// `device` counts the study's; `study_folder` gets the logs of MPS. Must be made in a thread
  /// that lives as long. Throws core::UserError for a GPU or a program that isn't there.
  LocalExecutor(const study::Study& study, const study::Catalogue& catalogue,
                std::filesystem::path data_folder, const std::filesystem::path& study_folder = {},
                size_t device = 0);
  record::RunResult execute(const study::PlannedRun& run, int attempt,
                            const std::filesystem::path& folder, const std::atomic<bool>& stop,
                            RunObserver& observer) override;
  /// The GPU's UUID, empty where there is none.
  std::string gpu_uuid() const;

 private:
  const study::Study& study_;
  const study::Catalogue& catalogue_;
  std::shared_ptr<const measure::Instruments> instruments_;
  std::unique_ptr<MpsDaemon> mps_;
  RunSettings settings_;
  std::optional<Preparation> preparation_;
};

/// An executor for each of the study's devices, in its order. Throws core::UserError as they do,
/// and when two of the devices are one GPU.
std::vector<std::unique_ptr<LocalExecutor>> local_executors(
    const study::Study& study, const study::Catalogue& catalogue,
    const std::filesystem::path& data_folder, const std::filesystem::path& study_folder);

/// Told of a session's progress, never by two threads at once. `device` counts the session's;
/// `place` counts from 1 among its runs.
class SessionObserver {
 public:
  virtual ~SessionObserver() = default;
  /// `devices`: their names, one of them empty where there is one.
  virtual void session_begins(size_t planned, size_t already_done,
                              const std::vector<const study::PlannedRun*>& to_do,
                              const std::vector<std::string>& devices) {
    (void)planned, (void)already_done, (void)to_do, (void)devices;
  }
  virtual void run_begins(size_t device, const study::PlannedRun& run, size_t place, int attempt) {
    (void)device, (void)run, (void)place, (void)attempt;
  }
  /// What RunObserver is told of the run that the device makes.
  virtual void waiting(size_t device, const std::string& what) { (void)device, (void)what; }
  virtual void loading(size_t device) { (void)device; }
  virtual void started(size_t device) { (void)device; }
  virtual void epoch_done(size_t device, size_t index, int epoch, int epochs) {
    (void)device, (void)index, (void)epoch, (void)epochs;
  }
  /// Something that costs the study nothing, but that a person should know.
  virtual void warning(const std::string& text) { (void)text; }
  /// One of several devices can't go on, and makes no more runs in this session.
  virtual void device_given_up(size_t device, const std::string& why) { (void)device, (void)why; }
  /// `again`: the machine spoilt the run, and it is made again at the end of the session.
  virtual void run_ends(size_t device, const record::RunResult& result, double took_s, bool again) {
    (void)device, (void)result, (void)took_s, (void)again;
  }
};

/// Where a session makes runs, one at a time.
struct SessionDevice {
  std::string name;  ///< empty where there is one
  RunExecutor* executor;
};

struct SessionOptions {
  bool retry_failed = false;  ///< also runs whose deciding attempt is failed or invalid
  double cool_down_s = 0;     ///< between two runs
  int retries = 0;            ///< of a run that the machine spoilt (execute::is_retried)
};

struct SessionSummary {
  size_t already_done = 0;
  size_t ok = 0;
  size_t failed = 0;          ///< failed or invalid in this session
  size_t failed_earlier = 0;  ///< in earlier sessions, and not retried
  size_t made_again = 0;      ///< attempts that the machine spoilt and that were followed by others
  size_t unfinished = 0;      ///< attempts that ended as interrupted
  bool interrupted = false;   ///< asked to end before all was done
};

/// Makes the runs of a plan that have no result yet: on one device one after the other, in the
/// plan's order; on several, each in a thread of its own, those that are bound to a device in the
/// plan's order and the others on whichever is free, repetition after repetition and in each the
/// longest first (study::session_order). Each run is a new attempt with its own folder; its result
/// is the folder's last file, and then a row of the index, which can be rebuilt and therefore may
/// fail. What an earlier session left undone comes first: an attempt without a result gets one
/// (interrupted, `cut_off`), a result without a row gets that. A run that the machine spoilt is
/// made again after all others. The caller holds the study's lock. Throws core::SystemError when
/// the machine can't go on; the attempt in flight then says why, if there is still room for that. A
/// device that can't go on is left out, and the error thrown when the others have done what they
/// can.
SessionSummary run_session(const study::Plan& plan, const record::RunStore& store,
                           const std::vector<SessionDevice>& devices, const SessionOptions& options,
                           const StopRequest& stop, SessionObserver& observer);

}  // namespace tandem::execute
