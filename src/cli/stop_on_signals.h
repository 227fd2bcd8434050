#pragma once

#include <atomic>

#include "execute/stop_request.h"

namespace tandem::cli {

/// What the person, the terminal or a service manager has asked of a session. USR1 asks it to end
/// after the run in flight.
const execute::StopRequest& stop_request();

/// The same for what has no runs: becomes true when tandem is to end.
const std::atomic<bool>& stop_requested();

/// From now on Ctrl-C, a terminal that goes away and a service manager's TERM set stop_requested()
/// instead of ending the program at once, and USR1 stop_request().after_run.
void stop_on_signals();
/// The same for a task of a cluster, which USR2 tells that its time limit is near.
void stop_on_signals_of_task();
/// Of such a task: whether it was continued (SIGCONT) since this was called last, as Slurm does
/// with a job that it has suspended, and before it ends one.
bool was_continued();

}  // namespace tandem::cli
