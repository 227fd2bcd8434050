#pragma once

#include <atomic>

namespace tandem::cli {

/// Becomes true when the person, the terminal or a service manager asks tandem to end.
const std::atomic<bool>& stop_requested();

/// From now on Ctrl-C, a terminal that goes away and a service manager's TERM set stop_requested()
/// instead of ending the program at once.
void stop_on_signals();

}  // namespace tandem::cli
