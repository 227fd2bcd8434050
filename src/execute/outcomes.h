#pragma once

#include <span>
#include <string>
#include <string_view>

#include "record/run_result.h"

namespace tandem::execute {

/// A way in which a run, or one of its trainings, can end.
struct OutcomeKind {
  std::string_view name;
  record::Outcome::Status status;
  /// Whether the run is made again: yes where the machine was at fault, never where the training
  /// was, for it would end the same way again, and to repeat it until it succeeds would be a choice
  /// among results.
  bool is_retried;
  std::string_view meaning;
  std::string_view advice;  ///< what a person can do
};

/// All of them, as docs/outcomes.md lists them.
std::span<const OutcomeKind> outcome_kinds();

/// The outcome of that name; `message` says what was seen. The name must be a kind's.
record::Outcome outcome_of_kind(std::string_view name, std::string message);
/// The outcome that a trainer gave a reason for; one that tandem doesn't know is kept as it is.
record::Outcome outcome_said_by_trainer(const std::string& reason, std::string message);

/// Whether a run that ended like this is made again. For a run whose partner ended it is the
/// partner's own outcome that decides.
bool is_retried(const record::RunResult& result);

}  // namespace tandem::execute
