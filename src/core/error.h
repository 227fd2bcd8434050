#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace tandem::core {

/// One mistake in something a person wrote: where it stands, what stands there, what should.
struct Problem {
  std::string place;     ///< a JSON path such as `$.model_pairs[0].model_a`, or a flag
  std::string found;     ///< what is there, already quoted if it is text
  std::string expected;  ///< what would be right, with the nearest names where that helps
};

/// The user's mistake (exit code 2): `source` is the file or the command, `problems` are all of the
/// mistakes found in it, not only the first. what() tells them so that a terminal can show it.
class UserError : public std::runtime_error {
 public:
  UserError(std::string source, std::vector<Problem> problems);
  /// One mistake that is best told as a sentence.
  explicit UserError(const std::string& sentence);

  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

/// The machine says no (exit code 1): a file that can't be written, a process that can't be
/// started. The message names the thing, what was tried and what the system answered.
class SystemError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  /// `what_was_tried` followed by the text of `error_number` (an errno value).
  SystemError(const std::string& what_was_tried, int error_number);
};

/// What the programs end with. A study whose runs failed is not an error of the program: the
/// failures are its results, and the code tells a script that there are some.
enum class ExitCode : int {
  success = 0,
  system_failure = 1,
  user_mistake = 2,
  runs_failed = 3,
  study_is_busy = 4,
  interrupted = 130,
};

}  // namespace tandem::core
