#pragma once

#include <filesystem>
#include <string>

#include "core/clock.h"
#include "core/file_descriptor.h"
#include "core/json.h"

namespace tandem::execute {

/// `events.jsonl` of an attempt: what the trainers said and what tandem did, each with its time.
/// Every line is written at once, so that a kill loses none that was heard.
class EventLog {
 public:
  /// `origin` is the zero of `t_s`. Throws core::SystemError when the file can't be made.
  EventLog(const std::filesystem::path& file, core::Time origin);

  /// A line from `who` (`A`, `B`, `solo`, `tandem`). A line of a trainer that is no JSON is kept as
  /// text. Throws core::SystemError when it can't be written.
  void add(core::Time when, const std::string& who, int round, const std::string& line);
  void add(core::Time when, const std::string& who, const core::Json& event);

 private:
  void write(const core::Json& entry);

  std::filesystem::path path_;
  core::Time origin_;
  core::FileDescriptor file_;
};

}  // namespace tandem::execute
