#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace tandem::trainers {

/// How the program ended, as docs/protocol.md numbers it.
enum class ExitCode : int {
  success = 0,
  failure = 1,
  bad_flag = 2,
  bad_data = 3,
  non_finite_loss = 4,
  called_off = 5,
};

/// The name of an exit code in a `failed` message.
constexpr std::string_view reason(ExitCode code) {
  switch (code) {
    case ExitCode::success:
      return "success";
    case ExitCode::failure:
      return "failure";
    case ExitCode::bad_flag:
      return "bad_flag";
    case ExitCode::bad_data:
      return "bad_data";
    case ExitCode::non_finite_loss:
      return "non_finite_loss";
    case ExitCode::called_off:
      return "called_off";
  }
  return "failure";
}

/// The training cannot start or go on. The message is for the person who started it.
class TrainingError : public std::runtime_error {
 public:
  TrainingError(ExitCode code, const std::string& message)
      : std::runtime_error(message), code_(code) {}

  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

}  // namespace tandem::trainers
