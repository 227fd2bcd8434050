// tandem-train: one training, reported to tandem as docs/protocol.md says.
#include <c10/util/Exception.h>

#include <cstdio>
#include <exception>
#include <string>

#include "errors.h"
#include "memory.h"
#include "options.h"
#include "protocol.h"
#include "runtime.h"
#include "training_loop.h"
#include "workload.h"

namespace tandem::trainers {
namespace {

void train(const Command& command, EventStream& events) {
  const Settings& settings = command.settings;
  configure_runtime(settings);
  const auto workload = command.kind->create(settings);
  nlohmann::json description = describe_runtime(settings);
  description["workload"] = command.kind->name;
  run_training(*workload, settings.untrained ? 0 : settings.whole("epochs"), std::move(description),
               events);
}

/// Tells the person and tandem why the training ends. Returns the exit code.
int fail(EventStream& events, ExitCode code, const std::string& message) {
  std::fprintf(stderr, "tandem-train: %s\n", message.c_str());
  try {
    events.send(
        {{"type", "failed"}, {"reason", reason(code)}, {"message", message.substr(0, 4000)}});
  } catch (const TrainingError&) {
    // Nobody is left to tell; standard error has it.
  }
  return static_cast<int>(code);
}

int run(int argc, char** argv) {
  EventStream events;
  try {
    events = EventStream::from_environment();
    const auto command = parse_command_line(workload_kinds(), argc, argv);
    if (command) train(*command, events);
    return static_cast<int>(ExitCode::success);
  } catch (const TrainingError& error) {
    return fail(events, error.code(), error.what());
  } catch (const c10::Error& error) {
    return fail(events, ExitCode::failure, error.what_without_backtrace());
  } catch (const std::exception& error) {
    return fail(events, ExitCode::failure, error.what());
  }
}

}  // namespace
}  // namespace tandem::trainers

int main(int argc, char** argv) {
  tandem::trainers::tune_malloc();
  tandem::trainers::install_counting_allocator();
  return tandem::trainers::run(argc, argv);
}
