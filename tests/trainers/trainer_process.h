#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tandem::trainers::test {

/// What a program did from its start to its end.
struct ProcessResult {
  int exit_code = -1;  ///< 128 + signal when a signal ended it.
  std::string output;  ///< Standard output.
  std::string errors;  ///< Standard error.
  std::vector<nlohmann::json> events;
};

/// How tandem's side of the conversation goes after `ready`.
enum class Answer { none, go, garbage, hang_up, go_then_hang_up };

/// Runs a program to its end; with Answer::none it has no TANDEM_EVENTS.
ProcessResult run_process(std::vector<std::string> arguments, Answer answer = Answer::none);

/// Runs the tandem-train of this build on one thread.
ProcessResult run_trainer(std::vector<std::string> arguments, Answer answer = Answer::none);

}  // namespace tandem::trainers::test
