#include "core/error.h"

#include <system_error>

#include "core/text.h"

namespace tandem::core {
namespace {

/// What stands in a person's file may be anything, also what a terminal would obey.
constexpr size_t most_bytes = 2000;

std::string describe(const std::string& source, const std::vector<Problem>& problems) {
  std::string text = printable(source, most_bytes) + ": " + std::to_string(problems.size()) +
                     (problems.size() == 1 ? " mistake" : " mistakes");
  for (const Problem& problem : problems) {
    text += "\n  " + printable(problem.place, most_bytes) +
            "\n    found:    " + printable(problem.found, most_bytes) +
            "\n    expected: " + printable(problem.expected, most_bytes);
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
