#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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

/// Makes runs as processes on this machine, each after the machine has been prepared for it.
class LocalExecutor : public RunExecutor {
 public:
  /// Looks for what the machine can measure with. Throws core::UserError for a GPU that isn't
  /// there.
  LocalExecutor(const study::Study& study, const study::Catalogue& catalogue,
                std::filesystem::path data_folder);
  record::RunResult execute(const study::PlannedRun& run, int attempt,
                            const std::filesystem::path& folder, const std::atomic<bool>& stop,
                            RunObserver& observer) override;

 private:
  /// By what this session has seen of the workloads, and on a GPU by the catalogue before that.
  MemoryNeed memory_need(const study::RunSpec& run) const;
  void remember_memory(const record::RunResult& result);

  const study::Study& study_;
  const study::Catalogue& catalogue_;
  std::shared_ptr<const measure::Instruments> instruments_;
  RunSettings settings_;
  std::optional<Preparation> preparation_;
  std::map<std::string, MemoryNeed> seen_;  ///< the most that a workload has held, by its id
};

/// Told of a session's progress. `place` counts from 1 among the runs of this session.
class SessionObserver : public RunObserver {
 public:
  virtual void session_begins(size_t planned, size_t already_done,
                              const std::vector<const study::PlannedRun*>& to_do) {
    (void)planned, (void)already_done, (void)to_do;
  }
  virtual void run_begins(const study::PlannedRun& run, size_t place, int attempt) {
    (void)run, (void)place, (void)attempt;
  }
  /// Something that costs the study nothing, but that a person should know.
  virtual void warning(const std::string& text) { (void)text; }
  /// `again`: the machine spoilt the run, and it is made again at the end of the session.
  virtual void run_ends(const record::RunResult& result, double took_s, bool again) {
    (void)result, (void)took_s, (void)again;
  }
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

/// Makes the runs of a plan that have no result yet, one after the other, in the plan's order. Each
/// run is a new attempt with its own folder; its result is the folder's last file, and then a row
/// of the index, which can be rebuilt and therefore may fail. What an earlier session left undone
/// comes first: an attempt without a result gets one (interrupted, `cut_off`), a result without a
/// row gets that. A run that the machine spoilt is made again after all others. The caller holds
/// the study's lock. Throws core::SystemError when the machine can't go on; the attempt in flight
/// then says why, if there is still room for that.
SessionSummary run_session(const study::Plan& plan, const record::RunStore& store,
                           RunExecutor& executor, const SessionOptions& options,
                           const StopRequest& stop, SessionObserver& observer);

}  // namespace tandem::execute
