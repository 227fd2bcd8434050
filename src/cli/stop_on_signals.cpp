#include "cli/stop_on_signals.h"

#include <csignal>

namespace tandem::cli {
namespace {

std::atomic<bool> requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set from a signal handler");

void request_stop(int) {
  requested.store(true);
}

}  // namespace

const std::atomic<bool>& stop_requested() {
  return requested;
}

void stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = request_stop;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    // nohup has a signal ignored on purpose.
    if (before.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
  // A reader of our output that goes away (`| head`) must not end the study.
  ::signal(SIGPIPE, SIG_IGN);
}

}  // namespace tandem::cli
