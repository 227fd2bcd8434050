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

// What a trainer says, line by line; docs/protocol.md is the specification.
struct ReadyEvent {
  core::Json described;  ///< the whole line
};
struct StartedEvent {};
struct EpochEvent {
  int epoch = 0;
  core::Reading train_loss;
  std::map<std::string, double> metrics;
  core::Reading train_seconds;
  core::Reading eval_seconds;
  core::Reading tensor_memory_peak_mib;
};
struct FinalEvent {
  int epochs = 0;
  std::map<std::string, double> metrics;
};
struct FailedEvent {
  std::string reason;
  std::string message;
};
/// A line that is none of the above; `complaint` says what is wrong with it.
struct ViolationEvent {
  std::string complaint;
};
using TrainerEvent =
    std::variant<ReadyEvent, StartedEvent, EpochEvent, FinalEvent, FailedEvent, ViolationEvent>;

/// Reads one line.
TrainerEvent parse_event(std::string_view line);

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
