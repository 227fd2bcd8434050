#include "core/error.h"

#include <system_error>

namespace tandem::core {
namespace {

std::string describe(const std::string& source, const std::vector<Problem>& problems) {
  std::string text = source + ": " + std::to_string(problems.size()) +
                     (problems.size() == 1 ? " mistake" : " mistakes");
  for (const Problem& problem : problems) {
    text += "\n  " + problem.place + "\n    found:    " + problem.found +
            "\n    expected: " + problem.expected;
  }
  return text;
}

}  // namespace

UserError::UserError(std::string source, std::vector<Problem> problems)
    : std::runtime_error(describe(source, problems)), problems_(std::move(problems)) {}

UserError::UserError(const std::string& sentence) : std::runtime_error(sentence) {}

SystemError::SystemError(const std::string& what_was_tried, int error_number)
    : std::runtime_error(what_was_tried + ": " + std::generic_category().message(error_number)) {}

}  // namespace tandem::core
