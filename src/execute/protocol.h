#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/json.h"
#include "core/reading.h"

namespace tandem::execute {

// What a trainer says, line by line; docs/protocol.md is the specification. Of a program that
// doesn't speak it the same is read from its log (log_reader.h).
struct ReadyEvent {
  core::Json described;  ///< the whole line
};
struct StartedEvent {};
struct EpochEvent {
  int epoch = 0;
  core::Reading train_loss;
  bool loss_is_not_finite = false;  ///< a loss that is missing for another reason is no failure
  std::map<std::string, double> metrics;
  core::Reading train_seconds;
  core::Reading eval_seconds;
  core::Reading tensor_memory_peak_mib;
};
struct FinalEvent {
  std::optional<int> epochs;  ///< nothing from a log that doesn't tell epochs
  std::map<std::string, double> metrics;
};
struct FailedEvent {
  std::string reason;
  std::string message;
};
/// A line that is none of the above; `complaint` says what is wrong with it, `kind` is the outcome.
struct ViolationEvent {
  std::string complaint;
  std::string kind = "protocol_violation";
};
using TrainerEvent =
    std::variant<ReadyEvent, StartedEvent, EpochEvent, FinalEvent, FailedEvent, ViolationEvent>;

/// Copying and printing a value takes stack for each of its levels.
inline constexpr int most_levels = 32;

/// The JSON of a line, `discarded` for what is none; nothing when it nests more than `most_levels`
/// objects and lists.
std::optional<core::Json> json_of(std::string_view line);

/// Reads one line.
TrainerEvent parse_event(std::string_view line);

/// Whether the lines come in the order that the protocol asks for.
class ProtocolOrder {
 public:
  /// The start signal was given.
  void go() { gone_ = true; }
  /// What is out of order about the event, or nothing, and it is taken as said.
  std::optional<std::string> check(const TrainerEvent& event);

 private:
  bool ready_ = false;
  bool gone_ = false;
  bool started_ = false;
  bool over_ = false;
  int epochs_ = 0;
};

inline constexpr size_t longest_line_bytes = 65536;
inline constexpr std::string_view go_line = "{\"type\":\"go\"}\n";

/// Cuts a byte stream into lines. A line that grows beyond the limit is given as it stands then, so
/// that memory stays bounded, and the rest of it is dropped.
class LineSplitter {
 public:
  /// The lines that `bytes` completes, without their ends.
  std::vector<std::string> feed(std::string_view bytes);

 private:
  std::string partial_;
  bool dropping_ = false;
};

}  // namespace tandem::execute
