#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "execute/session.h"
#include "record/run_store.h"
#include "study/plan.h"

namespace tandem::execute {

/// An attempt at a run that came to no measurements.
record::RunResult without_measurements(const study::RunSpec& spec, const std::string& run_id,
                                       int attempt, const std::string& started_at,
                                       const record::Outcome& outcome);

/// Room on the disk that is given up when there is no other, so that the attempt in flight can
/// still say how it ended.
class DiskReserve {
 public:
  explicit DiskReserve(std::filesystem::path file);
  ~DiskReserve() { release(); }
  DiskReserve(const DiskReserve&) = delete;
  DiskReserve& operator=(const DiskReserve&) = delete;
  void release();

 private:
  std::filesystem::path file_;
};

/// Makes an attempt that has its folder, to its result.json. When the machine can't go on the
/// result says why, if there is room for that once `make_room` has been called; then the error is
/// thrown on. `device`: named by such a result.
record::RunResult make_attempt(RunExecutor& executor, const study::PlannedRun& run, int attempt,
                               const record::RunStore& store, const std::string& device,
                               const std::atomic<bool>& stop, RunObserver& observer,
                               const std::function<void()>& make_room);

/// How an attempt without a result ended, of which files were last written at that time.
using UnfinishedOutcome = std::function<record::Outcome(const std::string& last_written_at)>;

/// Gives an attempt that was left without a result one. False where it has got one meanwhile, and
/// where what it was can't be told: a run that was taken out of the study before it had begun.
bool end_unfinished_attempt(const study::Plan& plan, const record::RunStore& store,
                            const std::filesystem::path& attempt_folder,
                            const UnfinishedOutcome& outcome);

/// Of an attempt of which no more is known than that it has no result.
record::Outcome cut_off(const std::string& last_written_at);

/// Attempts at a run that the machine spoilt.
int spoilt_attempts(const record::RunStore& store, const std::string& run_id);

/// Whether a run that ended like this (nothing: it never did) is to be made in this session.
bool is_to_be_made(const std::optional<record::RunResult>& deciding, const record::RunStore& store,
                   const SessionOptions& options);

/// Sleeps between two runs, but not when asked to stop in whatever way.
void pause_between_runs(double seconds, const StopRequest& stop);

}  // namespace tandem::execute
