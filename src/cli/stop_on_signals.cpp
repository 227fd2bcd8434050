#include "cli/stop_on_signals.h"

#include <atomic>
#include <csignal>
#include <initializer_list>

namespace tandem::cli {
namespace {

execute::StopRequest request;
std::atomic<bool> continued{false};

void request_stop(int signal) {
  (signal == SIGUSR1 ? request.after_run : request.now).store(true);
}

void say_that_time_is_up(int) {
  request.time_is_up.store(true);
  request.now.store(true);
}

void note_continuation(int) {
  continued.store(true);
}

}  // namespace

const execute::StopRequest& stop_request() {
  return request;
}

const std::atomic<bool>& stop_requested() {
  return request.now;
}

void stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = request_stop;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) {
    struct sigaction before {};
    ::sigaction(signal, nullptr, &before);
    // nohup has a signal ignored on purpose.
    if (before.sa_handler != SIG_IGN) ::sigaction(signal, &action, nullptr);
  }
  // A reader of our output that goes away (`| head`) must not end the study.
  ::signal(SIGPIPE, SIG_IGN);
}

void stop_on_signals_of_task() {
  stop_on_signals();
  struct sigaction action {};
  action.sa_handler = say_that_time_is_up;
  ::sigaction(SIGUSR2, &action, nullptr);
  action.sa_handler = note_continuation;
  ::sigaction(SIGCONT, &action, nullptr);
}

bool was_continued() {
  return continued.exchange(false);
}

}  // namespace tandem::cli
