#pragma once

#include <atomic>

namespace tandem::execute {

/// How a session is asked to end; set from signal handlers.
struct StopRequest {
  std::atomic<bool> now{false};         ///< the run in flight ends as interrupted
  std::atomic<bool> after_run{false};   ///< the run in flight is made to its end
  std::atomic<bool> time_is_up{false};  ///< why `now`: a cluster's time limit is near

  bool any() const { return now.load() || after_run.load(); }
};
static_assert(std::atomic<bool>::is_always_lock_free, "set from a signal handler");

}  // namespace tandem::execute
